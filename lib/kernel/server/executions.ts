/** execute_request: one cell at a time, in order; what waits behind a cell that fails is aborted. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Conversion } from "../language/convert";
import type { NotebookLanguage } from "../language/notebook";
import type { TypeError } from "../language/type-errors";
import type { ErrorContent, FromRunner, Outcome, ToRunner } from "../protocol";
import { pointAt } from "../run/traceback";
import type { History } from "./history";
import type { Sockets } from "./sockets";
import type { Header, Request } from "./wire";

export interface Executions {
  add(request: Request): void;
  /** What the running code printed, showed or came to. */
  hear(message: FromRunner): void;
  /** True while a cell runs or waits. */
  busy(): boolean;
}

/** Requests sent together with the one that failed may still be on their way through the socket. */
const STRAGGLERS_MS = 5;
/** Late output goes to its own cell; of this many cells we remember which message that was. */
const REMEMBERED = 10_000;

export function createExecutions(options: {
  sockets: Sockets;
  notebook: () => NotebookLanguage;
  /** How often the notebook was interrupted so far. */
  interrupts: () => number;
  history: History;
  toRunner: (message: ToRunner) => void;
  busy: (parent: Header) => void;
  idle: (parent: Header) => void;
}): Executions {
  const { sockets, notebook, history, toRunner } = options;
  const waiting: Request[] = [];
  const parents = new Map<string, Header>();
  let count = 0;
  let working = false;
  let ended: ((outcome: Outcome) => void) | undefined;

  async function work(): Promise<void> {
    if (working) return;
    working = true;
    for (let request = waiting.shift(); request !== undefined; request = waiting.shift()) {
      options.busy(request.header);
      let aborted: Request[] = [];
      try {
        aborted = await execute(request);
      } finally {
        options.idle(request.header);
      }
      for (const skipped of aborted) {
        options.busy(skipped.header);
        answer(skipped, { status: "aborted", execution_count: count });
        options.idle(skipped.header);
      }
    }
    working = false;
  }

  /** Returns what was sent together with this cell and must not run because it failed. */
  async function execute(request: Request): Promise<Request[]> {
    const { code, silent, store_history, stop_on_error, user_expressions } = request.content;
    const source = typeof code === "string" ? code : "";
    const isSilent = silent === true;
    const stored = !isSilent && store_history !== false;
    if (stored) history.add(++count, source);
    remember(request.header);
    if (!isSilent) sockets.publish("execute_input", { code: source, execution_count: count }, request.header);
    const outcome = await runCell(request.header.msg_id, source);
    if (outcome.kind === "ok") {
      if (outcome.result !== undefined && !isSilent)
        sockets.publish(
          "execute_result",
          { execution_count: count, data: outcome.result, metadata: {} },
          request.header,
        );
      const expressions = await evaluate(request.header.msg_id, user_expressions);
      answer(request, { status: "ok", execution_count: count, payload: [], user_expressions: expressions });
      return [];
    }
    sockets.publish("error", outcome.error, request.header);
    // Before the answer: what a client sends after it has seen the error runs.
    await sleep(STRAGGLERS_MS);
    const aborted = stop_on_error === false || isSilent ? [] : waiting.splice(0);
    answer(request, { status: "error", execution_count: count, ...outcome.error });
    return aborted;
  }

  async function runCell(id: string, source: string): Promise<Outcome> {
    let conversion: Conversion;
    try {
      conversion = notebook().convert(source);
    } catch (error) {
      return { kind: "failed", error: compilerFault(error), unset: [] };
    }
    if (conversion.kind === "rejected")
      return { kind: "failed", error: describeTypeErrors(conversion.errors, count), unset: [] };
    const { script, isAsync, names, modules } = conversion;
    const outcome = await new Promise<Outcome>((resolve) => {
      ended = resolve;
      const interrupts = options.interrupts();
      toRunner({ type: "run", id, count, interrupts, source, script, isAsync, names, modules });
    });
    notebook().accept(conversion, outcome.kind === "ok" ? [] : outcome.unset);
    return outcome;
  }

  async function evaluate(id: string, expressions: unknown): Promise<Record<string, object>> {
    const results: Record<string, object> = {};
    if (typeof expressions !== "object" || expressions === null) return results;
    for (const [name, expression] of Object.entries(expressions)) {
      const outcome = await runCell(id, `(${String(expression)}\n)`);
      results[name] =
        outcome.kind === "ok"
          ? { status: "ok", data: outcome.result ?? { "text/plain": "undefined" }, metadata: {} }
          : { status: "error", ...outcome.error };
    }
    return results;
  }

  function answer(request: Request, content: object): void {
    sockets.reply("shell", "execute_reply", content, request);
  }

  function remember(header: Header): void {
    parents.set(header.msg_id, header);
    if (parents.size > REMEMBERED) for (const id of parents.keys()) return void parents.delete(id);
  }

  function hear(message: FromRunner): void {
    switch (message.type) {
      case "stream":
        sockets.publish("stream", { name: message.name, text: message.text }, parents.get(message.id));
        break;
      case "display": {
        const { data, metadata = {}, transient = {} } = message.message;
        const type = message.update ? "update_display_data" : "display_data";
        sockets.publish(type, { data, metadata, transient }, parents.get(message.id));
        break;
      }
      case "late-error":
        sockets.publish("error", message.error, parents.get(message.id));
        break;
      case "ended":
        ended?.(message.outcome);
        break;
      case "interrupted":
        break;
    }
  }

  return {
    add(request) {
      waiting.push(request);
      void work();
    },
    hear,
    busy: () => working,
  };
}

const MOST_ERRORS = 10;

/** Type errors as Jupyter's error message: every one with its line and a caret. */
export function describeTypeErrors(errors: readonly TypeError[], count: number): ErrorContent {
  const ename = "TypeScriptError";
  const label = (error: TypeError) => error.file ?? `Cell [${count}]`;
  const traceback = errors.slice(0, MOST_ERRORS).map((error) => {
    const { line, column, length, message, code } = error;
    const picture = pointAt({ label: label(error), line, column, length, source: error.source });
    return `\u001b[31m${ename}\u001b[0m: ${message} (TS${code})\n${picture}`;
  });
  if (errors.length > MOST_ERRORS) traceback.push(`… and ${errors.length - MOST_ERRORS} more`);
  const [first] = errors;
  const evalue = first === undefined ? "" : `${first.message} (line ${first.line}, column ${first.column})`;
  return { ename, evalue, traceback };
}

function compilerFault(error: unknown): ErrorContent {
  const evalue = `TypeScript itself failed on this cell: ${error instanceof Error ? error.message : String(error)}`;
  return {
    ename: "CompilerFault",
    evalue,
    traceback: [evalue, error instanceof Error ? String(error.stack) : ""],
  };
}
