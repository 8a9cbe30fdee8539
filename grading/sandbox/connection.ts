/** One sandboxed process as seen from outside: ask, wait so long, and believe nothing but bytes. */
import type { ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import type { Duplex } from "node:stream";
import { launch, type Program } from "./launch.ts";
import type { Session } from "./session.ts";

type Answer =
  { kind: "line"; text: string } | { kind: "timed-out"; seconds: number } | { kind: "ended"; reason: string };

export interface Connection {
  /** Sends one request under a fresh id and waits for one line. After anything but a line the process is gone. */
  ask(request: object, seconds: number): Promise<Answer & { id: string }>;
  /** What the process printed since the last time, cut to the limit. */
  takeOutput(): string;
  readonly alive: boolean;
  close(): void;
}

export function connect(session: Session, program: Program): Connection {
  const { limits, confinement } = session;
  const child = launch(program, limits, confinement);
  const channel = child.stdio[3] as Duplex;
  let output = "";
  let printed = 0;
  let received: Buffer[] = [];
  let size = 0;
  let ended: string | undefined;
  let settle: ((answer: Answer) => void) | undefined;

  const end = () => finish("was closed");
  session.running.add(end);

  function finish(reason: string): void {
    ended ??= reason;
    session.running.delete(end);
    kill(child);
    settle?.({ kind: "ended", reason: ended });
  }

  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (bytes: Buffer) => {
      if (output.length < limits.keptOutput)
        output += bytes.toString("utf8").slice(0, limits.keptOutput - output.length);
      printed += bytes.length;
      if (printed > limits.outputBytes)
        finish(`printed more than ${limits.outputBytes / 1e6} MB and was stopped`);
    });
  channel.on("data", (bytes: Buffer) => {
    size += bytes.length;
    if (size > limits.replyBytes) {
      finish(`answered with more than ${limits.replyBytes / 1e6} MB and was stopped`);
      return;
    }
    received.push(bytes);
    if (bytes.indexOf(10) < 0) return;
    const text = Buffer.concat(received).toString("utf8");
    received = [];
    size = 0;
    if (settle === undefined) finish("answered without being asked and was stopped");
    else settle({ kind: "line", text: text.slice(0, text.indexOf("\n")) });
  });
  // Writing to a process that has just died is not our error: its exit is reported below.
  channel.on("error", () => undefined);
  child.on("error", (error) => finish(`could not be started: ${error.message}`));
  child.on("close", (code, signal) => finish(describeExit(code, signal, output, limits.heapMegabytes)));

  async function ask(request: object, seconds: number): Promise<Answer & { id: string }> {
    const id = randomUUID();
    if (ended !== undefined) return { kind: "ended", reason: ended, id };
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle?.({ kind: "timed-out", seconds }), seconds * 1000);
      settle = (answer) => {
        settle = undefined;
        clearTimeout(timer);
        if (answer.kind === "timed-out") finish("was stopped at its time limit");
        // What was printed lies in its pipe before the answer lies in ours, but may be read after it in this turn.
        setImmediate(() => resolve({ ...answer, id }));
      };
      channel.write(`${JSON.stringify({ ...request, id })}\n`);
    });
  }

  return {
    ask,
    takeOutput() {
      const taken = output;
      output = "";
      return taken;
    },
    get alive() {
      return ended === undefined;
    },
    close: end,
  };
}

function kill(child: ChildProcess): void {
  // bubblewrap takes everything inside with it (--die-with-parent); without it there can be no grandchildren.
  child.kill("SIGKILL");
}

function describeExit(code: number | null, signal: string | null, output: string, heap: number): string {
  if (
    /heap out of memory|Array buffer allocation failed|out of memory/i.test(output) ||
    signal === "SIGABRT" ||
    code === 134
  )
    return `ran out of memory (limit: ${heap} MB of heap)`;
  if (signal === "SIGXCPU" || code === 152) return "used up its processor time";
  if (code === 0) return "ended its own process (process.exit?) instead of returning a value";
  return `ended before it returned a value (${signal ?? `exit code ${code ?? "unknown"}`})`;
}
