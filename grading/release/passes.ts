/** The way from a solution to the student's notebook: one pass per file, in this order. */
import { clearOutputs } from "./clear-outputs.ts";
import { computeChecksums } from "./compute-checksums.ts";
import { labelCells } from "./label-cells.ts";
import { lockCells } from "./lock-cells.ts";
import type { Notebook } from "./notebook.ts";
import { stripHiddenChecks } from "./strip-hidden-checks.ts";
import { stripSolutions } from "./strip-solutions.ts";
import { validateRelease } from "./validate-release.ts";

/** Takes a notebook, gives a new one, or throws a ReleaseError that names the cell. */
type Pass = (notebook: Notebook) => Notebook;

const passes: Pass[] = [
  labelCells, // first: it refuses doubled names and missing points, by which later passes find cells
  stripSolutions,
  stripHiddenChecks,
  clearOutputs,
  lockCells,
  computeChecksums, // after everything that changes a source
  validateRelease,
];

/** The student's version of a solution. */
export function releaseNotebook(solution: Notebook): Notebook {
  return passes.reduce((notebook, pass) => pass(notebook), solution);
}
