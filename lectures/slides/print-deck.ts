import type { Browser } from "playwright-core";
import { openDeck } from "./check-deck.ts";

/** Prints a deck, one slide a page with all its fragments; tagged, with an outline, so that screen readers follow it. */
export async function printDeck(deck: string, pdf: string, browser: Browser): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  try {
    await openDeck(page, deck, "?view=print");
    await page.waitForSelector(".pdf-page");
    await page.pdf({
      path: pdf,
      width: "1280px",
      height: "720px",
      printBackground: true,
      tagged: true,
      outline: true,
    });
  } finally {
    await page.close();
  }
}
