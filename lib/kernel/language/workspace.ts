/** The files behind a notebook's cells and the TypeScript program over them, kept from cell to cell. */
import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { compilerFolder, compilerOptions, ts } from "./compiler";

export interface Workspace {
  /** The notebook's folder: relative imports and packages are looked up from here first. */
  readonly folder: string;
  readonly options: ts.CompilerOptions;
  /** Puts a file in memory, or replaces it. */
  write(path: string, text: string): void;
  /** A file in memory, parsed. */
  read(path: string): ts.SourceFile | undefined;
  /** The program over all files in memory and what they import. */
  build(): ts.Program;
  /** Parses, one file per step, everything `specifier` brings in, so that the first cell importing it need not. */
  parseAhead(specifier: string): Generator<void>;
}

/** Declaration files of libraries do not change while a kernel runs: every workspace shares their parsed form. */
const libraries = new Map<string, ts.SourceFile>();

export function openWorkspace({ folder, repo }: { folder: string; repo: string }): Workspace {
  const options = compilerOptions(join(repo, "node_modules", "@types"));
  const inMemory = new Map<string, ts.SourceFile>();
  const onDisk = new Map<string, { changed: number; file: ts.SourceFile }>();
  const found = new Map<string, ts.ResolvedModuleFull>();
  let program: ts.Program | undefined;

  const parse = (path: string, text: string) =>
    ts.createSourceFile(path, text, { languageVersion: ts.ScriptTarget.ES2022 }, !path.endsWith(".d.ts"));
  const isBasic = (path: string) =>
    path.startsWith(compilerFolder) || path.startsWith(options.typeRoots![0]!);

  function getSourceFile(path: string): ts.SourceFile | undefined {
    const known = inMemory.get(path) ?? libraries.get(path);
    if (known !== undefined) return known;
    if (path.endsWith(".d.ts")) {
      const text = ts.sys.readFile(path);
      if (text === undefined) return undefined;
      const file = parse(path, isBasic(path) ? hideDocumentation(text) : text);
      libraries.set(path, file);
      return file;
    }
    // The student's own file: parsed again when it was edited.
    const changed = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (changed === undefined) return undefined;
    const kept = onDisk.get(path);
    if (kept?.changed === changed) return kept.file;
    const file = parse(path, ts.sys.readFile(path) ?? "");
    onDisk.set(path, { changed, file });
    return file;
  }

  const getCanonicalFileName = (path: string) => path;
  const host: ts.CompilerHost = {
    getSourceFile,
    getDefaultLibFileName: () => join(compilerFolder, "lib.es2023.d.ts"),
    getDefaultLibLocation: () => compilerFolder,
    getCurrentDirectory: () => folder,
    getCanonicalFileName,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => "\n",
    fileExists: (path) => inMemory.has(path) || libraries.has(path) || ts.sys.fileExists(path),
    readFile: (path) => ts.sys.readFile(path),
    directoryExists: (path) => ts.sys.directoryExists(path),
    getDirectories: (path) => ts.sys.getDirectories(path),
    realpath: (path) => ts.sys.realpath?.(path) ?? path,
    writeFile: () => {
      throw new Error("a notebook's program writes no files");
    },
    resolveModuleNameLiterals: (literals, from) =>
      literals.map(({ text }) => ({ resolvedModule: resolve(text, from) })),
  };
  const cache = ts.createModuleResolutionCache(folder, getCanonicalFileName, options);

  /** From the importing file's own folder, and for packages then from this repo: notebooks elsewhere find the course. */
  function resolve(specifier: string, from: string): ts.ResolvedModuleFull | undefined {
    if (from.endsWith(".d.ts") && !inMemory.has(from))
      return ts.resolveModuleName(specifier, from, options, host, cache).resolvedModule;
    const relative = specifier.startsWith(".");
    const key = `${dirname(from)} ${specifier}`;
    const known = found.get(key);
    if (known !== undefined && !relative) return known;
    let resolved = ts.resolveModuleName(specifier, from, options, host).resolvedModule;
    if (!relative) {
      resolved ??= ts.resolveModuleName(specifier, join(repo, "notebook.ts"), options, host).resolvedModule;
      if (resolved !== undefined) found.set(key, resolved);
    }
    return resolved;
  }

  function* parseAhead(specifier: string): Generator<void> {
    const first = resolve(specifier, join(folder, "notebook.ts"))?.resolvedFileName;
    const waiting = first === undefined ? [] : [first];
    const seen = new Set(waiting);
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      const file = getSourceFile(path);
      yield;
      if (file === undefined) continue;
      const from = path;
      const { importedFiles, referencedFiles } = ts.preProcessFile(file.text, true, false);
      const next = [
        ...importedFiles.map(({ fileName }) => resolve(fileName, from)?.resolvedFileName),
        ...referencedFiles.map(({ fileName }) => join(dirname(from), fileName)),
      ];
      for (const other of next)
        if (other?.endsWith(".d.ts") === true && !seen.has(other)) {
          seen.add(other);
          waiting.push(other);
        }
    }
  }

  return {
    folder,
    options,
    write(path, text) {
      if (inMemory.get(path)?.text !== text) inMemory.set(path, parse(path, text));
    },
    read: (path) => inMemory.get(path),
    build() {
      program = ts.createProgram({ rootNames: [...inMemory.keys()], options, host, oldProgram: program });
      return program;
    },
    parseAhead,
  };
}

/**
 * Node's declarations are mostly documentation, and parsing that takes half of a kernel's start. As plain comments
 * they cost nothing; inspect.ts reads them there. Lengths, and so positions, stay.
 */
function hideDocumentation(text: string): string {
  return text.replace(/\/\*\*(?!\/)/g, "/* ");
}
