/** What happens in the running code when the student presses ■. */
import { cellOfNow, currentCell, Interrupted, type Cell } from "./cell";

/** Time for the cell's own clean-up (disposing tensors, a last snapshot) before it is ended over its head. */
const GRACE_MS = 400;
/**
 * How long a loop may run on after the button was pressed. Code that awaits hears the message within this time and is
 * stopped by its abort signal, as it likes best; a loop that blocks the thread hears nothing and is stopped here.
 */
const DEAF_MS = 100;

export interface Interrupts {
  /** How often the notebook was interrupted so far. */
  count(): number;
  /** Called by every turn of every loop in cells: throws in code that runs on after an interrupt. */
  check(): void;
  /** The running cell's abort signal, for trainings. */
  signal(): AbortSignal;
  /** The main thread has heard: aborts all signals; a cell that goes on regardless ends after a moment. */
  interrupt(running: Cell | undefined): void;
}

export function watchInterrupts(shared: SharedArrayBuffer): Interrupts {
  const interrupts = new Int32Array(shared);
  const count = () => Atomics.load(interrupts, 0);
  const stops = new Set<AbortController>();

  /** Until when (of performance.now) code older than the latest interrupt may run on. */
  let respite = { count: 0, until: 0 };
  const allow = (milliseconds: number) => {
    respite = { count: count(), until: performance.now() + milliseconds };
  };

  function stopIfInterrupted(): void {
    const cell = currentCell.getStore();
    if (cell === undefined || cell.startedAt >= count()) return;
    if (respite.count !== count()) allow(DEAF_MS);
    else if (performance.now() > respite.until) throw new Interrupted();
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
      allow(GRACE_MS);
      for (const stop of stops) stop.abort(new Interrupted());
      stops.clear();
      if (running === undefined || running.ended) return;
      setTimeout(() => {
        running.fail(new Interrupted());
      }, GRACE_MS);
    },
  };
}
