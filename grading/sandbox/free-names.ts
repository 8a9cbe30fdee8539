/** Which names a cell declares for others, and which it needs from them: read off TypeScript's own binder. */
import type * as TypeScript from "@tslab/typescript-for-tslab";

export type Compiler = typeof TypeScript;

export interface CellNames {
  declared: Set<string>;
  /** Declared names that the cell's own text does not export already. */
  unexported: string[];
  /** Used, but declared nowhere around the use: another cell's, or a global's. */
  free: Set<string>;
}

/** What the binder leaves on nodes; TypeScript does not publish it, but the version is pinned to the kernel's. */
interface Bound {
  locals?: Map<string, unknown>;
  symbol?: { exports?: Map<string, unknown>; escapedName?: string };
}
type Binder = Compiler & {
  bindSourceFile(file: TypeScript.SourceFile, options: TypeScript.CompilerOptions): void;
};

/** Names at the top of a cell, and names free in it. A cell that does not parse gives what could be read. */
export function readNames(ts: Compiler, source: string): CellNames {
  const file = ts.createSourceFile("cell.ts", `${source}\nexport {};`, ts.ScriptTarget.ES2022, true);
  (ts as Binder).bindSourceFile(file, { target: ts.ScriptTarget.ES2022 });
  const top = file as unknown as Bound;
  const declared = new Set(top.locals?.keys() ?? []);
  const exported = top.symbol?.exports;
  const free = new Set<string>();

  function visit(node: TypeScript.Node): void {
    if (ts.isIdentifier(node) && !isOnlyAName(ts, node) && !isDeclaredAround(node)) free.add(node.text);
    ts.forEachChild(node, visit);
  }

  visit(file);
  return { declared, unexported: [...declared].filter((name) => exported?.has(name) !== true), free };
}

/** The `b` of `a.b`, of `{ b: 1 }` and the like names a property, not a variable. */
function isOnlyAName(ts: Compiler, node: TypeScript.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isQualifiedName(parent)) return parent.right === node;
  if (ts.isShorthandPropertyAssignment(parent)) return false;
  if (ts.isBindingElement(parent)) return parent.propertyName === node;
  if (ts.isImportSpecifier(parent) || ts.isImportClause(parent) || ts.isNamespaceImport(parent)) return true;
  if (ts.isLabeledStatement(parent) || ts.isBreakOrContinueStatement(parent)) return true;
  return (
    (ts.isObjectLiteralElement(parent) || ts.isClassElement(parent) || ts.isTypeElement(parent)) &&
    parent.name === node
  );
}

function isDeclaredAround(node: TypeScript.Identifier): boolean {
  for (
    let at: TypeScript.Node | undefined = node;
    at !== undefined;
    at = at.parent as TypeScript.Node | undefined
  ) {
    const { locals, symbol } = at as unknown as Bound;
    if (locals?.has(node.text) === true || symbol?.escapedName === node.text) return true;
  }
  return false;
}
