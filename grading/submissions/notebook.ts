/** A stranger's notebook as data: checked form, nbformat 3 and 4, nothing but cells. */
import { Unreadable } from "./read-file.ts";

export interface Cell {
  type: "code" | "markdown" | "raw";
  source: string;
  /** nbgrader's metadata, as far as marking looks at it. */
  gradeId?: string;
  points?: number;
  isAnswer: boolean;
  isTest: boolean;
}

export interface Notebook {
  cells: Cell[];
  /** "typescript" or whatever else the notebook says it is written in. */
  language: string;
}

const longestSource = 200_000;
const mostCells = 2000;

/** Throws Unreadable where the bytes are not a notebook, and says what they look like instead. */
export function parseNotebook(bytes: Buffer, name: string): Notebook {
  const text = bytes.toString("utf8").replace(/^\uFEFF/, "");
  if (text.trim() === "")
    throw new Unreadable(`${name}: the file is empty; was it saved before it was handed in?`);
  const raw = parseJson(text, bytes, name);
  const metadata = asRecord(raw.metadata);
  const cells = Array.isArray(raw.cells) ? raw.cells : cellsOfVersion3(raw);
  if (cells === undefined)
    throw new Unreadable(`${name}: JSON, but not a Jupyter notebook (there is no list of cells)`);
  if (cells.length > mostCells)
    throw new Unreadable(`${name}: ${cells.length} cells are more than ${mostCells}`);
  const kernel = asRecord(metadata.kernelspec);
  const language = [asRecord(metadata.language_info).name, kernel.language].find(
    (each) => typeof each === "string",
  );
  return {
    cells: cells.map((each) => parseCell(each, name)),
    language: (language ?? "unknown").toLowerCase(),
  };
}

function parseJson(text: string, bytes: Buffer, name: string): Record<string, unknown> {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    throw new Unreadable(`${name}: not a Jupyter notebook; it ${guessKind(bytes, text)}`);
  }
  if (typeof raw !== "object" || raw === null || Array.isArray(raw))
    throw new Unreadable(`${name}: JSON, but not a Jupyter notebook`);
  return raw as Record<string, unknown>;
}

function guessKind(bytes: Buffer, text: string): string {
  if (text.startsWith("%PDF")) return "is a PDF document";
  if (text.startsWith("PK")) return "is an archive or an Office document";
  if (/^\s*</.test(text)) return "is a web page (saved from the browser instead of downloaded?)";
  if (/^\s*\{\s*"/.test(text)) return "begins like one, but is cut off or damaged";
  if (bytes.includes(0)) return "is some binary file";
  return `is text that begins with ${JSON.stringify(text.trim().slice(0, 30))}`;
}

function cellsOfVersion3(raw: Record<string, unknown>): unknown[] | undefined {
  if (!Array.isArray(raw.worksheets)) return undefined;
  return raw.worksheets.flatMap((sheet) => {
    const { cells } = asRecord(sheet);
    return Array.isArray(cells) ? (cells as unknown[]) : [];
  });
}

function parseCell(value: unknown, name: string): Cell {
  const cell = asRecord(value);
  const nbgrader = asRecord(asRecord(cell.metadata).nbgrader);
  // nbformat 3 calls the text of code cells "input".
  const source = joinText(cell.source ?? cell.input);
  if (source.length > longestSource)
    throw new Unreadable(`${name}: a cell of ${source.length} characters is longer than ${longestSource}`);
  return {
    type: cell.cell_type === "code" ? "code" : cell.cell_type === "raw" ? "raw" : "markdown",
    source,
    ...(typeof nbgrader.grade_id === "string" ? { gradeId: nbgrader.grade_id.slice(0, 200) } : {}),
    ...(typeof nbgrader.points === "number" ? { points: nbgrader.points } : {}),
    isAnswer: nbgrader.solution === true,
    isTest: nbgrader.grade === true && nbgrader.solution !== true,
  };
}

function joinText(source: unknown): string {
  const text = Array.isArray(source) ? source.filter((each) => typeof each === "string").join("") : source;
  return typeof text === "string" ? text.replaceAll("\r\n", "\n").replace(/\n$/, "") : "";
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
