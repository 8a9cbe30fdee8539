/**
 * Runs one question's checks. They run here, in the trusted process, with jest's `expect` if they like; only the
 * student's functions run in the sandbox. Not inside jest itself: jest's workers would put tests of hundreds of students
 * into one report, restart on a crash, and know neither "skipped because" nor "could not be graded".
 */
import type { CheckDefinition, Submission, Verdict } from "../contract.ts";
import { openAnswer } from "../sandbox/answer.ts";
import type { Session } from "../sandbox/session.ts";
import type { Question } from "./assignment.ts";
import type { ReadyAnswer } from "./compile-answers.ts";
import type { CheckResult, QuestionResult } from "./marked.ts";
import { passed, verdictOf } from "./verdict.ts";

export interface RunOptions {
  session: Session;
  withheld: string[];
}

/** Adds each check's verdict to `verdicts`, by id, so that later checks can wait for them. */
export async function runChecks(
  question: Question,
  answer: ReadyAnswer,
  verdicts: Map<string, Verdict>,
  { session, withheld }: RunOptions,
): Promise<QuestionResult> {
  const { id, title } = question;
  const record = (check: CheckDefinition, verdict: Verdict): CheckResult => {
    verdicts.set(check.id, verdict);
    const { id, sentence, points, visibility, hint } = check;
    return { id, sentence, points, visibility, ...(hint === undefined ? {} : { hint }), verdict };
  };
  const result: QuestionResult = { id, title, notes: [], problems: [], output: "", checks: [] };
  switch (answer.kind) {
    case "untouched":
      return { ...result, checks: question.checks.map((check) => record(check, untouched)) };
    case "broken": {
      const verdict: Verdict = { kind: "crashed", error: answer.error };
      return {
        ...result,
        problems: answer.problems,
        checks: question.checks.map((check) => record(check, verdict)),
      };
    }
    case "ready":
      break;
  }
  const running = openAnswer(session, { question: id, cells: answer.cells, withheld });
  try {
    for (const check of question.checks) {
      const before = check.after === undefined ? passed : verdicts.get(check.after);
      const verdict =
        before?.kind === "passed"
          ? await runCheck(check, running)
          : { kind: "skipped" as const, after: check.after! };
      const printed = running.takeOutput();
      if (check.visibility === "public") result.output += printed;
      result.checks.push(record(check, verdict));
    }
    return { ...result, notes: answer.notes };
  } finally {
    running.close();
  }
}

const untouched: Verdict = {
  kind: "failed",
  expected: "your answer",
  actual: "the cell as it was handed out",
  hint: "Nothing is lost but the points: have a go at it.",
};

async function runCheck(check: CheckDefinition, answer: Submission): Promise<Verdict> {
  // A check may forget to pass on how a call ended; the first bad end counts.
  let ended: unknown;
  try {
    await check.run({
      call: async (...parameters) =>
        answer.call(...parameters).catch((error: unknown) => {
          ended ??= error;
          throw error;
        }),
    });
    return ended === undefined ? passed : verdictOf(ended);
  } catch (error) {
    return verdictOf(ended ?? error);
  }
}
