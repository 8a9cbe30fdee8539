import type { Browser } from "playwright-core";
import { chromiumAdvice, findChromium } from "../../lectures/slides/find-chromium.ts";
import { openChromium } from "../../lectures/slides/open-chromium.ts";

/** Chromium for the tests. Throws, and so fails them, on a machine without one: a skipped test proves nothing. */
export function openTestBrowser(): Promise<Browser> {
  const executable = findChromium();
  if (executable === undefined) throw new Error(`the browser tests need Chromium: ${chromiumAdvice}`);
  return openChromium(executable);
}
