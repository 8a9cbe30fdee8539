import type { Cell, Notebook } from "./read-notebook.ts";
import { SlidesError } from "./slides-error.ts";

const slideTypes = ["slide", "subslide", "fragment", "notes", "skip", "-"] as const;
type SlideType = (typeof slideTypes)[number];

/** A notebook ready for the template: each cell says which slide it stands on, and what the lecturer should know. */
export interface Plan {
  notebook: Notebook;
  title: string;
  slides: number;
  notices: string[];
}

interface Placed {
  cell: Cell;
  number: number;
  type: SlideType;
}

/**
 * Chooses the slides: by the notebook's slide metadata, or where it has none by its first- and second-level headings.
 * A deck always begins with a title. Throws SlidesError when no cell is left to show.
 */
export function planSlides(notebook: Notebook, name: string): Plan {
  const notices: string[] = [];
  const placed = placeCells(notebook.cells, notices).filter(
    ({ cell, type }) => type !== "skip" && !isEmpty(cell, type),
  );
  const first = placed.find(({ type }) => type !== "notes");
  if (first === undefined)
    throw new SlidesError(`${name} has no cell to show: every one is empty, skipped or speaker notes`);
  first.type = "slide";
  const title = readTitle(notebook, name);
  const titled = first.cell.cell_type === "markdown" && /^\s*(# |<h1)/.test(first.cell.source);
  const ordered = [
    ...(titled ? [] : [makeTitle(title)]),
    first,
    ...placed.filter((each) => each !== first), // notes written before the first slide belong to it
  ];
  noteExecution(notebook.cells, placed, notices);
  let slides = 0;
  const cells = ordered.map(({ cell, number, type }) => {
    if (type === "slide" || type === "subslide") slides++;
    return hideParts({
      ...cell,
      id: `cell-${number}`,
      metadata: {
        ...cell.metadata,
        slideshow: { ...readSlideshow(cell), slide_type: type },
        deck: { cell: number, slide: slides },
      },
    });
  });
  // A notebook that no kernel has opened yet does not say its language, and would be coloured as Python.
  const language = { name: "typescript", pygments_lexer: "typescript" };
  const metadata = { ...notebook.metadata, language_info: language, deck: { title, slides } };
  return { notebook: { ...notebook, cells, metadata, nbformat_minor: 5 }, title, slides, notices };
}

function readSlideshow(cell: Cell): { slide_type?: unknown } {
  return cell.metadata["slideshow"] ?? {};
}

function placeCells(cells: Cell[], notices: string[]): Placed[] {
  const marked = cells.some((cell) => readSlideshow(cell).slide_type !== undefined);
  if (!marked) notices.push("no cell has a slide type: every heading of level 1 or 2 begins a slide");
  return cells.map((cell, index) => {
    const number = index + 1;
    if (hasTag(cell, "remove-cell")) return { cell, number, type: "skip" };
    if (!marked) return { cell, number, type: beginsSection(cell) ? "slide" : "-" };
    const type = readSlideshow(cell).slide_type ?? "-";
    if (isSlideType(type)) return { cell, number, type };
    notices.push(
      `cell ${number}: slide type ${JSON.stringify(type)} is none of ${slideTypes.join(", ")}: taken as "-"`,
    );
    return { cell, number, type: "-" };
  });
}

function isSlideType(type: unknown): type is SlideType {
  return (slideTypes as readonly unknown[]).includes(type);
}

function beginsSection(cell: Cell): boolean {
  return cell.cell_type === "markdown" && /^\s*(##? |<h[12][ >])/.test(cell.source);
}

/** The empty cell JupyterLab leaves at the end, and code that neither shows source nor output, take no room. */
function isEmpty(cell: Cell, type: SlideType): boolean {
  return (
    (type === "-" || type === "notes" || type === "fragment") &&
    cell.source.trim() === "" &&
    !cell.outputs?.length
  );
}

function readTitle({ cells, metadata }: Notebook, name: string): string {
  const heading = cells.find((cell) => cell.cell_type === "markdown" && /^# /m.test(cell.source));
  const written = heading && /^# +(.+?)\s*#*$/m.exec(heading.source)?.[1];
  const given = metadata["title"];
  return (
    (typeof given === "string" && given) ||
    written?.replace(/[*_`]/g, "") ||
    name.replace(/^\d+-/, "").replaceAll("-", " ")
  );
}

function makeTitle(title: string): Placed {
  const cell: Cell = { cell_type: "markdown", source: `# ${title}`, metadata: {} };
  return { cell, number: 0, type: "slide" };
}

function hasTag({ metadata }: Cell, ...tags: string[]): boolean {
  const own = metadata["tags"];
  return Array.isArray(own) && own.some((tag) => tags.includes(String(tag)));
}

/** Source or outputs folded away in JupyterLab, or tagged hide-input / hide-output, are left out. */
function hideParts(cell: Cell): Cell {
  const folded = (cell.metadata["jupyter"] ?? {}) as { source_hidden?: boolean; outputs_hidden?: boolean };
  if (cell.cell_type !== "code") return cell;
  const noSource =
    cell.source.trim() === "" || folded.source_hidden === true || hasTag(cell, "hide-input", "remove-input");
  const noOutputs = folded.outputs_hidden === true || hasTag(cell, "hide-output", "remove-output");
  return {
    ...cell,
    outputs: noOutputs ? [] : (cell.outputs ?? []),
    metadata: { ...cell.metadata, transient: { remove_source: noSource } },
  };
}

function noteExecution(cells: Cell[], shown: Placed[], notices: string[]): void {
  const code = cells.filter((cell) => cell.cell_type === "code" && cell.source.trim() !== "");
  if (code.length > 0 && !code.some((cell) => cell.outputs?.length))
    notices.push(
      "the notebook has not been run: its slides show code without results (./course run FILE first for outputs)",
    );
  for (const { cell, number } of shown) {
    const failure = cell.outputs?.find((output) => output.output_type === "error");
    if (failure)
      notices.push(
        `cell ${number} ended in an error, and the slide shows it: ${failure.ename}: ${failure.evalue?.split("\n")[0]}`,
      );
    if (/^\s*(```|~~~)mermaid/m.test(cell.source))
      notices.push(`cell ${number}: a mermaid diagram is not drawn; save it as SVG beside the notebook`);
  }
}
