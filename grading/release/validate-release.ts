/** Pass: the last look before a notebook is handed out. Changes nothing; refuses what must not get out. */
import { type Cell, nameCell, type Notebook, ReleaseError } from "./notebook.ts";

export function validateRelease(notebook: Notebook): Notebook {
  for (const cell of notebook.cells) {
    const name = nameCell(notebook, cell);
    if (/BEGIN SOLUTION|END SOLUTION|HIDDEN TESTS/i.test(cell.source))
      throw new ReleaseError(`${name}: still holds a marker of a solution or of a hidden check.`);
    if (cell.cell_type === "code" && cell.outputs?.length !== 0)
      throw new ReleaseError(`${name}: still has outputs.`);
    if (cell.metadata.nbgrader?.checksum === undefined) throw new ReleaseError(`${name}: has no checksum.`);
    validateRole(cell, name);
  }
  validateQuestions(notebook);
  return notebook;
}

/** The roles that nbgrader knows: answer, check, answer marked by hand, read-only. */
function validateRole({ cell_type, metadata }: Cell, name: string): void {
  const { grade, solution, locked } = metadata.nbgrader!;
  if (cell_type === "markdown" && grade !== solution)
    throw new ReleaseError(
      `${name}: a text cell that is answered or marked has to be both ("grade" and "solution": true).`,
    );
  if (!grade && !solution && !locked) throw new ReleaseError(`${name}: a given cell has to be locked.`);
  if (solution && locked)
    throw new ReleaseError(`${name}: an answer cell cannot be locked, or nobody could answer.`);
}

/** Every automatic answer has its check, under `<question>-check`, and every check an answer. */
function validateQuestions({ cells }: Notebook): void {
  const ids = (wanted: (cell: Cell) => boolean) =>
    cells.filter(wanted).map(({ metadata }) => metadata.nbgrader!.grade_id);
  const answers = ids(({ metadata: { nbgrader } }) => nbgrader!.solution && !nbgrader!.grade);
  const checks = ids(({ metadata: { nbgrader } }) => nbgrader!.grade && !nbgrader!.solution);
  for (const answer of answers)
    if (!checks.includes(`${answer}-check`))
      throw new ReleaseError(
        `question ${answer}: has no check cell. Add a locked cell ${answer}-check with \`await check("${answer}")\` and its points.`,
      );
  for (const check of checks)
    if (!answers.includes(check.replace(/-check$/, "")))
      throw new ReleaseError(
        `check cell ${check}: belongs to no answer cell. Expected the name of one, followed by -check.`,
      );
}
