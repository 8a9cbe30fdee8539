/** A notebook as a release pass sees it: nbformat 4, sources as one text each. */
import { readFileSync } from "node:fs";

/** nbgrader's metadata of a cell, version 3. */
export type NbgraderMetadata = {
  schema_version: 3;
  grade_id: string;
  grade: boolean;
  solution: boolean;
  locked: boolean;
  task: boolean;
  points?: number;
  checksum?: string;
  cell_type?: Cell["cell_type"];
};

type CellMetadata = Record<string, unknown> & {
  nbgrader?: NbgraderMetadata;
  deletable?: boolean;
  editable?: boolean;
};

export type Cell = {
  cell_type: "code" | "markdown" | "raw";
  id: string;
  metadata: CellMetadata;
  source: string;
  outputs?: unknown[];
  execution_count?: number | null;
};

export type Notebook = {
  cells: Cell[];
  metadata: Record<string, unknown> & {
    kernelspec?: { name: string; display_name: string; language: string };
  };
  nbformat: number;
  nbformat_minor: number;
};

/** A notebook in which something has to be put right before it can be released. The message names the cell. */
export class ReleaseError extends Error {
  override name = "ReleaseError";
}

/** "cell 7 (q3)", counted from 1 as a reader counts. */
export function nameCell(notebook: Notebook, cell: Cell): string {
  return `cell ${notebook.cells.indexOf(cell) + 1} (${cell.metadata.nbgrader?.grade_id ?? cell.id})`;
}

/** Applies a change to each cell; the cell itself stays as it was. */
export function mapCells(notebook: Notebook, change: (cell: Cell) => Cell): Notebook {
  return { ...notebook, cells: notebook.cells.map(change) };
}

type RawCell = Omit<Cell, "source"> & { source: string | string[] };

/** Throws ReleaseError where the file is not a notebook of ours. */
export function readNotebook(path: string): Notebook {
  const raw = parse(readFileSync(path, "utf8"), path);
  if (raw.nbformat !== 4 || raw.nbformat_minor < 5)
    throw new ReleaseError(
      `${path}: expected nbformat 4.5 or later, got ${raw.nbformat}.${raw.nbformat_minor}. Open it in JupyterLab and save it.`,
    );
  const kernel = raw.metadata.kernelspec?.name ?? "none";
  if (kernel !== "tslab")
    throw new ReleaseError(
      `${path}: expected the kernel tslab, got ${kernel}. Choose TypeScript in JupyterLab.`,
    );
  const join = ({ source, ...rest }: RawCell): Cell => ({
    ...rest,
    source: Array.isArray(source) ? source.join("") : source,
  });
  return { ...raw, cells: (raw.cells as RawCell[]).map(join) };
}

function parse(text: string, path: string): Notebook {
  try {
    const raw = JSON.parse(text) as Partial<Notebook> | null;
    if (Array.isArray(raw?.cells) && typeof raw.metadata === "object") return raw as Notebook;
  } catch {
    // Said below: for a reader, broken JSON and JSON of something else are the same mistake.
  }
  throw new ReleaseError(
    `${path}: not a Jupyter notebook. Was it saved half-way, or merged with conflict marks?`,
  );
}

/** The file as Jupyter writes it: keys in order, one space, one line of source each. */
export function formatNotebook(notebook: Notebook): string {
  const split = (cell: Cell) => ({ ...cell, source: cell.source.match(/[^\n]*\n|[^\n]+$/g) ?? [] });
  return `${JSON.stringify(sortKeys({ ...notebook, cells: notebook.cells.map(split) }), null, 1)}\n`;
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, sortKeys(each)]));
}
