/** Marks one submission: opens it, takes the answers out, type-checks them, and runs each question's checks. */
import type { Verdict } from "../contract.ts";
import type { Compiler } from "../sandbox/compile.ts";
import type { Session } from "../sandbox/session.ts";
import { extractAnswers } from "../submissions/extract.ts";
import type { FoundSubmission } from "../submissions/find.ts";
import { Unreadable } from "../submissions/read-file.ts";
import { openSubmission } from "../submissions/open.ts";
import type { Assignment, Question } from "./assignment.ts";
import { compileAnswers } from "./compile-answers.ts";
import type { Marked, QuestionResult } from "./marked.ts";
import { runChecks } from "./run-checks.ts";

/** What marking needs and many submissions share. */
export interface Workshop {
  assignment: Assignment;
  session: Session;
  compiler: Compiler;
}

/** Never throws for what a submission does: the verdicts say it. */
export async function markSubmission(found: FoundSubmission, workshop: Workshop): Promise<Marked> {
  const started = performance.now();
  const marked = await markParts(found, workshop).catch((error: unknown) => {
    const fault =
      error instanceof Unreadable
        ? error.message
        : `the grader failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    return {
      fault,
      notes: [],
      questions: workshop.assignment.questions.map((each) => ungraded(each, fault)),
    };
  });
  return { name: found.name, ...marked, seconds: (performance.now() - started) / 1000 };
}

async function markParts(
  found: FoundSubmission,
  { assignment, session, compiler }: Workshop,
): Promise<Omit<Marked, "name" | "seconds">> {
  const { notebook, file, notes } = await openSubmission(found, assignment);
  const extracted = extractAnswers(notebook, assignment.exercise, file);
  const compiled = await compileAnswers(extracted.cells, compiler);
  const questions: QuestionResult[] = [];
  const verdicts = new Map<string, Verdict>();
  for (const question of assignment.questions) {
    const answer = extracted.answers.find((each) => each.question === question.id)!;
    const ready = answer.untouched ? { kind: "untouched" as const } : compiled(question.id);
    const run = await runChecks(question, ready, verdicts, {
      session,
      withheld: assignment.settings.withheld ?? [],
    });
    questions.push({ ...run, notes: [...answer.notes, ...run.notes] });
  }
  return { file, notes: [...notes, ...extracted.notes], questions };
}

function ungraded({ id, title, checks }: Question, fault: string): QuestionResult {
  const results = checks.map(({ id, sentence, points, visibility }) => ({
    id,
    sentence,
    points,
    visibility,
    verdict: { kind: "ungraded" as const, fault },
  }));
  return { id, title, notes: [], problems: [], output: "", checks: results };
}
