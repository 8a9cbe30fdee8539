/** Sums of verdicts. What could not be graded is kept apart: it is neither a zero nor a mark. */
import type { CheckResult, Marked } from "../marking/marked.ts";

export interface Points {
  earned: number;
  outOf: number;
  /** Points of checks that could not be graded. */
  open: number;
}

export function sumChecks(checks: CheckResult[]): Points {
  const sum = (some: CheckResult[]) => round(some.reduce((total, { points }) => total + points, 0));
  return {
    earned: sum(checks.filter(({ verdict }) => verdict.kind === "passed")),
    outOf: sum(checks),
    open: sum(checks.filter(({ verdict }) => verdict.kind === "ungraded")),
  };
}

export function sumSubmission({ questions }: Marked): Points {
  return sumChecks(questions.flatMap(({ checks }) => checks));
}

/** Whether the mark is final: everything could be graded. */
export function isFinal(marked: Marked): boolean {
  return marked.fault === undefined && sumSubmission(marked).open === 0;
}

/** One sentence on a submission, for the tutor's lists. */
export function describeStatus(marked: Marked): string {
  if (marked.fault !== undefined) return `could not be graded: ${marked.fault.split("\n")[0]!}`;
  const { open } = sumSubmission(marked);
  if (open > 0) return `incomplete: ${open} points could not be graded`;
  const problems = marked.questions.filter((each) => each.problems.length > 0).map(({ id }) => id);
  const kinds = new Set(marked.questions.flatMap(({ checks }) => checks.map(({ verdict }) => verdict.kind)));
  const parts = [
    ...(problems.length > 0 ? [`does not compile: ${problems.join(", ")}`] : []),
    ...(kinds.has("crashed") && problems.length === 0 ? ["something crashed"] : []),
    ...(kinds.has("timed-out") ? ["something did not end"] : []),
  ];
  return ["marked", ...parts].join("; ");
}

function round(points: number): number {
  return Math.round(points * 1000) / 1000;
}
