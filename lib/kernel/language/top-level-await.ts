/** Whether a cell awaits at its top level, so that it must run as an async function. */
import { ts } from "./compiler";

/**
 * True for `await …` and `for await` outside any function. tslab infers this from an error message that only some
 * shapes of await cause; the parsed cell tells for sure. An await inside `async () => …` belongs to that function.
 */
export function hasTopLevelAwait(file: ts.SourceFile): boolean {
  return ts.forEachChild(file, awaits) ?? false;
}

function awaits(node: ts.Node): boolean {
  if (ts.isAwaitExpression(node)) return true;
  if (ts.isForOfStatement(node) && node.awaitModifier !== undefined) return true;
  if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) return false;
  // A function's body waits for itself; only a computed name is evaluated outside, where the function stands.
  if (ts.isFunctionLike(node)) return nameAwaits(node.name) || decoratorsAwait(node);
  if (ts.isClassStaticBlockDeclaration(node)) return false;
  if (ts.isPropertyDeclaration(node)) return nameAwaits(node.name) || decoratorsAwait(node);
  return ts.forEachChild(node, awaits) ?? false;
}

function nameAwaits(name: ts.Node | undefined): boolean {
  return name !== undefined && ts.isComputedPropertyName(name) && awaits(name.expression);
}

function decoratorsAwait(node: ts.Node): boolean {
  return ts.canHaveDecorators(node) && (ts.getDecorators(node)?.some(awaits) ?? false);
}
