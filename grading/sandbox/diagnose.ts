/**
 * Type-checks cells with the kernel's own TypeScript and its options (tslab's converter), each cell as a module that
 * imports the names it needs from the others: so an error belongs to exactly one cell.
 */
import type * as TypeScript from "@tslab/typescript-for-tslab";
import { type CellNames, type Compiler, readNames } from "./free-names.ts";
import type { CompiledCell, Diagnostic, SourceCell } from "./protocol.ts";

/** Complaints that the kernel does not make: `await`, `for await` at the top of a cell. */
const allowedInCells = new Set([1375, 1378, 1431, 1432, 2854]);

export interface Checker {
  /** Compiled cells in the given order. */
  compile(cells: SourceCell[]): CompiledCell[];
}

export function buildChecker(ts: Compiler, root: string, mayRead: (path: string) => boolean): Checker {
  const options: TypeScript.CompilerOptions = {
    module: ts.ModuleKind.CommonJS,
    moduleResolution: ts.ModuleResolutionKind.Node10,
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2022.d.ts"],
    types: ["node"],
    typeRoots: [`${root}/node_modules/@types`],
    esModuleInterop: true,
    experimentalDecorators: true,
    noImplicitUseStrict: true,
    resolveJsonModule: true,
    skipLibCheck: true,
    newLine: ts.NewLineKind.LineFeed,
    sourceMap: true,
    rootDir: root,
    outDir: `${root}/out`,
  };
  const virtual = new Map<string, string>();
  const kept = new Map<string, TypeScript.SourceFile>();
  const plain = ts.createCompilerHost(options, true);
  const exists = (path: string) => virtual.has(path) || (mayRead(path) && ts.sys.fileExists(path));
  const host: TypeScript.CompilerHost = {
    ...plain,
    // Asked of folders above the course, which this process may not look at; files say enough.
    directoryExists: () => true,
    getCurrentDirectory: () => root,
    fileExists: exists,
    readFile: (path) => virtual.get(path) ?? (mayRead(path) ? ts.sys.readFile(path) : undefined),
    getDirectories: () => [],
    writeFile: () => undefined,
    getSourceFile(path, languageVersion) {
      const text = virtual.get(path);
      if (text !== undefined) return ts.createSourceFile(path, text, languageVersion, true);
      if (!mayRead(path)) return undefined;
      const file = kept.get(path) ?? plain.getSourceFile(path, languageVersion);
      if (file !== undefined) kept.set(path, file);
      return file;
    },
  };
  let previous: TypeScript.Program | undefined;
  const pathOf = (name: string) => `${root}/${name}.ts`;

  function compile(cells: SourceCell[]): CompiledCell[] {
    const names = new Map(cells.map(({ name, source }) => [name, readNames(ts, source)]));
    const linked = cells.map((cell) => link(cell, cells, names));
    virtual.clear();
    for (const { name, text } of linked) virtual.set(pathOf(name), text);
    const program = ts.createProgram([...virtual.keys()], options, host, previous);
    previous = program;
    return linked.map(({ name, opening, uses, borrowed }, index) => {
      const file = program.getSourceFile(pathOf(name))!;
      const { code, map } = emit(program, file);
      const source = cells[index]!.source.split("\n");
      const syntax = program
        .getSyntacticDiagnostics(file)
        .map((each) => describe(each, file, opening, source, true));
      const types =
        syntax.length > 0
          ? []
          : program.getSemanticDiagnostics(file).filter(({ code }) => !allowedInCells.has(code));
      const diagnostics = [...syntax, ...types.map((each) => describe(each, file, opening, source, false))];
      return { name, code, map, diagnostics: diagnostics.slice(0, 20), uses, borrowed };
    });
  }

  function emit(program: TypeScript.Program, file: TypeScript.SourceFile): { code: string; map: string } {
    const output = { code: "", map: "" };
    program.emit(file, (path, text) => {
      if (path.endsWith(".map")) output.map = text;
      else output.code = text.replace(/\n\/\/# sourceMappingURL=.*$/, "");
    });
    return output;
  }

  function describe(
    { start = 0, messageText }: TypeScript.Diagnostic,
    file: TypeScript.SourceFile,
    opening: number,
    source: string[],
    syntax: boolean,
  ): Diagnostic {
    const place = file.getLineAndCharacterOfPosition(start);
    const line = Math.min(place.line, source.length - 1);
    const column = Math.max(0, place.line === 0 ? place.character - opening : place.character);
    const message = ts.flattenDiagnosticMessageText(messageText, "\n").slice(0, 800);
    return { line: line + 1, column: column + 1, message, text: (source[line] ?? "").slice(0, 200), syntax };
  }

  return { compile };
}

interface Linked {
  name: string;
  /** The cell as a module: imports in front on its first line, exports behind its last. */
  text: string;
  /** Length of what was put in front. */
  opening: number;
  uses: string[];
  borrowed: string[];
}

function link(cell: SourceCell, cells: SourceCell[], names: Map<string, CellNames>): Linked {
  const own = names.get(cell.name)!;
  const sources = new Map<string, string[]>();
  const borrowed: string[] = [];
  for (const name of own.free) {
    const provider = chooseProvider(name, cell, cells, names);
    if (provider === undefined) continue;
    sources.set(provider.name, [...(sources.get(provider.name) ?? []), name]);
    if (provider.kind === "extra") borrowed.push(name);
  }
  const imports = [...sources]
    .map(([from, list]) => `import { ${list.join(", ")} } from "./${from}"; `)
    .join("");
  const text = `${imports}${cell.source}\nexport { ${own.unexported.join(", ")} };`;
  return { name: cell.name, text, opening: imports.length, uses: [...sources.keys()], borrowed };
}

/** As in a notebook run from the top: the last cell before this one that declares the name; failing that, the first after. */
function chooseProvider(
  name: string,
  cell: SourceCell,
  cells: SourceCell[],
  names: Map<string, CellNames>,
): SourceCell | undefined {
  const declaring = cells.filter((each) => each !== cell && names.get(each.name)!.declared.has(name));
  const place = cells.indexOf(cell);
  const nearest = (some: SourceCell[]) => some.findLast((each) => cells.indexOf(each) < place) ?? some[0];
  return nearest(declaring.filter(({ kind }) => kind !== "extra")) ?? nearest(declaring);
}
