/**
 * Exercise 1, marked by hand: SUBMISSION=grading/samples/submissions/"Carla Ferreira" npx jest tests/exercises/01-gan
 * shows one submission's checks as jest's own tests. Without SUBMISSION the solution is marked, and has to pass them all.
 */
import { readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { buildAssignment } from "../../grading/marking/assignment.ts";
import { markSubmission } from "../../grading/marking/mark.ts";
import type { CheckResult, Marked } from "../../grading/marking/marked.ts";
import { openCompiler } from "../../grading/sandbox/compile.ts";
import { openSession } from "../../grading/sandbox/session.ts";
import { findSubmissions, type FoundSubmission } from "../../grading/submissions/find.ts";
import { parseNotebook } from "../../grading/submissions/notebook.ts";
import { settings } from "./01-gan/assignment.ts";
import { hiddenChecks } from "./01-gan/hidden-checks.ts";
import { publicChecks } from "./01-gan/public-checks.ts";

const root = join(import.meta.dirname, "../..");
const submission = resolve(process.env.SUBMISSION ?? join(root, "solutions/01-gan.ipynb"));
const exercise = parseNotebook(readFileSync(join(root, "exercises/01-gan.ipynb")), "exercises/01-gan.ipynb");
const assignment = buildAssignment({
  id: "01-gan",
  exercise,
  checks: [...publicChecks, ...hiddenChecks],
  settings,
});
let marked: Marked;

beforeAll(async () => {
  const session = openSession();
  const compiler = openCompiler(session);
  try {
    marked = await markSubmission(await find(submission), { assignment, session, compiler });
  } finally {
    compiler.close();
    session.close();
  }
}, 300_000);

async function find(path: string): Promise<FoundSubmission> {
  const { submissions } = await findSubmissions(dirname(path), assignment.id);
  const name = basename(path).replace(/\.(ipynb|zip)$/, "");
  const found = submissions.find((each) => each.name === name);
  if (found === undefined)
    throw new Error(
      `SUBMISSION=${path}: no submission there. Expected a notebook, a zip archive or a student's folder.`,
    );
  return found;
}

/** The check's result without what does not matter to whether it passed. */
function outcomeOf(id: string): Pick<CheckResult, "verdict"> & { problems: string[] } {
  const question = marked.questions.find(({ checks }) => checks.some((each) => each.id === id))!;
  const problems = question.problems.map(({ line, message }) => `line ${line}: ${message}`);
  return { verdict: question.checks.find((each) => each.id === id)!.verdict, problems };
}

describe.each(assignment.questions)("$title", ({ checks }) => {
  test.each(checks)("$sentence ($points, $visibility)", ({ id }) => {
    expect(outcomeOf(id)).toEqual({ verdict: { kind: "passed" }, problems: [] });
  });
});

test("the points add up to those the exercise's check cells promise", () => {
  for (const { id, checks } of assignment.questions) {
    const promised = exercise.cells.find(({ gradeId }) => gradeId === `${id}-check`)?.points;
    expect([id, checks.reduce((sum, { points }) => sum + points, 0)]).toEqual([id, promised]);
  }
});
