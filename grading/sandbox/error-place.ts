/** Where in the student's cell an error came from, read off the stack with the compiler's source maps. */
import { SourceMap } from "node:module";
import type { CompiledCell } from "./protocol.ts";

/** The error with the innermost place in one of the cells: "RangeError: … (q3, line 4)". */
export function describeError(
  { error, stack }: { error: string; stack: string },
  cells: CompiledCell[],
): string {
  const place = /cell:([\w-]{1,80}):(\d{1,7}):(\d{1,7})/.exec(stack);
  const cell = cells.find(({ name }) => name === place?.[1]);
  if (place === null || cell === undefined) return error;
  const line = findLine(cell.map, Number(place[2]), Number(place[3]));
  return line === undefined ? error : `${error} (${cell.name}, line ${line})`;
}

function findLine(map: string, line: number, column: number): number | undefined {
  try {
    const entry = new SourceMap(JSON.parse(map) as ConstructorParameters<typeof SourceMap>[0]).findEntry(
      line - 1,
      column - 1,
    );
    return "originalLine" in entry ? entry.originalLine + 1 : undefined;
  } catch {
    return undefined;
  }
}
