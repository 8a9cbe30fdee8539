/** Pass: nbgrader's checksum of each cell, by which it notices that a given cell was changed. */
import { createHash } from "node:crypto";
import { type Cell, mapCells, type NbgraderMetadata, type Notebook } from "./notebook.ts";

export function computeChecksums(notebook: Notebook): Notebook {
  return mapCells(notebook, (cell) => {
    const label = cell.metadata.nbgrader;
    if (label === undefined) return cell;
    return {
      ...cell,
      metadata: { ...cell.metadata, nbgrader: { ...label, checksum: checksum(cell, label) } },
    };
  });
}

/** MD5 over what nbgrader 0.9's `compute_checksum` takes, written as Python writes it: "True", "2.0". */
function checksum(
  { source, cell_type }: Cell,
  { grade, solution, locked, grade_id, points }: NbgraderMetadata,
): string {
  const hash = createHash("md5").update(source).update(cell_type);
  for (const flag of [grade, solution, locked]) hash.update(flag ? "True" : "False");
  hash.update(grade_id);
  if (grade) hash.update(pythonFloat(points!));
  return hash.digest("hex");
}

function pythonFloat(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
