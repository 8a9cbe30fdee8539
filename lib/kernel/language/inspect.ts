/** What the name at the cursor is: its signature and its documentation. */
import { printQuickInfo } from "tslab/dist/inspect";
import { ts } from "./compiler";
import { neverCancelled } from "./complete";
import { cellPath, enterCell } from "./convert";
import type { Workspace } from "./workspace";

const PREFIX = "export {};";

/** As text; nothing where there is no name. Within a call's parentheses: the function that is called. */
export function inspectAt(
  workspace: Workspace,
  declarations: string,
  code: string,
  position: number,
): string | undefined {
  const program = enterCell(workspace, declarations, PREFIX + code);
  const cell = program.getSourceFile(cellPath(workspace))!;
  const at = position + PREFIX.length;
  // After the last letter of a name, the name is still meant.
  for (const place of [at, at - 1]) {
    if (place < PREFIX.length) continue;
    const info = ts.getQuickInfoAtPosition(cell, program.getTypeChecker(), neverCancelled, place);
    if (info?.displayParts !== undefined && info.displayParts.length > 0) return printQuickInfo(info);
  }
  const called = callAround(cell, at);
  const info =
    called && ts.getQuickInfoAtPosition(cell, program.getTypeChecker(), neverCancelled, called.getEnd() - 1);
  return info === undefined ? undefined : printQuickInfo(info);
}

function callAround(node: ts.Node, at: number): ts.Node | undefined {
  let called: ts.Node | undefined;
  ts.forEachChild(node, function visit(child) {
    if (child.pos > at || child.end < at) return;
    if ((ts.isCallExpression(child) || ts.isNewExpression(child)) && child.expression.end < at)
      called = child.expression;
    ts.forEachChild(child, visit);
  });
  return called;
}
