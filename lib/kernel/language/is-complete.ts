/** Whether Enter runs the code in a console or begins a new line. */
import { isCompleteCode } from "tslab/dist/converter";
import { ts } from "./compiler";

export type Completeness = { status: "complete" | "invalid" } | { status: "incomplete"; indent: string };

/** tslab's judgement of unfinished code, and TypeScript's parser for code that no further line can mend. */
export function judgeCompleteness(code: string): Completeness {
  const { completed, indent = "" } = isCompleteCode(code);
  if (!completed) return { status: "incomplete", indent };
  const file = ts.createSourceFile("cell.ts", `export {};${code}`, ts.ScriptTarget.ES2022);
  const mistakes = (file as unknown as { parseDiagnostics: ts.Diagnostic[] }).parseDiagnostics;
  // An unfinished template or comment reaches the end of the code.
  const open = mistakes.some(({ code: number }) => number === 1160 || number === 1010);
  if (open) return { status: "incomplete", indent };
  return { status: mistakes.length > 0 ? "invalid" : "complete" };
}
