/** A type error as a student should read it: where, what, and the line itself with a caret under the fault. */
import { relative } from "node:path";
import { ts } from "./compiler";

export interface TypeError {
  /** A file beside the notebook, or nothing for the cell itself. */
  file?: string;
  /** From 1, in the cell as typed. */
  line: number;
  column: number;
  /** How many characters of the line are meant. */
  length: number;
  /** The whole text the line is from. */
  source: string;
  code: number;
  message: string;
}

/** `source` is the text the student wrote; `shift` how many characters stand before it in the checked file. */
export function describeDiagnostic(
  diagnostic: ts.Diagnostic,
  { source, shift = 0, file }: { source: string; shift?: number; file?: string },
): TypeError {
  const start = Math.min(Math.max(0, (diagnostic.start ?? 0) - shift), source.length);
  const before = source.slice(0, start);
  const lineStart = before.lastIndexOf("\n") + 1;
  const lineEnd = source.indexOf("\n", start);
  const sourceLine = source.slice(lineStart, lineEnd === -1 ? undefined : lineEnd);
  return {
    ...(file === undefined ? {} : { file }),
    line: before.split("\n").length,
    column: start - lineStart + 1,
    length: Math.max(1, Math.min(diagnostic.length ?? 1, sourceLine.length - (start - lineStart))),
    source,
    code: diagnostic.code,
    message: ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n") + remedy(diagnostic),
  };
}

/** The same for a file that the cell imports; its path is given from the notebook's folder. */
export function describeFileDiagnostic(diagnostic: ts.DiagnosticWithLocation, folder: string): TypeError {
  const { file } = diagnostic;
  return describeDiagnostic(diagnostic, { source: file.text, file: relative(folder, file.fileName) });
}

const ASKING = /'(prompt|confirm|alert|input)'/;

/** What to do about the messages students meet most and TypeScript does not explain. */
function remedy(diagnostic: ts.Diagnostic): string {
  const text = ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n");
  const { code } = diagnostic;
  if ((code === 2304 || code === 2552) && ASKING.test(text))
    return '\nA notebook cannot ask questions while it runs: put the answer in a variable, e.g. const answer = "…", and run the cell again.';
  if (code === 2304 || code === 2552) return "\nRun the cell that defines it first, or import it.";
  if (code === 2307)
    return "\nIs the path right, seen from the notebook's folder? A package must be installed (npm install) there or in the course's folder.";
  return "";
}
