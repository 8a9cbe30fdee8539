/** What marking found, as plain data: the results, the gradebook and the pages are made of it. */
import type { Verdict } from "../contract.ts";
import type { Diagnostic } from "../sandbox/protocol.ts";

export interface CheckResult {
  id: string;
  sentence: string;
  points: number;
  visibility: "public" | "hidden";
  /** The check's own hint: for a hidden check the only reason that may be shown. */
  hint?: string;
  verdict: Verdict;
}

export interface QuestionResult {
  id: string;
  title: string;
  /** What was restored or borrowed, for the student to read. */
  notes: string[];
  /** Why the cell did not compile. */
  problems: Diagnostic[];
  /** What it printed before it saw a hidden input. */
  output: string;
  checks: CheckResult[];
}

export interface Marked {
  name: string;
  /** The notebook that was opened, relative to the student's folder. */
  file?: string;
  /** Why nothing could be marked. */
  fault?: string;
  notes: string[];
  questions: QuestionResult[];
  seconds: number;
}
