/**
 * tslab's own TypeScript (5.0.4). Notebooks are checked by exactly this version, so that a notebook which runs here
 * also runs under a plain tslab. The few internal functions we use are declared here, once.
 */
import * as ts from "@tslab/typescript-for-tslab";
import { join } from "node:path";

interface Internals {
  /** Fills `locals`: a file's top-level names. */
  bindSourceFile(file: ts.SourceFile, options: ts.CompilerOptions): void;
  /** True where an identifier stands for a value (not a property's name, a label or a type). */
  isExpressionNode(node: ts.Node): boolean;
  findPrecedingToken(position: number, file: ts.SourceFile): ts.Node | undefined;
}
export const internals = ts as unknown as Internals;

/** What the binder and tslab's patch of the checker keep on a source file. */
interface BoundFile {
  locals?: ReadonlyMap<string, ts.Symbol>;
  parent?: ts.Node;
}

/** A file's top-level names and what they stand for. */
export function localsOf(file: ts.SourceFile): ReadonlyMap<string, ts.Symbol> {
  return (file as unknown as BoundFile).locals ?? new Map<string, ts.Symbol>();
}

/** Makes `outer`'s names visible in `inner`: tslab's TypeScript looks names up through a file's parent. */
export function nestFile(inner: ts.SourceFile, outer: ts.SourceFile): void {
  (inner as unknown as BoundFile).parent = outer;
}

export const compilerFolder = join(require.resolve("@tslab/typescript-for-tslab"), "..");

/**
 * tslab's options, but for three: CommonJS in one step instead of two (top-level await is allowed by us, see
 * convert.ts), `es2023` because Node 24 has it, and @types/node alone instead of every @types package in reach.
 */
export function compilerOptions(typeRoot: string): ts.CompilerOptions {
  return {
    module: ts.ModuleKind.CommonJS,
    moduleResolution: ts.ModuleResolutionKind.Node10,
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2023.d.ts"],
    types: ["node"],
    typeRoots: [typeRoot],
    esModuleInterop: true,
    experimentalDecorators: true,
    resolveJsonModule: true,
    allowJs: true,
    allowImportingTsExtensions: true,
    jsx: ts.JsxEmit.React,
    newLine: ts.NewLineKind.LineFeed,
    noImplicitUseStrict: true,
    declaration: true,
    sourceMap: true,
    skipLibCheck: true,
  };
}

export { ts };
