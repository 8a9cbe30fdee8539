/** What the grader and its sandboxed processes say to each other: one line of JSON per message, one answer per request. */
import type { Wire } from "../contract.ts";

/** One compiled cell: its name ("q3") and its CommonJS code, in which other cells are modules called "./q1". */
export interface LoadedCell {
  name: string;
  code: string;
}

export type Request =
  | { id: string; kind: "load"; cells: LoadedCell[]; withheld: string[] }
  | { id: string; kind: "call"; question: string; name: string; args: Wire[]; seed: number };

/** What a child says. Nothing here is believed before `parseReply` has looked at it. */
export type Reply = { id: string } & (
  | { kind: "loaded" }
  | { kind: "returned"; value: Wire }
  | { kind: "missing"; present: string[] }
  | { kind: "undefined" }
  | { kind: "threw"; error: string; stack: string }
  | { kind: "unsettled" }
  | { kind: "unsendable"; reason: string }
);

/**
 * A cell as written. `given`: from the exercise as it was handed out; `answer`: the student's; `extra`: the student's own
 * cells, used only for names that nothing else declares.
 */
export interface SourceCell {
  name: string;
  source: string;
  kind: "given" | "answer" | "extra";
}

/** A complaint of TypeScript about a cell, with the line it is about. */
export interface Diagnostic {
  line: number;
  column: number;
  message: string;
  /** The text of that line. */
  text: string;
  /** The cell does not even parse, so that no other cell can use it. */
  syntax: boolean;
}

export interface CompiledCell extends LoadedCell {
  /** Source map (JSON) from `code` to the cell. */
  map: string;
  diagnostics: Diagnostic[];
  /** The cells whose names this one uses. */
  uses: string[];
  /** Free names that only one of the student's own cells declares. */
  borrowed: string[];
}

export type CompileRequest = { id: string; kind: "compile"; cells: SourceCell[] };
export type CompileReply = { id: string; kind: "compiled"; cells: CompiledCell[] };

/** The descriptor both ends use: a socket of its own, so that what the student prints is never part of it. */
export const channel = 3;
