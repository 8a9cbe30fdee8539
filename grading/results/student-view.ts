/**
 * What a student may read about a check. Of a hidden one never what was expected, what came or what was thrown: each could
 * spell out its inputs.
 */
import type { CheckResult } from "../marking/marked.ts";
import { neutralise } from "./plain-text.ts";

/** What each check says it checks, by its id. */
export function sentencesOf(questions: readonly { checks: CheckResult[] }[]): ReadonlyMap<string, string> {
  return new Map(questions.flatMap(({ checks }) => checks.map(({ id, sentence }) => [id, sentence])));
}

export interface StudentView {
  /** One or two words: "passed", "not yet". */
  word: string;
  /** Why, in sentences; none where it passed. */
  reasons: string[];
  hint?: string;
}

export function viewForStudent(
  { verdict, visibility, hint }: CheckResult,
  sentences: ReadonlyMap<string, string>,
): StudentView {
  const isHidden = visibility === "hidden";
  const own = hint === undefined ? {} : { hint };
  switch (verdict.kind) {
    case "passed":
      return { word: "passed", reasons: [] };
    case "failed": {
      if (isAboutTheCell(verdict.actual))
        return { word: "not yet", reasons: ["There is no answer here yet."], ...hintOf(verdict.hint) };
      if (isHidden)
        return {
          word: "not yet",
          reasons: ["Your function gives something else than it should for inputs you do not see."],
          ...own,
        };
      const said = verdict.hint ?? hint;
      return {
        word: "not yet",
        reasons: [`Expected ${neutralise(verdict.expected, 600)}; got ${neutralise(verdict.actual, 600)}.`],
        ...hintOf(said),
      };
    }
    case "crashed": {
      const reason = neutralise(verdict.error, 1200);
      const isSafe =
        !isHidden || verdict.error.startsWith("does not compile") || verdict.error.startsWith("uses ");
      return {
        word: "stopped",
        reasons: [isSafe ? `Stopped: ${reason}` : "Stopped with an error for inputs you do not see."],
        ...own,
      };
    }
    case "timed-out":
      return {
        word: "ran out of time",
        reasons: [`Not finished within ${verdict.seconds} s.`],
        hint: hint ?? "Look for a loop that never ends, or a promise that is never resolved.",
      };
    case "skipped":
      return {
        word: "skipped",
        reasons: [`Waits until this passes: ${sentences.get(verdict.after) ?? verdict.after}.`],
      };
    case "ungraded":
      return { word: "could not be graded", reasons: [neutralise(verdict.fault.split("\n")[0]!, 600)] };
  }
}

function hintOf(hint: string | undefined): { hint?: string } {
  return hint === undefined ? {} : { hint: neutralise(hint, 600) };
}

/** The untouched stub's verdict is about no input, so it may be told of hidden checks as well. */
function isAboutTheCell(actual: string): boolean {
  return actual === "the cell as it was handed out";
}
