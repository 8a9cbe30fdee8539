/** Makes offline slides of lecture notebooks: node lectures/slides.ts NOTEBOOK… [--out DIR] [--pdf] */
import { join, relative } from "node:path";
import { type Deck, makeDecks } from "./slides/make-decks.ts";
import { chromiumAdvice } from "./slides/find-chromium.ts";
import { parseOptions, usage } from "./slides/options.ts";
import { SlidesError } from "./slides/slides-error.ts";

const root = join(import.meta.dirname, "..");

function describeDeck({ name, folder, slides, notices, findings, pdf }: Deck): string {
  const place = (file: string): string => relative(process.cwd(), file);
  const lines = [
    `${name}: ${slides} slides in ${place(join(folder, "index.html"))} (open it in a browser; S: notes, F: full screen)`,
  ];
  if (pdf !== undefined) lines.push(`  printed: ${place(pdf)}`);
  lines.push(...notices.map((notice) => `  note: ${notice}`));
  if (findings === undefined)
    lines.push(`  not checked for overflow, for want of a browser: ${chromiumAdvice}`);
  else if (findings.length === 0)
    lines.push("  checked in Chromium: every slide fits a 16:9 screen, and nothing is loaded from outside");
  for (const { slide, title, cell, element, problem } of findings ?? []) {
    const where = title === "" ? `slide ${slide}` : `slide ${slide} "${title}"`;
    lines.push(
      `  warning: ${slide === 0 ? `the page ${problem}` : `${where}, cell ${cell}: ${element} ${problem}`}`,
    );
  }
  return lines.join("\n");
}

try {
  const options = parseOptions(process.argv.slice(2), root);
  if (options.help) console.log(usage);
  else for (const deck of await makeDecks(options, root)) console.log(describeDeck(deck));
} catch (error) {
  if (!(error instanceof SlidesError)) throw error;
  console.error(`slides: ${error.message}`);
  process.exitCode = 1;
}
