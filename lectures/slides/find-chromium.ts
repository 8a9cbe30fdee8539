/** Where this machine's Chromium is; apart from what starts it, for the doctor to ask without any package. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { SlidesError } from "./slides-error.ts";

const commands = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "chrome",
  "microsoft-edge",
  "brave-browser",
];
const applications = ["Google Chrome", "Chromium", "Microsoft Edge", "Brave Browser"].map(
  (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
);

export const chromiumAdvice =
  "install Chromium (Debian, Ubuntu: sudo apt install chromium; macOS: brew install --cask chromium) " +
  "or name the browser yourself: CHROME_PATH=/path/to/chrome ./course slides …";

/**
 * The Chromium or Chrome of this machine: CHROME_PATH, else the first one on PATH, else macOS's applications.
 * Throws SlidesError when CHROME_PATH names no program; a machine without any gives undefined.
 */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const named = env["CHROME_PATH"];
  if (named) {
    if (isExecutable(named)) return named;
    throw new SlidesError(`CHROME_PATH is ${named}, and no program is there: correct or unset it`);
  }
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return [
    ...folders.flatMap((folder) => commands.map((command) => join(folder, command))),
    ...applications,
  ].find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
