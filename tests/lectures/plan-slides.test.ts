import { planSlides } from "../../lectures/slides/plan-slides.ts";
import type { Cell, Notebook } from "../../lectures/slides/read-notebook.ts";
import { codeCell, display, makeNotebook, markdownCell, type CellJson } from "./notebook-cells.ts";

/** As read-notebook.ts hands it over: the source is one string. */
function notebookOf(...cells: CellJson[]): Notebook {
  const notebook = makeNotebook(cells) as unknown as Notebook;
  for (const cell of notebook.cells) cell.source = (cell.source as unknown as string[]).join("");
  return notebook;
}

const deckOf = (cell: Cell): { cell: number; slide: number } =>
  cell.metadata["deck"] as { cell: number; slide: number };
const typeOf = (cell: Cell): unknown => (cell.metadata["slideshow"] as { slide_type: unknown }).slide_type;
const summary = (notebook: Notebook): unknown[] =>
  planSlides(notebook, "01-gan").notebook.cells.map((cell) => [
    cell.source,
    typeOf(cell),
    deckOf(cell).cell,
    deckOf(cell).slide,
  ]);

test("slide types choose the slides; skipped, removed and empty cells take no part, and numbers stay the notebook's", () => {
  const notebook = notebookOf(
    markdownCell("slide", "# Title"),
    markdownCell("skip", "skipped"),
    markdownCell(undefined, "more of the title"),
    markdownCell("subslide", "below"),
    markdownCell("fragment", "later"),
    markdownCell("notes", "say this"),
    codeCell("slide", "removed", [], ["remove-cell"]),
    codeCell(undefined, "  \n"),
    codeCell("slide", "last"),
  );
  expect(summary(notebook)).toEqual([
    ["# Title", "slide", 1, 1],
    ["more of the title", "-", 3, 1],
    ["below", "subslide", 4, 2],
    ["later", "fragment", 5, 2],
    ["say this", "notes", 6, 2],
    ["last", "slide", 9, 3],
  ]);
});

test("without slide types, headings of level 1 and 2 begin slides, and the lecturer is told", () => {
  const notebook = notebookOf(
    markdownCell(undefined, "# Title"),
    markdownCell(undefined, "text"),
    markdownCell(undefined, "## Section"),
    codeCell(undefined, "# not a heading"),
    markdownCell(undefined, "### Part"),
  );
  expect(summary(notebook)).toEqual([
    ["# Title", "slide", 1, 1],
    ["text", "-", 2, 1],
    ["## Section", "slide", 3, 2],
    ["# not a heading", "-", 4, 2],
    ["### Part", "-", 5, 2],
  ]);
  expect(planSlides(notebook, "x").notices).toContain(
    "no cell has a slide type: every heading of level 1 or 2 begins a slide",
  );
});

test("a deck begins with a title, made from the first heading or the file's name where the notebook has none", () => {
  const later = notebookOf(codeCell("slide", "first"), markdownCell("slide", "# The *heading*"));
  expect(summary(later)[0]).toEqual(["# The heading", "slide", 0, 1]);
  expect(summary(notebookOf(codeCell("slide", "first")))[0]).toEqual(["# gan", "slide", 0, 1]);
});

test("notes written before the first slide belong to it", () => {
  const notebook = notebookOf(markdownCell("notes", "hello"), markdownCell("slide", "# Title"));
  expect(summary(notebook)).toEqual([
    ["# Title", "slide", 2, 1],
    ["hello", "notes", 1, 1],
  ]);
});

test("an unknown slide type is named with its cell and the types there are", () => {
  const { notices } = planSlides(
    notebookOf(markdownCell("slide", "# T"), markdownCell("sildes" as "slide", "x")),
    "x",
  );
  expect(notices).toContain(
    'cell 2: slide type "sildes" is none of slide, subslide, fragment, notes, skip, -: taken as "-"',
  );
});

test("tags and folded parts hide source or outputs", () => {
  const output = display({ "text/plain": "1" });
  const folded = {
    ...codeCell(undefined, "folded", [output]),
    metadata: { jupyter: { source_hidden: true, outputs_hidden: true } },
  };
  const notebook = notebookOf(
    markdownCell("slide", "# T"),
    codeCell(undefined, "no source", [output], ["hide-input"]),
    codeCell(undefined, "no output", [output], ["hide-output"]),
    folded,
  );
  const shown = planSlides(notebook, "x").notebook.cells.slice(1);
  const parts = shown.map(({ metadata, outputs }) => [
    !(metadata["transient"] as { remove_source: boolean }).remove_source,
    outputs?.length,
  ]);
  expect(parts).toEqual([
    [false, 1],
    [true, 0],
    [false, 0],
  ]);
});

test("a notebook that was never run, one with an error and one with a mermaid diagram say so", () => {
  const unrun = planSlides(notebookOf(markdownCell("slide", "# T"), codeCell(undefined, "1")), "x");
  expect(unrun.notices.join()).toMatch(/has not been run.*\.\/course run FILE/);
  const error = { output_type: "error", ename: "RangeError", evalue: "too deep\nmore", traceback: [] };
  const failed = planSlides(notebookOf(markdownCell("slide", "# T"), codeCell(undefined, "1", [error])), "x");
  expect(failed.notices).toEqual(["cell 2 ended in an error, and the slide shows it: RangeError: too deep"]);
  const drawn = planSlides(
    notebookOf(markdownCell("slide", "# T"), markdownCell(undefined, "```mermaid\ngraph TD\n```")),
    "x",
  );
  expect(drawn.notices.join()).toMatch(/^cell 2: a mermaid diagram is not drawn/);
});

test("a notebook with nothing to show is an error", () => {
  expect(() => planSlides(notebookOf(markdownCell("skip", "a"), markdownCell("notes", "b")), "x")).toThrow(
    /no cell to show/,
  );
});
