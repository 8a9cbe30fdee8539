/** Runs one cell after the other and says how each ended. */
import vm from "node:vm";
import type { Outcome, RunRequest } from "../protocol";
import { currentCell, Interrupted, setLatestCell, type Cell } from "./cell";
import type { Interrupts } from "./interrupt";
import { type CellHandle, createModules } from "./modules";
import type { Output } from "./output";
import { describeResult } from "./rich-result";
import { registerScript } from "./stack";
import { describeError } from "./traceback";

export interface Runner {
  /** The cell that runs now. */
  readonly running: () => Cell | undefined;
  /** All top-level variables of the notebook, live. */
  readonly scope: Record<string, unknown>;
  readonly require: (specifier: string) => unknown;
  run(request: RunRequest, ended: (outcome: Outcome) => void): void;
}

export function createRunner(options: {
  folder: string;
  repo: string;
  interrupts: Interrupts;
  builtIn: ReadonlyMap<string, () => unknown>;
  output: Output;
}): Runner {
  const { interrupts, output } = options;
  const scope: Record<string, unknown> = {};
  const modules = createModules({ ...options, handle: () => newHandle() });
  /** Names that stand for a cell's own variable. */
  const shared = new Set<string>();
  let running: Cell | undefined;

  const newHandle = (): CellHandle => ({
    value: undefined,
    check: () => {
      interrupts.check();
      output.flushWhenDue();
    },
    import: (specifier) => modules.import(specifier),
    define: defineImport,
    share,
  });

  function share(accessors: object): void {
    for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(accessors))) {
      Object.defineProperty(scope, name, descriptor);
      shared.add(name);
    }
  }

  /** What declares a name again must not write to the older variable, which functions may still use. */
  function unshare(names: readonly string[]): void {
    for (const name of names)
      if (shared.delete(name))
        Object.defineProperty(scope, name, {
          value: undefined,
          writable: true,
          enumerable: true,
          configurable: true,
        });
  }

  function run(request: RunRequest, ended: (outcome: Outcome) => void): void {
    const handle = newHandle();
    let resolve!: (value: unknown) => void;
    let reject!: (reason: unknown) => void;
    const promise = new Promise<unknown>((...settle) => ([resolve, reject] = settle));
    const cell: Cell = {
      id: request.id,
      count: request.count,
      startedAt: request.interrupts,
      fail: reject,
      ended: false,
      printed: 0,
    };
    running = cell;
    setLatestCell(cell);
    // What follows the end is arranged before the start: stopping an endless loop by force unwinds this stack too.
    promise
      .then(() => {
        // A training that its signal stopped may end quietly; the cells behind it still must not run.
        if (cell.startedAt !== interrupts.count()) throw new Interrupted();
        return currentCell.run(cell, () => describeResult(handle.value));
      })
      .then(
        (result): Outcome => ({ kind: "ok", ...(result === undefined ? {} : { result }) }),
        (error: unknown): Outcome => ({
          kind: "failed",
          error: describeError(reason(error, cell)),
          unset: unset(request),
        }),
      )
      .then((outcome) => {
        cell.ended = true;
        if (running === cell) running = undefined;
        ended(outcome);
      })
      .catch(reject);
    try {
      unshare(request.names);
      modules.update(request.modules);
      const start = compile(request);
      // An async cell returns its promise; a synchronous one is done when it returns.
      const done: unknown = currentCell.run(cell, start, scope, modules.require, handle);
      if (request.isAsync) (done as Promise<void>).then(resolve, reject);
      else resolve(undefined);
    } catch (error) {
      reject(error);
    }
  }

  /** Whatever code throws when it is aborted (an AbortError, its own), the student pressed ■ and reads so. */
  function reason(error: unknown, cell: Cell): unknown {
    if (cell.startedAt === interrupts.count() || error instanceof Interrupted) return error;
    const stopped = new Interrupted();
    const isAbort = error instanceof Error && error.name === "AbortError";
    return isAbort ? stopped : Object.assign(stopped, { cause: error });
  }

  function unset({ names }: RunRequest): string[] {
    const without = names.filter((name) => {
      const property = Object.getOwnPropertyDescriptor(scope, name);
      if (property?.get === undefined) return property?.value === undefined;
      return shared.has(name) && isUnset(scope, name); // An import is not loaded only to see whether it has a value.
    });
    unshare(without);
    return without;
  }

  return { running: () => running, scope, require: modules.require, run };
}

/** A variable that its cell never reached throws when it is read. */
function isUnset(scope: Record<string, unknown>, name: string): boolean {
  try {
    return scope[name] === undefined;
  } catch {
    return true;
  }
}

type Compiled = (exports: object, require: (specifier: string) => unknown, cell: CellHandle) => unknown;

function compile({ id, count, source, script, isAsync }: RunRequest): Compiled {
  const filename = `notebook-cell:${id}`;
  registerScript(filename, `Cell [${count}]`, source, script);
  const head = `(${isAsync ? "async " : ""}function (exports, require, __cell__) {\n`;
  const compiled = new vm.Script(`${head}${script.code}\n})`, {
    filename,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  return compiled.runInThisContext() as Compiled;
}

/**
 * An imported name stays a getter until it is used, so that `import { trainGan }` loads nothing; it may be declared
 * again by a later cell.
 */
function defineImport(target: object, name: string, descriptor: PropertyDescriptor): void {
  if (name === "__esModule") return;
  Object.defineProperty(target, name, {
    ...descriptor,
    configurable: true,
    set: (value: unknown) => {
      Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
    },
  });
}
