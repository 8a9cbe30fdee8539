/** One question's answer in its own process: loaded on first use, called, ended at a limit, started again for the next check. */
import { type CallOptions, Mismatch, type Submission, type Wire } from "../contract.ts";
import { connect, type Connection } from "./connection.ts";
import { describeError } from "./error-place.ts";
import type { CompiledCell, Reply } from "./protocol.ts";
import { parseReply } from "./reply.ts";
import type { Session } from "./session.ts";

/** The answer's own end: it threw, died or returned what cannot cross. */
export class Crash extends Error {
  override name = "Crash";
}

export class TimeOut extends Error {
  override name = "TimeOut";
  readonly seconds: number;
  constructor(seconds: number) {
    super(`not finished within ${seconds} s`);
    this.seconds = seconds;
  }
}

/** Nobody's answer is to blame. */
export class GraderFault extends Error {
  override name = "GraderFault";
}

const startSeconds = 60;

export interface Answer extends Submission {
  /** What was printed since the last time. */
  takeOutput(): string;
  close(): void;
}

export interface AnswerSource {
  question: string;
  /** The answer's cell and those it needs, in the order in which they run. */
  cells: CompiledCell[];
  withheld: string[];
}

export function openAnswer(session: Session, source: AnswerSource): Answer {
  const { limits } = session;
  let connection: Connection | undefined;
  let output = "";
  let left = limits.questionSeconds;
  /** How running the cells ended, once it has ended badly: it would again. */
  let unloadable: Crash | TimeOut | undefined;

  async function ask(request: object, seconds: number): Promise<Reply> {
    const started = performance.now();
    const answer = await connection!.ask(request, seconds);
    left -= (performance.now() - started) / 1000;
    output += connection!.takeOutput();
    if (answer.kind === "timed-out") throw new TimeOut(answer.seconds);
    if (answer.kind === "ended") throw new Crash(`the program ${answer.reason}`);
    const reply = parseReply(answer.text, answer.id);
    if (reply.kind !== "malformed") return reply;
    connection!.close();
    throw new Crash(reply.reason);
  }

  async function start(): Promise<void> {
    for (const attempt of [1, 2]) {
      connection = connect(session, session.child);
      // Nothing of the student's is in the process yet: if it does not answer now, the fault is ours.
      const { kind, ...rest } = await connection.ask({ kind: "load", cells: [], withheld: [] }, startSeconds);
      if (kind === "line") return;
      const printed = connection.takeOutput().trim().slice(0, 500);
      connection.close();
      const reason = "reason" in rest ? `it ${rest.reason}` : `no answer within ${startSeconds} s`;
      if (attempt === 2)
        throw new GraderFault(`the sandbox does not start: ${reason}${printed === "" ? "" : `: ${printed}`}`);
    }
  }

  async function load(): Promise<void> {
    if (connection?.alive === true) return;
    await start();
    // Cells of the exercise before the first of the student's: nobody's answer is to blame for how they end.
    const theirs = source.cells.findIndex(({ name }) => !name.startsWith("given-"));
    try {
      const opening = source.cells.slice(0, theirs);
      const printed = output;
      await run(opening).catch((error: unknown) => {
        if (!(error instanceof Crash || error instanceof TimeOut)) throw error;
        throw new GraderFault(`the exercise's own cells do not run: ${error.message}`);
      });
      output = printed; // what the exercise's own cells print is nothing the student has to read
      await run(source.cells.slice(theirs));
    } catch (error) {
      connection!.close();
      if (error instanceof Crash || error instanceof TimeOut) unloadable = error;
      throw error;
    }
  }

  async function run(some: CompiledCell[]): Promise<void> {
    if (some.length === 0) return;
    const cells = some.map(({ name, code }) => ({ name, code }));
    const reply = await ask({ kind: "load", cells, withheld: source.withheld }, limits.loadSeconds);
    if (reply.kind === "threw") throw new Crash(`running the cell: ${describeError(reply, source.cells)}`);
    if (reply.kind === "unsettled")
      throw new Crash("running the cell: waits for a promise that nothing will ever resolve");
    if (reply.kind !== "loaded") throw new Crash("running the cell: it answered out of turn");
  }

  async function call(
    name: string,
    args: Wire[],
    { seconds = limits.callSeconds, seed = 0 }: CallOptions = {},
  ): Promise<Wire> {
    if (unloadable !== undefined) throw unloadable;
    if (left <= 0) throw new TimeOut(limits.questionSeconds);
    await load();
    const { question } = source;
    const reply = await ask(
      { kind: "call", question, name, args, seed },
      Math.min(seconds, Math.max(left, 0.1)),
    );
    switch (reply.kind) {
      case "returned":
        return reply.value;
      case "missing":
        throw missing(name, reply.present);
      case "undefined":
        throw new Mismatch("a value", "undefined", `Does every way through ${name} end in a return?`);
      case "threw":
        if (/not.?implemented/i.test(reply.error))
          throw new Mismatch(
            `${name} to be written`,
            "the message that it is not implemented yet",
            "Replace the throw by your answer.",
          );
        throw new Crash(describeError(reply, source.cells));
      case "unsettled":
        throw new Crash(`${name} returned a promise that nothing will ever resolve`);
      case "unsendable":
        throw new Crash(reply.reason);
      case "loaded":
        throw new Crash("it answered out of turn");
    }
  }

  return {
    call,
    takeOutput() {
      const taken = output;
      output = "";
      return taken;
    },
    close: () => connection?.close(),
  };
}

function missing(name: string, present: string[]): Mismatch {
  const similar = present.find((each) => each.toLowerCase() === name.toLowerCase());
  const what = present.length === 0 ? "no function at all" : `only ${present.slice(0, 8).join(", ")}`;
  const hint =
    similar === undefined
      ? "Keep the name the exercise gave the function."
      : `Is ${similar} meant? Capitals count.`;
  return new Mismatch(`a function called ${name}`, what, hint);
}
