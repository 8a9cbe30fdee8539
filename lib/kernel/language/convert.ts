/** From a cell's TypeScript to the JavaScript the kernel runs, checked against all earlier cells. */
import { join, sep } from "node:path";
import { getCodeMetadata } from "tslab/dist/metadata";
import { internals, localsOf, nestFile, ts } from "./compiler";
import { survivingDeclarations } from "./declarations";
import {
  addStoppingPlaces,
  dropExportLists,
  keepDynamicImports,
  keepLastValue,
  reachEarlierCells,
  shareVariables,
} from "./rewrite";
import { hasTopLevelAwait } from "./top-level-await";
import { describeDiagnostic, describeFileDiagnostic, type TypeError } from "./type-errors";
import type { Workspace } from "./workspace";

/** JavaScript with the mappings (source map, VLQ) back to what was typed. */
export interface Script {
  code: string;
  mappings: string;
}
/** A TypeScript file next to the notebook that cells import. */
export interface SideModule extends Script {
  path: string;
  source: string;
}
export type Conversion =
  | { kind: "rejected"; errors: TypeError[] }
  | {
      kind: "ready";
      script: Script;
      isAsync: boolean;
      /** The cell's top-level names. */
      names: string[];
      modules: SideModule[];
      /** All declarations, old and new, should the cell succeed. */
      declarations: string;
    };

/** Top-level `await` and `for await` under CommonJS: the kernel runs such cells as async functions. */
const ALLOWED = new Set([1378, 1432]);
const PREFIX = "export {};"; // Makes the cell a module, in which `await` is a keyword.

export const cellPath = (workspace: Workspace): string => join(workspace.folder, "__cell__.ts");
export const earlierPath = (workspace: Workspace): string => join(workspace.folder, "__earlier__.d.ts");

/** A converter for one notebook. It remembers which side modules it has already handed out. */
export function createConverter(workspace: Workspace): (declarations: string, source: string) => Conversion {
  const given = new Map<string, ts.SourceFile>();

  return function convert(declarations, source) {
    const { module, jsx } = getCodeMetadata(source);
    if (module !== undefined) return defineModule(module, jsx === true, declarations, source);
    const draft = ts.createSourceFile("cell.ts", PREFIX + source, ts.ScriptTarget.ES2022, true);
    const mistakes = (draft as unknown as { parseDiagnostics: ts.Diagnostic[] }).parseDiagnostics;
    if (mistakes.length > 0) return rejected(mistakes, { source, shift: PREFIX.length });
    internals.bindSourceFile(draft, workspace.options);
    const names = [...localsOf(draft)].filter(([, symbol]) => !isExported(symbol)).map(([name]) => name);
    const program = enterCell(workspace, declarations, `${source}\nexport {${names.join(", ")}};`);
    const cell = program.getSourceFile(cellPath(workspace))!;
    const faults = program.getSemanticDiagnostics(cell).filter(({ code }) => !ALLOWED.has(code));
    if (faults.length > 0) return rejected(faults, { source });
    const side = emitSideModules(program, cell);
    if (side.kind === "rejected") return side;
    const earlier = program.getSourceFile(earlierPath(workspace))!;
    const checker = program.getTypeChecker();
    const { code, mappings, declared } = emit(program, cell, [
      reachEarlierCells(checker, earlier),
      keepLastValue,
      shareVariables(names.filter((name) => isVariable(localsOf(draft).get(name)!))),
    ]);
    return {
      kind: "ready",
      script: { code, mappings },
      isAsync: hasTopLevelAwait(draft),
      names: [...localsOf(draft).keys()],
      modules: side.modules,
      declarations: declared + survivingDeclarations(checker, earlier, cell),
    };
  };

  /** `/** @module name` makes a cell a file that later cells import as "./name", as in tslab. */
  function defineModule(name: string, jsx: boolean, declarations: string, source: string): Conversion {
    const path = join(workspace.folder, `${name}.${jsx ? "tsx" : "ts"}`);
    workspace.write(path, `${source}\n${PREFIX}`);
    const program = enterCell(workspace, declarations, PREFIX);
    const file = program.getSourceFile(path)!;
    const faults = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    if (faults.length > 0) return rejected(faults, { source });
    return {
      kind: "ready",
      script: { code: "", mappings: "" },
      isAsync: false,
      names: [],
      modules: [],
      declarations,
    };
  }

  /** The student's own TypeScript files behind a cell: checked like the cell, emitted when new or edited. */
  function emitSideModules(
    program: ts.Program,
    cell: ts.SourceFile,
  ): { kind: "rejected"; errors: TypeError[] } | { kind: "emitted"; modules: SideModule[] } {
    const files = program
      .getSourceFiles()
      .filter((file) => file !== cell && isOwnTypeScript(file) && given.get(file.fileName) !== file);
    const errors = files.flatMap((file) => {
      // A file elsewhere may be written for a stricter or newer TypeScript; it only has to parse.
      const inFolder = file.fileName.startsWith(workspace.folder + sep);
      const faults = inFolder ? program.getSemanticDiagnostics(file) : [];
      return [...program.getSyntacticDiagnostics(file), ...faults.filter(isLocated)];
    });
    if (errors.length > 0)
      return {
        kind: "rejected",
        errors: errors.map((error) => describeFileDiagnostic(error, workspace.folder)),
      };
    const modules = files.map((file) => {
      given.set(file.fileName, file);
      const { code, mappings } = emit(program, file, []);
      return { path: file.fileName, source: file.text, code, mappings };
    });
    return { kind: "emitted", modules };
  }
}

/** Puts a cell and the declarations before it in the program; earlier names become visible in the cell. */
export function enterCell(workspace: Workspace, declarations: string, text: string): ts.Program {
  workspace.write(earlierPath(workspace), `${PREFIX}\n${declarations}`);
  workspace.write(cellPath(workspace), text);
  nestFile(workspace.read(cellPath(workspace))!, workspace.read(earlierPath(workspace))!);
  return workspace.build();
}

function emit(
  program: ts.Program,
  file: ts.SourceFile,
  before: ts.TransformerFactory<ts.SourceFile>[],
): Script & { declared: string } {
  const emitted = { code: "", mappings: "", declared: "" };
  // The sixth argument makes TypeScript write declarations even where a type has no name; such a type becomes `any`.
  const emitAll = program.emit.bind(program) as (...all: unknown[]) => void;
  const write: ts.WriteFileCallback = (path, text) => {
    if (path.endsWith(".d.ts")) emitted.declared = text;
    else if (path.endsWith(".map")) emitted.mappings = (JSON.parse(text) as { mappings: string }).mappings;
    else emitted.code = text.replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n");
  };
  const transformers: ts.CustomTransformers = {
    before: [...before, addStoppingPlaces, keepDynamicImports],
    afterDeclarations: [dropExportLists],
  };
  emitAll(file, write, undefined, false, transformers, true);
  return emitted;
}

function rejected(
  diagnostics: readonly ts.Diagnostic[],
  place: { source: string; shift?: number },
): { kind: "rejected"; errors: TypeError[] } {
  return { kind: "rejected", errors: diagnostics.map((diagnostic) => describeDiagnostic(diagnostic, place)) };
}

/** `let` and `var`; nothing else can be assigned to. */
function isVariable({ flags, valueDeclaration }: ts.Symbol): boolean {
  if ((flags & ts.SymbolFlags.Variable) === 0 || valueDeclaration === undefined) return false;
  return (ts.getCombinedNodeFlags(valueDeclaration) & ts.NodeFlags.Const) === 0;
}

function isExported(symbol: ts.Symbol): boolean {
  return (symbol as unknown as { exportSymbol?: ts.Symbol }).exportSymbol !== undefined;
}

function isOwnTypeScript(file: ts.SourceFile): boolean {
  return (
    !file.isDeclarationFile && /\.tsx?$/.test(file.fileName) && !file.fileName.includes("/node_modules/")
  );
}

function isLocated(diagnostic: ts.Diagnostic): diagnostic is ts.DiagnosticWithLocation {
  return diagnostic.file !== undefined;
}
