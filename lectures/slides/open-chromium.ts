import { type Browser, chromium } from "playwright-core";
import { chromiumAdvice } from "./find-chromium.ts";
import { SlidesError } from "./slides-error.ts";

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
