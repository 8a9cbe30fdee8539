/** Pass: each solution becomes a stub that keeps the function's signature, so that the cell still type-checks. */
import ts from "typescript";
import { mapCells, nameCell, type Notebook, ReleaseError } from "./notebook.ts";

const begin = "// ### BEGIN SOLUTION";
const end = "// ### END SOLUTION";

/** A line that looks like a marker; whether it is spelt right is checked, or a typing error would publish a solution. */
const nearMarker = /^\s*(?:\/\/|#)[\s#]*(BEGIN|END)\s+SOLUTIONS?\b/i;

/** Throws ReleaseError for markers that are unbalanced, misspelt, missing, outside a function or outside an answer cell. */
export function stripSolutions(notebook: Notebook): Notebook {
  return mapCells(notebook, (cell) => {
    const name = nameCell(notebook, cell);
    const regions = findRegions(cell.source, name);
    const isAnswer = cell.cell_type === "code" && cell.metadata.nbgrader?.solution === true;
    if (!isAnswer && regions.length > 0)
      throw new ReleaseError(
        `${name}: has a solution but is not an answer cell. Set "solution": true in its nbgrader metadata.`,
      );
    if (isAnswer && regions.length === 0)
      throw new ReleaseError(
        `${name}: an answer cell without a solution. Put \`${begin}\` and \`${end}\` around it.`,
      );
    return isAnswer ? { ...cell, source: stub(cell.source, regions, name) } : cell;
  });
}

/** Line numbers, from 0, of a solution's two markers. */
type Region = { first: number; last: number };

function findRegions(source: string, name: string): Region[] {
  const regions: Region[] = [];
  let open: number | undefined;
  for (const [index, line] of source.split("\n").entries()) {
    const kind = nearMarker.exec(line)?.[1]?.toUpperCase();
    if (kind === undefined) continue;
    const expected = kind === "BEGIN" ? begin : end;
    const where = `${name}, line ${index + 1}`;
    if (line.trim() !== expected)
      throw new ReleaseError(`${where}: expected \`${expected}\`, got \`${line.trim()}\`.`);
    if (kind === "BEGIN" && open !== undefined)
      throw new ReleaseError(
        `${where}: a solution begins before the one of line ${open + 1} has ended. Add \`${end}\`.`,
      );
    if (kind === "END" && open === undefined)
      throw new ReleaseError(`${where}: a solution ends that never began. Add \`${begin}\`.`);
    if (kind === "END") regions.push({ first: open!, last: index });
    open = kind === "BEGIN" ? index : undefined;
  }
  if (open !== undefined)
    throw new ReleaseError(`${name}, line ${open + 1}: this solution never ends. Add \`${end}\`.`);
  return regions;
}

function stub(source: string, regions: Region[], name: string): string {
  const lines = source.split("\n");
  const file = ts.createSourceFile("cell.ts", source, ts.ScriptTarget.ES2022, true);
  for (const { first, last } of regions.toReversed()) {
    const place = file.getPositionOfLineAndCharacter(first, lines[first]!.indexOf("/"));
    const answered = enclosingFunction(file, place);
    if (answered === undefined)
      throw new ReleaseError(
        `${name}, line ${first + 1}: a solution has to be inside a named function, whose signature is what students keep.`,
      );
    const indent = /^\s*/.exec(lines[first]!)![0];
    const throwing = `${indent}throw new NotImplemented("${answered}"); // replace this line by your answer`;
    lines.splice(first, last - first + 1, throwing);
  }
  return lines.join("\n");
}

/** The name of the innermost function declaration whose body holds the position. */
function enclosingFunction(file: ts.SourceFile, position: number): string | undefined {
  let found: string | undefined;
  function visit(node: ts.Node): void {
    if (position < node.getFullStart() || position >= node.getEnd()) return;
    if (ts.isFunctionDeclaration(node) && node.body !== undefined && position > node.body.getStart(file))
      found = node.name?.text ?? found;
    ts.forEachChild(node, visit);
  }
  visit(file);
  return found;
}
