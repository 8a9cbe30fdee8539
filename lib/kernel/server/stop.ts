/**
 * Stops code on the main thread. Loops in cells stop by themselves (they watch the shared counter), and so does a
 * waiting cell. What hears nothing, such as an endless recursion or a loop inside a package, is stopped by force.
 */
import { Session } from "node:inspector";
import type { ToRunner } from "../protocol";

/**
 * Force skips `finally` blocks, so a long but finite operation (one step of a big model) gets this long to come back
 * and hear the message.
 */
const PATIENCE_MS = 2000;

export interface Stopper {
  /** How often the notebook was interrupted so far. */
  count(): number;
  interrupt(): void;
  /** The main thread has heard. */
  heard(): void;
}

export function createStopper(shared: SharedArrayBuffer, toRunner: (message: ToRunner) => void): Stopper {
  const interrupts = new Int32Array(shared);
  let timer: NodeJS.Timeout | undefined;

  function stopByForce(): void {
    const session = new Session();
    session.connectToMainThread();
    // V8 unwinds the stack with an exception that no code can catch; then the main thread reads its messages again.
    session.post("Runtime.terminateExecution", () => {
      session.disconnect();
    });
  }

  return {
    count: () => Atomics.load(interrupts, 0),
    interrupt() {
      Atomics.add(interrupts, 0, 1);
      toRunner({ type: "interrupt" });
      timer ??= setTimeout(() => {
        timer = undefined;
        stopByForce();
      }, PATIENCE_MS);
    },
    heard() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
