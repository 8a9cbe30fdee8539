/** What happens in the running code when the student presses ■. */
import { cellOfNow, currentCell, Interrupted, type Cell } from "./cell";

/** Time for the cell's own clean-up (disposing tensors, a last snapshot) before it is ended over its head. */
const GRACE_MS = 400;

export interface Interrupts {
  /** How often the notebook was interrupted so far. */
  count(): number;
  /** Called by every turn of every loop in cells: throws in code that was started before the last interrupt. */
  check(): void;
  /** The running cell's abort signal, for trainings. */
  signal(): AbortSignal;
  /** Aborts all signals; a cell that goes on regardless ends after a moment. */
  interrupt(running: Cell | undefined): void;
}

export function watchInterrupts(shared: SharedArrayBuffer): Interrupts {
  const interrupts = new Int32Array(shared);
  const count = () => Atomics.load(interrupts, 0);
  const stops = new Set<AbortController>();

  function stopIfInterrupted(): void {
    const cell = currentCell.getStore();
    if (cell !== undefined && cell.startedAt < count()) throw new Interrupted();
  }

  return {
    count,
    check() {
      // Nearly always zero: one atomic load per turn of a loop.
      if (Atomics.load(interrupts, 0) !== 0) stopIfInterrupted();
    },
    signal() {
      const cell = cellOfNow();
      if (cell?.stop !== undefined) return cell.stop.signal;
      const stop = new AbortController();
      if (cell !== undefined) {
        cell.stop = stop;
        if (cell.startedAt < count()) stop.abort(new Interrupted());
        else stops.add(stop);
      }
      return stop.signal;
    },
    interrupt(running) {
      for (const stop of stops) stop.abort(new Interrupted());
      stops.clear();
      if (running === undefined || running.ended) return;
      setTimeout(() => {
        running.fail(new Interrupted());
      }, GRACE_MS);
    },
  };
}
