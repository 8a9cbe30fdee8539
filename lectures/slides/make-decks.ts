import { mkdtempSync, rmSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { Browser } from "playwright-core";
import { makeFolder } from "../../commands/make-folder.ts";
import { checkDeck, type Finding } from "./check-deck.ts";
import { convertNotebooks } from "./convert-notebooks.ts";
import { chromiumAdvice, findChromium } from "./find-chromium.ts";
import { openChromium } from "./open-chromium.ts";
import type { SlidesOptions } from "./options.ts";
import { type Plan, planSlides } from "./plan-slides.ts";
import { printDeck } from "./print-deck.ts";
import { readNotebook } from "./read-notebook.ts";
import { explainFileError, SlidesError } from "./slides-error.ts";
import { assertReplaceable, placeDeck, writeDeck } from "./write-deck.ts";

/** A finished deck. `findings` is undefined where no browser could look at it. */
export interface Deck {
  name: string;
  folder: string;
  slides: number;
  notices: string[];
  findings: Finding[] | undefined;
  pdf: string | undefined;
}

/**
 * Makes a deck of each notebook, in `out/<name>/`. All of it is written to a folder beside the target first, so that
 * whatever stops it half-way leaves the older decks as they were.
 */
export async function makeDecks({ files, out, pdf }: SlidesOptions, root: string): Promise<Deck[]> {
  const plans = new Map<string, Plan & { folder: string }>();
  for (const file of files) {
    const name = basename(file, ".ipynb");
    if (plans.has(name))
      throw new SlidesError(
        `two notebooks are called ${name}: make their slides one at a time, each with its own --out DIR`,
      );
    plans.set(name, { ...planSlides(readNotebook(file), name), folder: resolve(dirname(file)) });
  }
  const chromium = findChromium();
  if (pdf && chromium === undefined)
    throw new SlidesError(`--pdf needs a browser, and none was found: ${chromiumAdvice}`);
  for (const name of plans.keys()) assertReplaceable(join(out, name));

  const scratch = makeScratch(resolve(out));
  const giveUp = (): never => {
    rmSync(scratch, { recursive: true, force: true });
    process.exit(130);
  };
  process.once("SIGINT", giveUp).once("SIGTERM", giveUp);
  const opening = chromium === undefined ? undefined : openChromium(chromium); // it starts while Python works
  opening?.catch(() => undefined); // openForCheck awaits and judges it
  try {
    const notebooks = new Map(Array.from(plans, ([name, plan]) => [name, plan.notebook]));
    const pages = await convertNotebooks(notebooks, scratch, root);
    const browser = await openForCheck(opening, pdf);
    const decks: Deck[] = [];
    for (const [name, plan] of plans) {
      const finished = join(scratch, name);
      const notices = [...plan.notices, ...writeDeck(pages.get(name)!, plan.folder, finished, root)];
      const findings = browser && (await checkDeck(finished, browser));
      if (pdf && browser) await printDeck(finished, join(finished, `${name}.pdf`), browser);
      placeDeck(finished, join(out, name), scratch);
      const folder = join(out, name);
      decks.push({
        name,
        folder,
        slides: plan.slides,
        notices,
        findings,
        pdf: pdf ? join(folder, `${name}.pdf`) : undefined,
      });
    }
    return decks;
  } catch (error) {
    throw isFileError(error) ? explainFileError(error, `writing the slides to ${out}`) : error;
  } finally {
    await (await openForCheck(opening, false))?.close();
    rmSync(scratch, { recursive: true, force: true });
    process.off("SIGINT", giveUp).off("SIGTERM", giveUp);
  }
}

/** Printing cannot do without the browser; checking can, so there a browser that does not start is no failure. */
async function openForCheck(
  opening: Promise<Browser> | undefined,
  required: boolean,
): Promise<Browser | undefined> {
  try {
    return await opening;
  } catch (error) {
    if (required) throw error;
    return undefined;
  }
}

function makeScratch(out: string): string {
  try {
    makeFolder(out);
    return mkdtempSync(join(out, ".making-"));
  } catch (error) {
    throw explainFileError(error, `writing the slides to ${out}`);
  }
}

function isFileError(error: unknown): boolean {
  return typeof error === "object" && error !== null && "code" in error;
}
