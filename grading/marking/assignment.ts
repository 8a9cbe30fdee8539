/** An assignment as marking needs it: the notebook as handed out, the checks in the order in which they run. */
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { AssignmentSettings, CheckDefinition } from "../contract.ts";
import { type Notebook, parseNotebook } from "../submissions/notebook.ts";

export interface Question {
  id: string;
  /** The heading above the answer cell: "Question 3: the generator's loss". */
  title: string;
  /** Public checks first: what is printed before a hidden input is seen may be shown. */
  checks: CheckDefinition[];
}

export interface Assignment {
  id: string;
  settings: AssignmentSettings;
  exercise: Notebook;
  questions: Question[];
}

export interface AssignmentParts {
  id: string;
  exercise: Notebook;
  checks: CheckDefinition[];
  settings?: AssignmentSettings;
}

/** An assignment that cannot be marked as it is: the teacher's to mend. */
export class AssignmentError extends Error {
  override name = "AssignmentError";
}

const root = resolve(import.meta.dirname, "../..");

/** Where the checks of assignments live; each folder with a `public-checks.ts` is one. */
export async function listAssignments(folder: string = join(root, "tests/exercises")): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: false }).catch(() => []);
  const names: string[] = [];
  for (const entry of entries)
    if (entry.isDirectory() && (await readdir(join(folder, entry.name))).includes("public-checks.ts"))
      names.push(entry.name);
  return names.sort();
}

/** Reads `exercises/<id>.ipynb` and the checks in `tests/exercises/<id>/`. Throws AssignmentError where a part is missing or wrong. */
export async function loadAssignment(id: string): Promise<Assignment> {
  const known = await listAssignments();
  if (!known.includes(id)) throw new AssignmentError(describeUnknown(id, known));
  const notebook = join(root, "exercises", `${id}.ipynb`);
  const bytes = await readFile(notebook).catch(() => {
    throw new AssignmentError(
      `exercises/${id}.ipynb: not there; it is made from the solution by ./course release ${id}`,
    );
  });
  const part = async (name: string) =>
    (await import(pathToFileURL(join(root, "tests/exercises", id, name)).href)) as Record<string, unknown>;
  const hasSettings = (await readdir(join(root, "tests/exercises", id))).includes("assignment.ts");
  const [open, hidden, own] = await Promise.all([
    part("public-checks.ts"),
    part("hidden-checks.ts"),
    hasSettings ? part("assignment.ts") : { settings: undefined },
  ]);
  return buildAssignment({
    id,
    exercise: parseNotebook(bytes, `exercises/${id}.ipynb`),
    checks: [
      ...readChecks(open.publicChecks, id, "public"),
      ...readChecks(hidden.hiddenChecks, id, "hidden"),
    ],
    ...(own.settings === undefined ? {} : { settings: own.settings as AssignmentSettings }),
  });
}

function readChecks(value: unknown, id: string, visibility: "public" | "hidden"): CheckDefinition[] {
  if (Array.isArray(value)) return value as CheckDefinition[];
  throw new AssignmentError(
    `tests/exercises/${id}/${visibility}-checks.ts: expected it to export ${visibility}Checks, a list`,
  );
}

/** Puts the checks in order and refuses contradictions between them and the notebook. */
export function buildAssignment({
  id,
  exercise,
  checks,
  settings = { title: id },
}: AssignmentParts): Assignment {
  const ids = answerIds(exercise);
  for (const { question, id: check } of checks)
    if (!ids.includes(question))
      throw new AssignmentError(`check ${check}: the exercise has no answer cell ${question}`);
  const questions = ids.map((question) => {
    const own = checks.filter((each) => each.question === question);
    const sorted = [...own.filter(isPublic), ...own.filter((each) => !isPublic(each))];
    return { id: question, title: titleOf(question, exercise), checks: sorted };
  });
  const order = questions.flatMap((each) => each.checks);
  for (const [place, check] of order.entries()) {
    if (order.findIndex((each) => each.id === check.id) !== place)
      throw new AssignmentError(`check ${check.id}: there are two of this id`);
    if (check.after !== undefined && !order.slice(0, place).some((each) => each.id === check.after))
      throw new AssignmentError(`check ${check.id}: waits for ${check.after}, which does not run before it`);
  }
  return { id, settings, exercise, questions };
}

function isPublic({ visibility }: CheckDefinition): boolean {
  return visibility === "public";
}

function answerIds({ cells }: Notebook): string[] {
  return cells.flatMap(({ isAnswer, gradeId }) => (isAnswer && gradeId !== undefined ? [gradeId] : []));
}

/** The last heading above the answer cell. */
function titleOf(question: string, { cells }: Notebook): string {
  const place = cells.findIndex(({ gradeId, isAnswer }) => isAnswer && gradeId === question);
  for (const { type, source } of cells.slice(0, place).reverse()) {
    const heading = type === "markdown" ? /^#{1,6}\s+(.+)$/m.exec(source)?.[1] : undefined;
    // The points stand beside the title wherever it is shown.
    if (heading !== undefined)
      return heading
        .replaceAll(/[*_`]/g, "")
        .replace(/\s*\([\d.]+ points?\)\s*$/, "")
        .trim();
  }
  return question;
}

function describeUnknown(id: string, known: string[]): string {
  const there =
    known.length === 0
      ? "there are none yet"
      : `there ${known.length === 1 ? "is" : "are"} ${known.join(", ")}`;
  return `assignment ${JSON.stringify(id)}: unknown; ${there}.`;
}
