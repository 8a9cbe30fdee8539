/** Pass: checks that a lecturer keeps in the solution itself are left out. (Ours live in tests/exercises, outside it.) */
import { mapCells, nameCell, type Notebook, ReleaseError } from "./notebook.ts";

const region =
  /^[^\S\n]*\/\/ ### BEGIN HIDDEN TESTS[^\S\n]*\n(?:.*\n)*?[^\S\n]*\/\/ ### END HIDDEN TESTS[^\S\n]*(?:\n|$)/gm;
const anyMarker = /(?:BEGIN|END)\s+HIDDEN\s+TESTS?/i;

/** Throws ReleaseError where a marker is misspelt or has no partner, rather than publish what it hides. */
export function stripHiddenChecks(notebook: Notebook): Notebook {
  return mapCells(notebook, (cell) => {
    if (cell.cell_type !== "code") return cell;
    const source = cell.source.replace(region, "");
    const line = source.split("\n").find((each) => anyMarker.test(each));
    if (line !== undefined)
      throw new ReleaseError(
        `${nameCell(notebook, cell)}: \`${line.trim()}\` has no partner or is misspelt. Expected \`// ### BEGIN HIDDEN TESTS\` and \`// ### END HIDDEN TESTS\`.`,
      );
    return { ...cell, source: source.replace(/\n$/, "") };
  });
}
