/** Pass: students cannot delete what was handed out, nor edit it where it is not theirs to answer. */
import { mapCells, type Notebook } from "./notebook.ts";

/** A courtesy against accidents, as in nbgrader; marking restores given cells anyway. */
export function lockCells(notebook: Notebook): Notebook {
  return mapCells(notebook, (cell) => {
    const isAnswer = cell.metadata.nbgrader?.solution === true;
    const { editable: _, ...metadata } = cell.metadata;
    return { ...cell, metadata: { ...metadata, deletable: false, ...(isAnswer ? {} : { editable: false }) } };
  });
}
