/** Compiles a submission's cells, and finds out which answer is to blame where the type checker itself gives up. */
import type { Compiler } from "../sandbox/compile.ts";
import type { CompiledCell, Diagnostic, SourceCell } from "../sandbox/protocol.ts";

/** An answer that can be run, or why it cannot. */
export type ReadyAnswer =
  | { kind: "untouched" }
  | { kind: "ready"; cells: CompiledCell[]; notes: string[] }
  | { kind: "broken"; error: string; problems: Diagnostic[] };

/** Gives, by question, the answer's cell with all it needs in the order in which they run. */
export async function compileAnswers(
  cells: SourceCell[],
  compiler: Compiler,
): Promise<(question: string) => ReadyAnswer> {
  const stuck = new Map<string, string>();
  let result = await compiler.compile(cells);
  if (result.kind === "stuck") {
    const given = cells.filter(({ kind }) => kind === "given");
    const answers = cells.filter(({ kind }) => kind === "answer").map((cell) => [cell]);
    // The student's own cells together: there may be hundreds, and each could hold up the whole batch.
    for (const some of [...answers, cells.filter(({ kind }) => kind === "extra")]) {
      const alone = await compiler.compile([...given, ...some]);
      if (alone.kind === "stuck")
        for (const { name } of some) stuck.set(name, `does not compile: ${alone.reason}`);
    }
    result = await compiler.compile(cells.filter(({ name }) => !stuck.has(name)));
  }
  if (result.kind === "stuck") {
    const error = `does not compile: ${result.reason}`;
    return () => ({ kind: "broken", error, problems: [] });
  }
  const compiled = new Map(result.cells.map((cell) => [cell.name, cell]));
  return (question) => {
    const cell = compiled.get(question);
    if (cell === undefined)
      return { kind: "broken", error: stuck.get(question) ?? "it was not compiled", problems: [] };
    const [first] = cell.diagnostics;
    if (first !== undefined)
      return {
        kind: "broken",
        error: `does not compile: line ${first.line}: ${first.message}`,
        problems: cell.diagnostics,
      };
    const needed = orderNeeded(question, compiled);
    const unparsed = needed.find(({ diagnostics }) => diagnostics[0]?.syntax === true);
    if (unparsed !== undefined)
      return {
        kind: "broken",
        error: `uses ${unparsed.name}, which does not compile`,
        problems: unparsed.diagnostics,
      };
    return { kind: "ready", cells: needed, notes: borrowNotes(needed) };
  };
}

function orderNeeded(question: string, compiled: Map<string, CompiledCell>): CompiledCell[] {
  const order = new Set<CompiledCell>();
  const entered = new Set<string>();

  function enter(name: string): void {
    const cell = compiled.get(name);
    if (cell === undefined || entered.has(name)) return;
    entered.add(name);
    cell.uses.forEach(enter);
    order.add(cell);
  }

  enter(question);
  return [...order];
}

function borrowNotes(cells: CompiledCell[]): string[] {
  const names = [...new Set(cells.flatMap(({ borrowed }) => borrowed))];
  if (names.length === 0) return [];
  return [
    `Uses ${names.join(", ")} from a cell of your own, which was run as well; safer is to keep it in the answer cell.`,
  ];
}
