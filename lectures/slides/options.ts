import { join, relative } from "node:path";
import { readdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { nearestName } from "../../commands/nearest-name.ts";
import { SlidesError } from "./slides-error.ts";

export const usage = `./course slides [NOTEBOOK…] [--out DIR] [--pdf]

  Makes offline slides of executed notebooks; without a notebook, of every lecture.
  --out DIR   where the decks go, one folder each    (out/slides, so out/slides/01-gan/index.html)
  --pdf       also prints each deck, one slide a page (needs Chromium or Chrome)
  --help      this text

  A cell's place is its slide type in JupyterLab (property inspector, the cogs at the right): slide, subslide,
  fragment, notes, skip. Tags hide-input, hide-output and remove-cell leave parts out; columns sets code and
  result side by side.`;

export interface SlidesOptions {
  files: string[];
  out: string;
  pdf: boolean;
  help: boolean;
}

const known = {
  out: { type: "string" },
  pdf: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** Reads the command line. Throws SlidesError for an unknown option (naming the nearest) or a missing value. */
export function parseOptions(args: string[], root: string): SlidesOptions {
  const { tokens } = parseArgs({ args, options: known, strict: false, tokens: true, allowPositionals: true });
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    if (!(token.name in known)) {
      const nearest = nearestName(token.name, Object.keys(known));
      throw new SlidesError(
        `unknown option ${token.rawName}. ${nearest ? `Did you mean --${nearest}?` : "Known: --out DIR, --pdf, --help."}`,
      );
    }
    if (
      token.name === "out" &&
      (token.value === undefined || token.value === "" || token.value.startsWith("--"))
    )
      throw new SlidesError("--out needs a folder, for example --out out/slides");
    if (token.name !== "out" && token.value !== undefined)
      throw new SlidesError(`${token.rawName} takes no value, got "${token.value}"`);
  }
  const { values, positionals } = parseArgs({ args, options: known, allowPositionals: true });
  return {
    files: positionals.length > 0 || values.help ? positionals : listLectures(root),
    out: values.out ?? join(root, "out", "slides"),
    pdf: values.pdf ?? false,
    help: values.help ?? false,
  };
}

function listLectures(root: string): string[] {
  const folder = join(root, "lectures");
  const notebooks = readdirSync(folder).filter((name) => name.endsWith(".ipynb"));
  if (notebooks.length === 0)
    throw new SlidesError(
      `no notebook in ${relative(process.cwd(), folder) || "."}: name one, for example lectures/01-gan.ipynb`,
    );
  return notebooks.sort().map((name) => join(folder, name));
}
