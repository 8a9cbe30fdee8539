/** A student's exercise under its public checks, in the same sandbox in which it will be marked. */
import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import { listAssignments, loadAssignment } from "../../grading/marking/assignment.ts";
import { markSubmission } from "../../grading/marking/mark.ts";
import type { CheckResult } from "../../grading/marking/marked.ts";
import { neutraliseLine } from "../../grading/results/plain-text.ts";
import { sumSubmission } from "../../grading/results/points.ts";
import { sentencesOf, viewForStudent } from "../../grading/results/student-view.ts";
import { openCompiler } from "../../grading/sandbox/compile.ts";
import { openSession } from "../../grading/sandbox/session.ts";
import { nearestFile, UsageError } from "../command-line.ts";

/** Prints what each public check found; true where all of them passed. */
export async function checkExercise(file: string): Promise<boolean> {
  if (!existsSync(file)) throw new UsageError(`${file}: there is no such notebook.${nearestFile(file)}`);
  const known = await listAssignments();
  const id = known.find((each) => basename(file).startsWith(each));
  if (id === undefined)
    throw new UsageError(
      `${file}: whose exercise is it? Its name should begin with one of ${known.join(", ")}.`,
    );
  const whole = await loadAssignment(id);
  const questions = whole.questions.map((question) => ({
    ...question,
    checks: question.checks.filter(({ visibility }) => visibility === "public"),
  }));
  const session = openSession();
  const compiler = openCompiler(session);
  try {
    const found = { name: basename(file), candidates: [resolve(file)] };
    const marked = await markSubmission(found, { assignment: { ...whole, questions }, session, compiler });
    if (marked.fault !== undefined) throw new UsageError(marked.fault.split("\n")[0]);
    const sentences = sentencesOf(marked.questions);
    for (const { title, problems, checks } of marked.questions) {
      console.log(`\n${title}`);
      for (const { line, message } of problems.slice(0, 3))
        console.log(`  line ${line}: ${neutraliseLine(message, 300)}`);
      for (const check of checks) console.log(describeCheck(check, sentences));
    }
    const { earned, outOf } = sumSubmission(marked);
    console.log(
      `\n${earned} of the ${outOf} points of the public checks. Marking also tries inputs you do not see.`,
    );
    return earned === outOf;
  } finally {
    compiler.close();
    session.close();
  }
}

function describeCheck(check: CheckResult, sentences: ReadonlyMap<string, string>): string {
  const { word, reasons, hint } = viewForStudent(check, sentences);
  const more = [...reasons, ...(hint === undefined ? [] : [`Hint: ${hint}`])].map(
    (line) => `\n      ${neutraliseLine(line, 600)}`,
  );
  return `  ${check.verdict.kind === "passed" ? "✓" : "✗"} ${check.sentence}: ${word}${more.join("")}`;
}
