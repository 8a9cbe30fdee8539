/** One assignment from its solution to the files that students get. */
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { bundleChecks } from "./bundle-checks.ts";
import { formatNotebook, readNotebook, ReleaseError } from "./notebook.ts";
import { releaseNotebook } from "./passes.ts";

const root = resolve(import.meta.dirname, "../..");

export type ReleasedFile = { path: string; text: string };

/** The names of all solutions: "01-gan". */
export function listSolutions(folder: string = join(root, "solutions")): string[] {
  if (!existsSync(folder)) return [];
  const notebooks = readdirSync(folder).filter((name) => name.endsWith(".ipynb"));
  return notebooks.map((name) => name.replace(/\.ipynb$/, "")).sort();
}

/** The student's files, paths relative to the folder of exercises. Throws ReleaseError where the solution is not in order. */
export function releaseAssignment(
  assignment: string,
  folder: string = join(root, "solutions"),
): ReleasedFile[] {
  const checks = join(root, "tests", "exercises", assignment, "public-checks.ts");
  if (!existsSync(checks))
    throw new ReleaseError(
      `tests/exercises/${assignment}/public-checks.ts: missing; without it students could check nothing.`,
    );
  const notebook = releaseNotebook(readNotebook(join(folder, `${assignment}.ipynb`)));
  return [
    { path: `${assignment}.ipynb`, text: formatNotebook(notebook) },
    { path: join("checks", `${assignment}.cjs`), text: bundleChecks(assignment) },
  ];
}
