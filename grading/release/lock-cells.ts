/** Pass: students cannot delete what was handed out, nor edit it where it is not theirs to answer. */
import { mapCells, type Notebook } from "./notebook.ts";

/** A courtesy against accidents, as in nbgrader; marking restores given cells anyway. */
export function lockCells(notebook: Notebook): Notebook {
  return mapCells(notebook, (cell) => {
    const isAnswer = cell.metadata.nbgrader?.solution === true;
    const metadata = { ...cell.metadata, deletable: false };
    delete metadata.editable;
    return { ...cell, metadata: isAnswer ? metadata : { ...metadata, editable: false } };
  });
}
