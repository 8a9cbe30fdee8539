/** Jupyter's sockets, the compiler, and the line to the thread that runs the code. */
import { writeSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import { openNotebook } from "../language/notebook";
import type { FromRunner, ServerSettings, ToRunner } from "../protocol";
import { createExecutions } from "./executions";
import { createHistory } from "./history";
import { createAnswers } from "./requests";
import { openSockets } from "./sockets";
import { createStopper } from "./stop";
import type { Header } from "./wire";

const log = (line: string) => {
  writeSync(2, `[tslab kernel] ${line}\n`);
};

/** How long the main thread may take to exit by itself. */
const FAREWELL_MS = 1000;
/** The declarations of this package are read while nothing else is to do. */
const COURSE_PACKAGE = "@actl/generative";

export async function serve(settings: ServerSettings): Promise<void> {
  const { folder, repo, interrupts } = settings;
  const sockets = await openSockets(settings.connectionFile, log).catch((error: unknown) => {
    log(`the kernel cannot start: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  });
  const port = parentPort!;
  const toRunner = (message: ToRunner) => {
    port.postMessage(message);
  };
  const notebook = openNotebook({ folder, repo });
  const history = createHistory();
  const answers = createAnswers(notebook, history);
  const stopper = createStopper(interrupts, toRunner);
  const state = (execution_state: string) => (parent: Header | undefined) => {
    sockets.publish("status", { execution_state }, parent);
  };
  const [busy, idle] = [state("busy"), state("idle")];
  const executions = createExecutions({
    sockets,
    notebook: () => notebook,
    interrupts: () => stopper.count(),
    history,
    toRunner,
    busy,
    idle,
  });

  port.on("message", (message: FromRunner) => {
    if (message.type === "interrupted") stopper.heard();
    executions.hear(message);
  });

  sockets.listen((channel, request) => {
    const type = request.header.msg_type.replace(/_request$/, "");
    if (type === "execute") {
      executions.add(request);
      return;
    }
    busy(request.header);
    const reply = (content: object) => {
      sockets.reply(channel, `${type}_reply`, content, request);
    };
    const answer = answers[type];
    if (type === "interrupt") {
      stopper.interrupt();
      reply({ status: "ok" });
    } else if (type === "shutdown") {
      reply({ status: "ok", restart: request.content["restart"] === true });
    } else if (answer !== undefined)
      try {
        reply(answer(request.content));
      } catch (error) {
        const { name, message } = error as Error;
        log(`${type} failed: ${String((error as Error).stack)}`);
        reply({ status: "error", ename: name, evalue: message, traceback: [] });
      }
    else if (!type.startsWith("comm_") && type !== "input_reply")
      log(`unknown message type ${request.header.msg_type}`);
    idle(request.header);
    if (type === "shutdown") void leave();
  });

  async function leave(): Promise<void> {
    await sockets.close();
    // A main thread caught in a loop does not hear; the process ends all the same.
    setTimeout(() => process.kill(process.pid, "SIGKILL"), FAREWELL_MS);
    toRunner({ type: "exit" });
  }

  sockets.publish("status", { execution_state: "starting" }, undefined);
  warmUp();

  /** The first cell then costs what every cell costs; afterwards, step by step between requests, the course's package. */
  function warmUp(): void {
    notebook.convert("");
    const steps = notebook.parseAhead(COURSE_PACKAGE);
    const step = () => {
      if (executions.busy()) setTimeout(step, 100);
      else if (steps.next().done !== true) setImmediate(step);
    };
    setTimeout(step, 100);
  }
}
