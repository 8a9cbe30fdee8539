/** Pass: no outputs, no execution counts, no traces of how the solution was viewed. */
import { type Cell, mapCells, type Notebook } from "./notebook.ts";

/** What front ends write into a cell's metadata while it is run and looked at. */
const traces = new Set(["ExecuteTime", "collapsed", "execution", "jupyter", "scrolled", "trusted", "vscode"]);

export function clearOutputs(notebook: Notebook): Notebook {
  const { kernelspec, language_info } = notebook.metadata;
  return {
    ...mapCells(notebook, clearCell),
    metadata: { kernelspec, language_info },
  };
}

function clearCell({ cell_type, id, metadata, source }: Cell): Cell {
  const kept = Object.entries(metadata).filter(([key]) => !traces.has(key));
  const cell: Cell = { cell_type, id, metadata: Object.fromEntries(kept), source };
  return cell_type === "code" ? { ...cell, outputs: [], execution_count: null } : cell;
}
