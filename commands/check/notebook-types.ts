/** Type-checks the course's notebooks, cell by cell, with the kernel's own TypeScript: what runs in class must compile today. */
import { globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import type * as Language from "../../lib/kernel/language/notebook.ts";

const root = join(import.meta.dirname, "../..");
// The kernel is CommonJS, and what is checked here is the built library that notebooks import.
const { openNotebook } = createRequire(import.meta.url)(
  join(root, "lib/dist/kernel/language/notebook.js"),
) as typeof Language;

interface RawCell {
  cell_type: string;
  source: string | string[];
}

/** What is wrong with the first cell that does not compile; later ones would only miss its names. */
export function checkNotebook(file: string): string[] {
  const { cells } = JSON.parse(readFileSync(file, "utf8")) as { cells: RawCell[] };
  const notebook = openNotebook({ folder: dirname(file), repo: root });
  for (const [index, { cell_type, source }] of cells.entries()) {
    if (cell_type !== "code") continue;
    const conversion = notebook.convert(Array.isArray(source) ? source.join("") : source);
    if (conversion.kind === "rejected")
      return conversion.errors.map(
        ({ line, column, message }) =>
          `${relative(root, file)}: cell ${index + 1}, line ${line}, column ${column}: ${message}`,
      );
    notebook.accept(conversion);
  }
  return [];
}

if (import.meta.main) {
  const files = globSync(["lectures/*.ipynb", "solutions/*.ipynb", "exercises/*.ipynb"], {
    cwd: root,
  }).sort();
  const complaints = files.flatMap((file) => checkNotebook(join(root, file)));
  console.log(complaints.join("\n"));
  process.exitCode = complaints.length === 0 ? 0 : 1;
}
