/** Pass: every cell gets nbgrader's metadata, so that what is handed in can be told from what was handed out. */
import {
  type Cell,
  mapCells,
  nameCell,
  type NbgraderMetadata,
  type Notebook,
  ReleaseError,
} from "./notebook.ts";

/** Cells without a role of their own are given text or code: read-only, named by their id. */
export function labelCells(notebook: Notebook): Notebook {
  const labelled = mapCells(notebook, (cell) => ({
    ...cell,
    metadata: { ...cell.metadata, nbgrader: labelOf(cell, nameCell(notebook, cell)) },
  }));
  refuseDoubles(labelled);
  return labelled;
}

function labelOf({ cell_type, id, metadata }: Cell, name: string): NbgraderMetadata {
  const { grade_id = id, grade = false, solution = false, locked = true, points } = metadata.nbgrader ?? {};
  if (!/^[\w-]+$/.test(grade_id))
    throw new ReleaseError(
      `${name}: grade_id ${JSON.stringify(grade_id)}: expected letters, digits, _ and - only.`,
    );
  const label = { schema_version: 3 as const, grade_id, grade, solution, locked, task: false, cell_type };
  if (!grade) return label;
  if (points === undefined || !(points >= 0))
    throw new ReleaseError(
      `${name}: a check cell needs points, a number from 0; got ${points ?? "none"}. Add "points" to its nbgrader metadata.`,
    );
  return { ...label, points };
}

function refuseDoubles(notebook: Notebook): void {
  const seen = new Map<string, Cell>();
  for (const cell of notebook.cells) {
    const { grade_id } = cell.metadata.nbgrader!;
    const first = seen.get(grade_id);
    if (first !== undefined)
      throw new ReleaseError(
        `grade_id ${grade_id}: used by ${nameCell(notebook, first)} and by ${nameCell(notebook, cell)}. Give one of them another name.`,
      );
    seen.set(grade_id, cell);
  }
}
