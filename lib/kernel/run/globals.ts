/** What the kernel puts in the notebook's global scope, and what it takes away. */
import { Readable } from "node:stream";
import type { DisplayMessage } from "../protocol";
import type { Cell } from "./cell";
import type { Runner } from "./execute";
import type { Interrupts } from "./interrupt";
import type { Output } from "./output";

type Display = (message: DisplayMessage, options?: { update?: boolean }) => void;

/** The symbols by which a library reaches any kernel, without importing it. */
export function publishHooks({
  display,
  interrupts,
  runner,
}: {
  display: Display;
  interrupts: Interrupts;
  runner: Runner;
}): void {
  const hooks = {
    "jupyter.display": display,
    "jupyter.interrupt": () => interrupts.signal(),
    "jupyter.scope": () => runner.scope,
  };
  for (const [name, value] of Object.entries(hooks))
    Object.defineProperty(globalThis, Symbol.for(name), { value, configurable: true, writable: true });
  Object.defineProperty(globalThis, "__tslab__", {
    value: { exports: runner.scope, require: runner.require },
  });
}

/** `console.log` and `process.stdout.write` go to the cell, standard input says why it is silent, `exit` does not exit. */
export function replaceProcessParts(output: Output, running: () => Cell | undefined): void {
  Object.defineProperty(process, "stdout", { value: output.stdout, configurable: true });
  Object.defineProperty(process, "stderr", { value: output.stderr, configurable: true });
  let input: Readable | undefined;
  Object.defineProperty(process, "stdin", {
    configurable: true,
    // A fresh stream each time: the refused one is closed.
    get: () => {
      if (input === undefined || input.destroyed) input = refuseInput(running);
      return input;
    },
  });
  const refuse = (what: string) => () => {
    throw new Error(
      `${what} would end the kernel and lose all variables. To stop this cell throw an error; to start afresh use Kernel → Restart.`,
    );
  };
  process.exit = refuse("process.exit()");
  process.abort = refuse("process.abort()");
  const kill = process.kill.bind(process);
  process.kill = (pid, signal) => {
    if (pid === process.pid && signal !== 0) refuse("process.kill() of the kernel itself")();
    return kill(pid, signal);
  };
}

/** A program that asks its user would wait for ever; the cell that asks ends with this error instead. */
function refuseInput(running: () => Cell | undefined): Readable {
  const stream = new Readable({
    read() {
      const error = new Error(
        "a notebook cannot ask for input while it runs: put the answer in a variable, run that cell, then this one",
      );
      error.name = "NoInputError";
      const cell = running();
      if (cell === undefined) this.destroy(error);
      else {
        this.destroy();
        cell.fail(error);
      }
    },
  });
  return Object.assign(stream, { fd: 0, isTTY: false });
}
