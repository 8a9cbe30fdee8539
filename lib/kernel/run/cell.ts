/** The cells that run or ran, and how running code finds its own. */
import { AsyncLocalStorage } from "node:async_hooks";

export class Interrupted extends Error {
  override name = "Interrupted";
  constructor() {
    super("the cell was interrupted");
  }
}

export interface Cell {
  readonly id: string;
  readonly count: number;
  /** How often the notebook had been interrupted when the cell was sent to run. */
  readonly startedAt: number;
  /** Ends the cell with an error, whatever its code still does. */
  fail(error: unknown): void;
  ended: boolean;
  /** Characters printed so far; see output.ts. */
  printed: number;
  stop?: AbortController;
}

/** Follows a cell's code through timers and promises: what it prints or throws later is still its own. */
export const currentCell = new AsyncLocalStorage<Cell>();

let latest: Cell | undefined;
export function setLatestCell(cell: Cell): void {
  latest = cell;
}

/** The cell whose code runs now; for code that no cell started (a native callback), the latest. */
export function cellOfNow(): Cell | undefined {
  return currentCell.getStore() ?? latest;
}
