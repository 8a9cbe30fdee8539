/**
 * The TypeScript kernel: `node main.js --connection <file>`. This thread runs the notebook's code and nothing else;
 * the server thread talks to Jupyter and compiles, so both answer while a cell is busy.
 */
import { createRequire, enableCompileCache } from "node:module";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { DisplayMessage, FromRunner, ServerSettings, ToRunner } from "./protocol";
import { cellOfNow, Interrupted } from "./run/cell";
import { createRunner } from "./run/execute";
import { publishHooks, replaceProcessParts } from "./run/globals";
import { watchInterrupts } from "./run/interrupt";
import { captureOutput } from "./run/output";
import { cleanBundle } from "./run/rich-result";
import { mapStackTraces } from "./run/stack";
import { describeError } from "./run/traceback";

const repo = join(__dirname, "..", "..", "..");

function startKernel(connectionFile: string): void {
  enableCompileCache(join(repo, ".cache", "kernel"));
  const folder = process.cwd();
  const shared = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const settings: ServerSettings = { connectionFile, folder, repo, interrupts: shared };
  const server = new Worker(join(__dirname, "server", "thread.js"), { workerData: settings });
  const send = (message: FromRunner) => server.postMessage(message);
  // The notebook's process.exit is replaced below; this is the real one.
  const exit = process.exit.bind(process);

  mapStackTraces();
  const interrupts = watchInterrupts(shared);
  const output = captureOutput(send);
  const display = (message: DisplayMessage, { update = false }: { update?: boolean } = {}) => {
    const cell = cellOfNow();
    if (cell === undefined) return;
    output.flush();
    send({ type: "display", id: cell.id, message: { ...message, data: cleanBundle(message.data) }, update });
  };
  const builtIn = new Map([["tslab", () => loadTslab(display)]]);
  const runner = createRunner({ folder, repo, interrupts, builtIn, output });
  publishHooks({ display, interrupts, runner });
  replaceProcessParts(output, runner.running);

  server.on("message", (message: ToRunner) => {
    switch (message.type) {
      case "run":
        runner.run(message, (outcome) => {
          output.flush();
          send({ type: "ended", id: message.id, outcome });
        });
        break;
      case "interrupt":
        send({ type: "interrupted" });
        interrupts.interrupt(runner.running());
        break;
      case "exit":
        exit(0);
    }
  });
  server.on("error", (error) => {
    logFault(error);
    exit(1);
  });
  server.on("exit", () => exit(1));

  const reportLate = (error: unknown) => {
    const cell = cellOfNow();
    if (cell === undefined) logFault(error);
    else if (!cell.ended) cell.fail(error);
    else if (!(error instanceof Interrupted)) {
      output.flush();
      send({ type: "late-error", id: cell.id, error: describeError(error) });
    }
  };
  process.on("uncaughtException", reportLate);
  process.on("unhandledRejection", reportLate);
  // Jupyter interrupts by message; a Ctrl-C in the terminal of `jupyter console` must not end the kernel either.
  process.on("SIGINT", () => {
    Atomics.add(new Int32Array(shared), 0, 1);
    interrupts.interrupt(runner.running());
  });
}

/** A fault of the kernel itself: into the log of the Jupyter server. */
const writeLog = process.stderr.write.bind(process.stderr);
function logFault(error: unknown): void {
  writeLog(`[tslab kernel] ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
}

/** tslab's own package, for notebooks that use its `display`. */
function loadTslab(display: (message: DisplayMessage, options?: { update?: boolean }) => void): unknown {
  const load = createRequire(__filename);
  const jupyter = load("tslab/dist/jupyter") as { lastWriteDisplayData: unknown };
  jupyter.lastWriteDisplayData = (message: DisplayMessage, update?: boolean) => {
    display(message, { update: update === true });
  };
  return load("tslab");
}

const at = process.argv.indexOf("--connection");
const connectionFile = at === -1 ? undefined : process.argv[at + 1];
if (connectionFile === undefined) {
  writeLog("usage: node main.js --connection <file>: Jupyter starts this kernel, with the file it made.\n");
  process.exitCode = 2;
} else startKernel(connectionFile);
