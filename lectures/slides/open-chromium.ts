import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";
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

/** Starts the browser without a window, a profile of its own, or any traffic of its own. The caller closes it. */
export async function openChromium(executablePath: string): Promise<Browser> {
  const args = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ];
  try {
    return await chromium.launch({ executablePath, args });
  } catch (error) {
    throw new SlidesError(
      `${executablePath} does not start: ${(error as Error).message.split("\n")[0]}. Else ${chromiumAdvice}`,
    );
  }
}
