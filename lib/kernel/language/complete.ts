/** What may stand at the cursor. */
import { internals, nestFile, ts } from "./compiler";
import { cellPath, earlierPath, enterCell } from "./convert";
import type { Workspace } from "./workspace";

export interface Completion {
  /** The stretch of code the choice replaces, in UTF-16 units. */
  start: number;
  end: number;
  candidates: { name: string; kind: string }[];
}

const PREFIX = "export {};";
const MOST = 2000;

/** Names that fit, best first: same beginning, then same letters in another case, then anywhere within. */
export function completeAt(
  workspace: Workspace,
  declarations: string,
  code: string,
  position: number,
): Completion {
  const program = enterCell(workspace, declarations, PREFIX + code);
  const cell = program.getSourceFile(cellPath(workspace))!;
  nestFile(cell, program.getSourceFile(earlierPath(workspace))!);
  const at = position + PREFIX.length;
  const info = ts.Completions.getCompletionsAtPositionForTslab(
    {} as ts.LanguageServiceHost,
    program,
    () => undefined,
    cell,
    at,
    {},
    undefined,
    ts.CompletionTriggerKind.Invoked,
    neverCancelled,
  );
  const word = wordAt(cell, at);
  const start = word?.start ?? at;
  const typed = cell.text.slice(start, at);
  const entries = (info?.entries ?? [])
    .map((entry, index) => ({ entry, index, rank: rankMatch(entry.name, typed) }))
    .filter(({ rank }) => rank < NO_MATCH)
    .sort((a, b) => a.rank - b.rank || compare(a.entry.sortText, b.entry.sortText) || a.index - b.index);
  return {
    start: start - PREFIX.length,
    end: (word?.end ?? at) - PREFIX.length,
    candidates: entries.slice(0, MOST).map(({ entry }) => ({ name: entry.name, kind: kindOf(entry.kind) })),
  };
}

/** The identifier under or before the cursor. */
function wordAt(file: ts.SourceFile, at: number): { start: number; end: number } | undefined {
  const before = internals.findPrecedingToken(at, file);
  if (before === undefined || !/^[\p{ID_Start}$_]/u.test(before.getText(file)) || before.end < at)
    return undefined;
  return { start: before.getStart(file), end: before.end };
}

const NO_MATCH = 3;
function rankMatch(name: string, typed: string): number {
  if (name.startsWith(typed)) return 0;
  const [lowerName, lowerTyped] = [name.toLowerCase(), typed.toLowerCase()];
  if (lowerName.startsWith(lowerTyped)) return 1;
  return lowerName.includes(lowerTyped) ? 2 : NO_MATCH;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** JupyterLab's names for what it draws a symbol beside. */
function kindOf(kind: string): string {
  if (["const", "let", "var", "local var", "parameter", "alias"].includes(kind)) return "variable";
  if (kind === "method" || kind === "function" || kind === "local function") return "function";
  if (kind === "property" || kind === "getter" || kind === "setter") return "property";
  return kind;
}

export const neverCancelled: ts.CancellationToken = {
  isCancellationRequested: () => false,
  throwIfCancellationRequested: () => undefined,
};
