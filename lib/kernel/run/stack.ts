/** Stack traces in terms of the notebook: "Cell [3]:2:9" instead of lines of compiled code, and no frames of ours. */
import { SourceMap } from "node:module";
import { join, sep } from "node:path";
import type { Script } from "../language/convert";

interface KnownScript {
  /** How a stack trace calls it. */
  label: string;
  source: string;
  mappings: string;
  map?: SourceMap;
}
const scripts = new Map<string, KnownScript>();
const kernelFolder = `${__dirname.split(sep).slice(0, -1).join(sep)}${sep}`;
const EXECUTE = join(__dirname, "execute.js");
/** How many lines stand before the emitted code; see execute.ts. */
export const WRAPPER_LINES = 1;

export function registerScript(file: string, label: string, source: string, script: Script): void {
  scripts.set(file, { label, source, mappings: script.mappings });
}

export interface Place {
  label: string;
  line: number;
  column: number;
  source: string;
}

/** Where a position (from 1) of a compiled script is in what the student wrote. */
function findPlace(file: string, line: number, column: number): Place | undefined {
  const script = scripts.get(file);
  if (script === undefined) return undefined;
  const { label, source, mappings } = script;
  script.map ??= new SourceMap({
    version: 3,
    file,
    sources: [label],
    sourcesContent: [],
    names: [],
    mappings,
    sourceRoot: "",
  });
  const entry = script.map.findEntry(line - WRAPPER_LINES - 1, column - 1);
  if (!("originalLine" in entry)) return undefined;
  return { label, source, line: entry.originalLine + 1, column: entry.originalColumn + 1 };
}

const places = new WeakMap<object, Place>();

/** The innermost place in a cell (or in a file next to it) at which an error was thrown. */
export function placeOf(error: object): Place | undefined {
  Reflect.get(error, "stack"); // Formatted on first use, by formatStack below.
  return places.get(error);
}

/** All stack traces of the process pass here, so that `console.error(error)` in a cell reads well too. */
export function mapStackTraces(): void {
  Error.prepareStackTrace = formatStack;
}

/** The types do not say it: a site prints itself as "name (file:line:column)". */
type Site = NodeJS.CallSite & { toString(): string };

function formatStack(error: Error, sites: Site[]): string {
  // Below the cell's own frames stand those of execute.ts, which called it, and of Node, which called that.
  const outermost = sites.findLastIndex((site) => site.getFileName() === EXECUTE);
  const frames = sites.slice(0, outermost === -1 ? undefined : outermost).flatMap((site): string[] => {
    const file = site.getFileName() ?? "";
    if (file.startsWith(kernelFolder)) return [];
    const line = site.getLineNumber();
    const column = site.getColumnNumber();
    const place = line === null || column === null ? undefined : findPlace(file, line, column);
    if (place === undefined)
      return scripts.has(file) || file.startsWith("node:internal") ? [] : [`    at ${String(site)}`];
    if (!places.has(error)) places.set(error, place);
    const where = `${place.label}:${place.line}:${place.column}`;
    return [`    at ${String(site).replace(`${file}:${line}:${column}`, where)}`];
  });
  return [heading(error), ...frames].join("\n");
}

function heading(error: Error): string {
  try {
    return String(error);
  } catch {
    return "Error";
  }
}
