import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { nearestName } from "../../commands/nearest-name.ts";
import { SlidesError } from "./slides-error.ts";

/** The parts of nbformat 4 that slides look at; https://nbformat.readthedocs.io/en/latest/format_description.html */
export interface Cell {
  cell_type: "markdown" | "code" | "raw";
  source: string;
  metadata: Record<string, unknown>;
  outputs?: Output[];
  execution_count?: number | null;
  [field: string]: unknown;
}

interface Output {
  output_type: string;
  ename?: string;
  evalue?: string;
  [field: string]: unknown;
}

export interface Notebook {
  cells: Cell[];
  metadata: Record<string, unknown>;
  nbformat: number;
  nbformat_minor: number;
}

/** Reads a TypeScript notebook. Throws SlidesError for a missing or damaged file, or a notebook of another language. */
export function readNotebook(file: string): Notebook {
  const text = readText(file);
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    const merge = /^<{7} /m.test(text) ? " It holds a git conflict (<<<<<<<): resolve that first." : "";
    throw new SlidesError(`${file} is not a notebook: no valid JSON (${(error as Error).message}).${merge}`);
  }
  if (!isNotebook(content))
    throw new SlidesError(
      `${file} is not a Jupyter notebook of format 4: it has no list of cells. Open it in JupyterLab and save it again.`,
    );
  const language = nameLanguage(content);
  if (language !== undefined && !["typescript", "javascript"].includes(language.toLowerCase()))
    throw new SlidesError(
      `${file} is a notebook in ${language}; the course's notebooks are in TypeScript. If its cells are, too, choose the ` +
        `kernel "TypeScript" in JupyterLab and save it; else use Jupyter's own tools: jupyter nbconvert ${basename(file)}`,
    );
  for (const cell of content.cells) cell.source = joinLines(cell.source);
  return content;
}

function readText(file: string): string {
  if (!existsSync(file)) throw new SlidesError(`${file} does not exist.${proposeNotebook(file)}`);
  if (statSync(file).isDirectory())
    throw new SlidesError(`${file} is a folder: name a notebook in it.${proposeNotebook(join(file, "x"))}`);
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new SlidesError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

/** ` Did you mean lectures/01-gan.ipynb?`, from the folder the name was looked for in. */
function proposeNotebook(file: string): string {
  const folder = dirname(file);
  const notebooks = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".ipynb")) : [];
  if (notebooks.length === 0) return ` There is no notebook in ${folder === "." ? "this folder" : folder}.`;
  const nearest = nearestName(
    basename(file, ".ipynb"),
    notebooks.map((name) => basename(name, ".ipynb")),
  );
  return nearest
    ? ` Did you mean ${join(folder, `${nearest}.ipynb`)}?`
    : ` There: ${notebooks.slice(0, 8).join(", ")}.`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNotebook(value: unknown): value is Notebook {
  if (
    !isRecord(value) ||
    value["nbformat"] !== 4 ||
    !isRecord(value["metadata"]) ||
    !Array.isArray(value["cells"])
  )
    return false;
  return value["cells"].every(
    (cell) =>
      isRecord(cell) &&
      ["markdown", "code", "raw"].includes(String(cell["cell_type"])) &&
      isRecord(cell["metadata"]) &&
      (typeof cell["source"] === "string" || Array.isArray(cell["source"])),
  );
}

/** Notebook files hold text as one string or as a list of lines. */
function joinLines(text: unknown): string {
  return Array.isArray(text) ? text.join("") : String(text);
}

function nameLanguage({ metadata }: Notebook): string | undefined {
  const { language_info: info, kernelspec: kernel } = metadata as Record<
    string,
    { name?: unknown; language?: unknown } | undefined
  >;
  const name = info?.name ?? kernel?.language;
  return typeof name === "string" && name !== "" ? name : undefined;
}
