/** Asks the compiler's process to type-check a submission's cells; replaces the process when a hostile cell takes it down. */
import { connect, type Connection } from "./connection.ts";
import type { CompiledCell, CompileReply, SourceCell } from "./protocol.ts";
import type { Session } from "./session.ts";

export type Compiled = { kind: "compiled"; cells: CompiledCell[] } | { kind: "stuck"; reason: string };

export interface Compiler {
  compile(cells: SourceCell[]): Promise<Compiled>;
  close(): void;
}

/** A submission takes well under one second; the very first, which reads TensorFlow's types, two. */
const compileSeconds = 15;

export function openCompiler(session: Session): Compiler {
  let connection: Connection | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  async function compileNow(cells: SourceCell[]): Promise<Compiled> {
    if (connection?.alive !== true) connection = connect(session, session.compiler);
    const answer = await connection.ask({ kind: "compile", cells }, compileSeconds);
    const printed = connection.takeOutput();
    switch (answer.kind) {
      case "line":
        return { kind: "compiled", cells: (JSON.parse(answer.text) as CompileReply).cells };
      case "timed-out":
        return { kind: "stuck", reason: `the type checker did not finish within ${compileSeconds} s` };
      case "ended":
        return {
          kind: "stuck",
          reason: `the type checker ${answer.reason}${printed === "" ? "" : `: ${printed.slice(0, 500)}`}`,
        };
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
