import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { measureSlide, type Misfit } from "./measure-slide.ts";

/** Something on a slide that an audience would not see, or not see whole. */
export interface Finding extends Misfit {
  /** From 1; 0 where it concerns the whole deck. */
  slide: number;
  /** The slide's heading, or nothing. */
  title: string;
}

/**
 * Opens a deck and looks at every slide with all its fragments shown. An empty list means that all of it can be seen
 * on a 16:9 screen, and that the deck asked for nothing that is not in its folder.
 */
export async function checkDeck(deck: string, browser: Browser): Promise<Finding[]> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  try {
    const requests = watchRequests(page, deck);
    await openDeck(page, deck);
    const findings: Finding[] = [];
    const sections = await page.$$("section[data-slide]");
    for (const [index, section] of sections.entries()) {
      const title = await section.evaluate((element) => {
        const { Reveal } = window as unknown as {
          Reveal: {
            slide(h: number, v: number, f: number): void;
            getIndices(slide: Element): { h: number; v: number };
          };
        };
        const { h, v } = Reveal.getIndices(element);
        Reveal.slide(h, v, 10_000); // past the last fragment: all of them are shown
        return element.querySelector("h1, h2, h3, h4")?.textContent.trim() ?? "";
      });
      const misfits = await section.evaluate(measureSlide);
      findings.push(...mergeAlike(misfits).map((misfit) => ({ slide: index + 1, title, ...misfit })));
    }
    return [
      ...findings,
      ...requests.map((problem) => ({ slide: 0, title: "", cell: "?", element: "the page", problem })),
    ];
  } finally {
    await page.close();
  }
}

/** Forty bullet points past the bottom are one fault: keeps the worst of each kind in each cell, and counts the rest. */
function mergeAlike(misfits: Misfit[]): Misfit[] {
  const kinds = Map.groupBy(misfits, ({ cell, problem }) => `${cell} ${problem.replace(/\d+/g, "")}`);
  return Array.from(kinds.values(), (alike) => {
    const worst = alike.at(-1)!;
    return alike.length === 1
      ? worst
      : { ...worst, problem: `${worst.problem} (and ${alike.length - 1} more)` };
  });
}

/** Opens a deck's page and waits until its maths is set, every slide fitted, and reveal.js ready. */
export async function openDeck(page: Page, deck: string, query = ""): Promise<void> {
  await page.goto(pathToFileURL(join(deck, "index.html")).href + query);
  await page.waitForSelector('html[data-deck="ready"]', { state: "attached", timeout: 30_000 });
}

/** Collects every request that failed or left the deck's folder, and every script error. */
function watchRequests(page: Page, deck: string): string[] {
  const problems: string[] = [];
  const home = pathToFileURL(deck).href;
  const isOutside = (url: string): boolean => !url.startsWith(home) && !/^(data|blob|about):/.test(url);
  page.on("request", (request) => {
    if (isOutside(request.url()))
      problems.push(`asks for ${request.url()}, which slides may not (it was blocked)`);
  });
  page.on("requestfailed", (request) => {
    if (!isOutside(request.url()))
      problems.push(`cannot load ${request.url().slice(0, 200)}: ${request.failure()?.errorText ?? "?"}`);
  });
  page.on("pageerror", (error) => problems.push(`has a script that failed: ${error.message}`));
  return problems;
}
