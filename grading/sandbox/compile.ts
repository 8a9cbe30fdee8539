/** Asks the compiler's process to type-check a submission's cells; replaces the process when a hostile cell takes it down. */
import { GraderFault } from "./answer.ts";
import { connect, type Connection } from "./connection.ts";
import type { CompiledCell, CompileReply, SourceCell } from "./protocol.ts";
import type { Session } from "./session.ts";

type Compiled = { kind: "compiled"; cells: CompiledCell[] } | { kind: "stuck"; reason: string };

export interface Compiler {
  compile(cells: SourceCell[]): Promise<Compiled>;
  close(): void;
}

/** A submission takes well under one second; the very first, which reads TensorFlow's types, two. */
const compileSeconds = 15;
const startSeconds = 60;

export function openCompiler(session: Session): Compiler {
  let connection: Connection | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  async function start(): Promise<Connection> {
    if (connection?.alive === true) return connection;
    connection = connect(session, session.compiler);
    // Nothing of a student's is in the process yet: if it does not answer now, the fault is ours.
    const answer = await connection.ask({ kind: "compile", cells: [] }, startSeconds);
    if (answer.kind === "line") return connection;
    const printed = connection.takeOutput().trim().slice(0, 500);
    const reason = answer.kind === "ended" ? `it ${answer.reason}` : `no answer within ${startSeconds} s`;
    throw new GraderFault(
      `the type checker does not start: ${reason}${printed === "" ? "" : `: ${printed}`}`,
    );
  }

  async function compileNow(cells: SourceCell[]): Promise<Compiled> {
    const checker = await start();
    const answer = await checker.ask({ kind: "compile", cells }, compileSeconds);
    switch (answer.kind) {
      case "line":
        return { kind: "compiled", cells: (JSON.parse(answer.text) as CompileReply).cells };
      case "timed-out":
        return { kind: "stuck", reason: `the type checker did not finish within ${compileSeconds} s` };
      case "ended":
        return { kind: "stuck", reason: `the type checker ${answer.reason}` };
    }
  }

  return {
    async compile(cells) {
      const turn = queue.then(() => compileNow(cells));
      queue = turn.catch(() => undefined);
      return turn;
    },
    close: () => connection?.close(),
  };
}
