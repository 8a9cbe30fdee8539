/** What a cell's code becomes before TypeScript emits it: earlier cells' names, the value to show, places to stop. */
import { internals, localsOf, ts } from "./compiler";

/** The parameter under which a running cell reaches its kernel; see run/execute.ts. */
export const CELL = "__cell__";
const VALUE = "__value__";

/**
 * A name of an earlier cell becomes a property of `exports`, which all cells share, as tslab does it: `x` → `exports.x`,
 * `{ x }` → `{ x: exports.x }`. Locals of the cell that happen to have the same name stay as they are.
 */
export function reachEarlierCells(
  checker: ts.TypeChecker,
  earlier: ts.SourceFile,
): ts.TransformerFactory<ts.SourceFile> {
  const names = localsOf(earlier);
  const isEarlier = (symbol: ts.Symbol | undefined) =>
    symbol?.declarations?.some((declaration) => declaration.getSourceFile() === earlier) === true;
  const onExports = (node: ts.Identifier) =>
    ts.setTextRange(
      ts.factory.createPropertyAccessExpression(ts.factory.createIdentifier("exports"), node.text),
      node,
    );
  return (context) => {
    const visit = (node: ts.Node): ts.Node => {
      if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) return node;
      if (ts.isShorthandPropertyAssignment(node)) {
        if (!names.has(node.name.text) || !isEarlier(checker.getShorthandAssignmentValueSymbol(node)))
          return ts.visitEachChild(node, visit, context);
        const fallback = node.objectAssignmentInitializer;
        const value = onExports(node.name);
        return ts.factory.createPropertyAssignment(
          node.name.text,
          fallback === undefined
            ? value
            : ts.factory.createAssignment(value, ts.visitNode(fallback, visit) as ts.Expression),
        );
      }
      if (!ts.isIdentifier(node)) return ts.visitEachChild(node, visit, context);
      if (!names.has(node.text) || !internals.isExpressionNode(node)) return node;
      return isEarlier(checker.getSymbolAtLocation(node)) ? onExports(node) : node;
    };
    return (file) => ts.visitEachChild(file, visit, context);
  };
}

/**
 * A `let` of this cell stays one variable when later cells assign to it: `exports.total` reads and writes the cell's own
 * `total`, which its functions see. (Under a plain tslab such functions keep the old value.)
 */
export function shareVariables(names: readonly string[]): ts.TransformerFactory<ts.SourceFile> {
  return ({ factory }) => {
    if (names.length === 0) return (file) => file;
    // Identifiers made here are no references of the program, so TypeScript does not turn them into `exports.total`.
    const accessors = names.flatMap((name) => [
      factory.createGetAccessorDeclaration(
        undefined,
        name,
        [],
        undefined,
        factory.createBlock([factory.createReturnStatement(factory.createIdentifier(name))]),
      ),
      factory.createSetAccessorDeclaration(
        undefined,
        name,
        [factory.createParameterDeclaration(undefined, undefined, VALUE)],
        factory.createBlock([
          factory.createExpressionStatement(
            factory.createAssignment(factory.createIdentifier(name), factory.createIdentifier(VALUE)),
          ),
        ]),
      ),
    ]);
    const share = factory.createPropertyAccessExpression(factory.createIdentifier(CELL), "share");
    const shared = factory.createCallExpression(share, undefined, [
      factory.createObjectLiteralExpression(accessors),
    ]);
    return (file) =>
      factory.updateSourceFile(file, [factory.createExpressionStatement(shared), ...file.statements]);
  };
}

/** The last expression of a cell is what it shows: `x + 1` → `__cell__.value = x + 1`. */
export function keepLastValue(context: ts.TransformationContext): ts.Transformer<ts.SourceFile> {
  return (file) => {
    const shown = file.statements.filter(
      (statement) => !ts.isExportDeclaration(statement) && !ts.isEmptyStatement(statement),
    );
    const last = shown.at(-1);
    if (last === undefined || !ts.isExpressionStatement(last)) return file;
    const { factory } = context;
    const target = factory.createPropertyAccessExpression(factory.createIdentifier(CELL), "value");
    const kept = factory.createExpressionStatement(factory.createAssignment(target, last.expression));
    ts.setTextRange(kept, last);
    return factory.updateSourceFile(
      file,
      file.statements.map((statement) => (statement === last ? kept : statement)),
    );
  };
}

/**
 * Each turn of a loop first asks whether the notebook was interrupted: `while (true) {}` → `while (true) { __cell__.check(); }`.
 * An interrupt is then an ordinary exception at a known place: `finally` blocks run and tensors are disposed.
 */
export function addStoppingPlaces(context: ts.TransformationContext): ts.Transformer<ts.SourceFile> {
  const { factory } = context;
  const check = () =>
    factory.createExpressionStatement(
      factory.createCallExpression(
        factory.createPropertyAccessExpression(factory.createIdentifier(CELL), "check"),
        undefined,
        [],
      ),
    );
  const guard = (body: ts.Statement, loop: ts.Node): ts.Block => {
    const first = ts.setSourceMapRange(check(), loop);
    ts.setSourceMapRange(first.expression, loop);
    return ts.isBlock(body)
      ? factory.updateBlock(body, [first, ...body.statements])
      : factory.createBlock([first, body], true);
  };
  const visit = (node: ts.Node): ts.Node => {
    const seen = ts.visitEachChild(node, visit, context);
    if (ts.isWhileStatement(seen))
      return factory.updateWhileStatement(seen, seen.expression, guard(seen.statement, node));
    if (ts.isDoStatement(seen))
      return factory.updateDoStatement(seen, guard(seen.statement, node), seen.expression);
    if (ts.isForStatement(seen))
      return factory.updateForStatement(
        seen,
        seen.initializer,
        seen.condition,
        seen.incrementor,
        guard(seen.statement, node),
      );
    if (ts.isForOfStatement(seen))
      return factory.updateForOfStatement(
        seen,
        seen.awaitModifier,
        seen.initializer,
        seen.expression,
        guard(seen.statement, node),
      );
    return seen;
  };
  return (file) => ts.visitEachChild(file, visit, context);
}

/** `import("x")` stays an import (TypeScript's CommonJS would make it a require, which fails on some ES modules). */
export function keepDynamicImports(context: ts.TransformationContext): ts.Transformer<ts.SourceFile> {
  const { factory } = context;
  const visit = (node: ts.Node): ts.Node => {
    const seen = ts.visitEachChild(node, visit, context);
    if (!ts.isCallExpression(seen) || seen.expression.kind !== ts.SyntaxKind.ImportKeyword) return seen;
    const target = factory.createPropertyAccessExpression(factory.createIdentifier(CELL), "import");
    return factory.updateCallExpression(seen, target, undefined, seen.arguments);
  };
  return (file) => ts.visitEachChild(file, visit, context);
}

/** Declarations carry no `export { … }`: the next cell sees every top-level name anyway. */
export function dropExportLists(
  context: ts.TransformationContext,
): ts.Transformer<ts.SourceFile | ts.Bundle> {
  return (file) =>
    ts.isSourceFile(file)
      ? context.factory.updateSourceFile(
          file,
          file.statements.filter((statement) => !ts.isExportDeclaration(statement)),
          true,
        )
      : file;
}
