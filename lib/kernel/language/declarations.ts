/**
 * What later cells know of earlier ones: one text of declarations, grown cell by cell as tslab does it. A name declared
 * again replaces its old declaration, value and type apart.
 */
import { internals, localsOf, ts } from "./compiler";

interface Kept {
  value: boolean;
  type: boolean;
}

/** The earlier declarations that `cell` does not replace, as text. */
export function survivingDeclarations(
  checker: ts.TypeChecker,
  earlier: ts.SourceFile,
  cell: ts.SourceFile,
): string {
  const fresh = localsOf(cell);
  return keepDeclarations(
    earlier,
    (name) => {
      const symbol = fresh.get(name);
      if (symbol === undefined) return { value: true, type: true };
      const { flags } = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      return { value: (flags & ts.SymbolFlags.Value) === 0, type: (flags & ts.SymbolFlags.Type) === 0 };
    },
    checker,
  );
}

/** The declarations of a cell that failed half-way: names that never got a value are forgotten. */
export function declarationsWithout(names: readonly string[], declarations: string): string {
  const file = ts.createSourceFile("declarations.d.ts", declarations, ts.ScriptTarget.ES2022, true);
  internals.bindSourceFile(file, {});
  const unset = new Set(names);
  return keepDeclarations(file, (name) => ({ value: !unset.has(name), type: !unset.has(name) }));
}

function keepDeclarations(
  file: ts.SourceFile,
  keep: (name: string) => Kept,
  checker?: ts.TypeChecker,
): string {
  const untyped: string[] = [];
  const meaning = (name: ts.Identifier): boolean => {
    const kept = keep(name.text);
    if (kept.value && kept.type) return true;
    const symbol = checker?.getSymbolAtLocation(name);
    if (symbol === undefined) return false;
    const { flags } = symbol.flags & ts.SymbolFlags.Alias ? checker!.getAliasedSymbol(symbol) : symbol;
    const isValue = (flags & ts.SymbolFlags.Value) !== 0;
    const isType = (flags & ts.SymbolFlags.Type) !== 0;
    if (kept.type) return isType && !isValue;
    if (!kept.value || !isValue) return false;
    if (isType) untyped.push(name.text); // A class whose name now is another type as well: the value stays, untyped.
    return !isType;
  };
  const texts = file.statements.map((statement) => keepStatement(file, statement, keep, meaning));
  return (
    texts.filter((text) => text !== "").join("\n") +
    "\n" +
    untyped.map((name) => `declare let ${name}: any;\n`).join("")
  );
}

function keepStatement(
  file: ts.SourceFile,
  statement: ts.Statement,
  keep: (name: string) => Kept,
  meaning: (name: ts.Identifier) => boolean,
): string {
  const whole = statement.getFullText(file).trim();
  if (ts.isVariableStatement(statement)) {
    const { declarationList } = statement;
    const kept = declarationList.declarations.filter(
      ({ name }) => ts.isIdentifier(name) && keep(name.text).value,
    );
    if (kept.length === declarationList.declarations.length) return whole;
    if (kept.length === 0) return "";
    const list = ts.factory.updateVariableDeclarationList(declarationList, kept);
    return print(file, ts.factory.updateVariableStatement(statement, statement.modifiers, list));
  }
  if (ts.isFunctionDeclaration(statement))
    return statement.name !== undefined && keep(statement.name.text).value ? whole : "";
  if (ts.isTypeAliasDeclaration(statement) || ts.isInterfaceDeclaration(statement))
    return keep(statement.name.text).type ? whole : "";
  if (ts.isClassDeclaration(statement) || ts.isEnumDeclaration(statement))
    return statement.name !== undefined && meaning(statement.name) ? whole : "";
  if (ts.isModuleDeclaration(statement))
    return ts.isIdentifier(statement.name) && meaning(statement.name) ? whole : "";
  if (ts.isImportDeclaration(statement)) return keepImport(file, statement, meaning);
  return "";
}

function keepImport(
  file: ts.SourceFile,
  statement: ts.ImportDeclaration,
  meaning: (name: ts.Identifier) => boolean,
): string {
  const clause = statement.importClause;
  if (clause === undefined) return "";
  const name = clause.name !== undefined && meaning(clause.name) ? clause.name : undefined;
  let bindings: ts.NamedImportBindings | undefined;
  if (clause.namedBindings !== undefined)
    if (ts.isNamespaceImport(clause.namedBindings)) {
      if (meaning(clause.namedBindings.name)) bindings = clause.namedBindings;
    } else {
      const elements = clause.namedBindings.elements.filter((element) => meaning(element.name));
      if (elements.length > 0) bindings = ts.factory.updateNamedImports(clause.namedBindings, elements);
    }
  if (name === undefined && bindings === undefined) return "";
  const kept = ts.factory.updateImportClause(clause, clause.isTypeOnly, name, bindings);
  return print(
    file,
    ts.factory.updateImportDeclaration(
      statement,
      statement.modifiers,
      kept,
      statement.moduleSpecifier,
      statement.assertClause,
    ),
  );
}

const printer = ts.createPrinter({ newLine: ts.NewLineKind.LineFeed });
function print(file: ts.SourceFile, node: ts.Node): string {
  return printer.printNode(ts.EmitHint.Unspecified, node, file);
}
