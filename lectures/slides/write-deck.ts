import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { gatherMedia } from "./gather-media.ts";
import { SlidesError } from "./slides-error.ts";

/** What a deck takes along, [where it comes from, where it goes in assets/]; licences stand beside the code they cover. */
const assets = [
  ["node_modules/reveal.js/dist/reset.css", "reveal/reset.css"],
  ["node_modules/reveal.js/dist/reveal.css", "reveal/reveal.css"],
  ["node_modules/reveal.js/dist/reveal.js", "reveal/reveal.js"],
  ["node_modules/reveal.js/dist/plugin/notes.js", "reveal/notes.js"],
  ["node_modules/reveal.js/LICENSE", "reveal/LICENSE"],
  ["node_modules/katex/dist/katex.min.css", "katex/katex.min.css"],
  ["node_modules/katex/dist/katex.min.js", "katex/katex.min.js"],
  ["node_modules/katex/dist/contrib/auto-render.min.js", "katex/auto-render.min.js"],
  ["node_modules/katex/dist/fonts", "katex/fonts"],
  ["node_modules/katex/LICENSE", "katex/LICENSE"],
  ...["source-sans-3", "source-code-pro"].flatMap((font) =>
    ["wght.css", "wght-italic.css", "files", "LICENSE"].map((part) => [
      `node_modules/@fontsource-variable/${font}/${part}`,
      `fonts/${font}/${part}`,
    ]),
  ),
  ...["layout.css", "cells.css", "fit.js", "start.js"].map((part) => [
    `lectures/theme/slides/${part}`,
    `theme/${part}`,
  ]),
] as [string, string][];

/** Every browser that runs reveal.js reads woff2; the two older forms would triple a deck's size. */
const isNeeded = (file: string): boolean => !/\.(woff|ttf)$/.test(file);

/**
 * Writes a deck's folder: the page, its pictures, and all it loads. Returns what the lecturer should know about the pictures.
 */
export function writeDeck(html: string, notebookFolder: string, deck: string, root: string): string[] {
  mkdirSync(deck);
  for (const [from, to] of assets) {
    if (!existsSync(join(root, from)))
      throw new SlidesError(`${from} is missing: run ./course doctor, or npm ci`);
    mkdirSync(dirname(join(deck, "assets", to)), { recursive: true });
    cpSync(join(root, from), join(deck, "assets", to), { recursive: true, filter: isNeeded });
  }
  const page = gatherMedia(html, notebookFolder, deck);
  writeFileSync(join(deck, "index.html"), page.html);
  return page.notices;
}

/** Puts a finished deck in its place; an older deck goes in the same moment, and comes back if that fails. */
export function placeDeck(finished: string, target: string, scratch: string): void {
  if (!existsSync(target)) {
    renameSync(finished, target);
    return;
  }
  const old = join(scratch, `old-${basename(target)}`);
  renameSync(target, old);
  try {
    renameSync(finished, target);
  } catch (error) {
    renameSync(old, target);
    throw error;
  }
}

/** Throws SlidesError when the target holds something that is not a deck of ours, which must not be thrown away. */
export function assertReplaceable(target: string): void {
  if (!existsSync(target)) return;
  const page = join(target, "index.html");
  if (existsSync(page) && readFileSync(page, "utf8").slice(0, 2000).includes('content="course slides"'))
    return;
  if (readdirSync(target).length > 0)
    throw new SlidesError(
      `${target} holds other files than slides, and they would be replaced: choose another folder with --out DIR`,
    );
}
