/** `require` and `import()` of cells: from the notebook's folder, then from the course's. */
import { statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, isAbsolute, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import vm from "node:vm";
import type { SideModule } from "../language/convert";
import { registerScript } from "./stack";

type Require = (specifier: string) => unknown;

/** What compiled code reaches its kernel through; see language/rewrite.ts. */
export interface CellHandle {
  value: unknown;
  check(): void;
  import(specifier: unknown): Promise<unknown>;
  define(target: object, name: string, descriptor: PropertyDescriptor): void;
  /** Accessors of the cell's variables; see shareVariables in language/rewrite.ts. */
  share(accessors: object): void;
}

export interface Modules {
  require: Require;
  import(specifier: unknown): Promise<unknown>;
  /** New or edited TypeScript files; the next import runs them again. */
  update(modules: readonly SideModule[]): void;
}

export function createModules(options: {
  folder: string;
  repo: string;
  /** Packages the kernel itself supplies. */
  builtIn: ReadonlyMap<string, () => unknown>;
  handle: () => CellHandle;
}): Modules {
  const { folder, repo, builtIn } = options;
  const sources = new Map<string, string>();
  const loaded = new Map<string, { exports: unknown }>();
  const changed = new Map<string, number>();
  const fromFolder = createRequire(join(folder, "notebook.js"));
  const fromRepo = createRequire(join(repo, "notebook.js"));

  /** The side module or file behind a path without extension, as TypeScript finds it. */
  function findSide(path: string): string | undefined {
    const stem = [".js", ".jsx"].includes(extname(path)) ? path.slice(0, -extname(path).length) : path;
    const candidates = [path, `${stem}.ts`, `${stem}.tsx`, join(path, "index.ts"), join(path, "index.tsx")];
    return candidates.find((candidate) => sources.has(candidate));
  }

  function locate(specifier: string, from: string): string {
    const base = from === folder ? fromFolder : createRequire(join(from, "module.js"));
    try {
      return base.resolve(specifier);
    } catch (error) {
      if (specifier.startsWith(".") || isAbsolute(specifier)) throw error;
      try {
        return fromRepo.resolve(specifier);
      } catch {
        throw error;
      }
    }
  }

  function load(specifier: string, from: string): unknown {
    const own = builtIn.get(specifier);
    if (own !== undefined) return own();
    if (specifier.startsWith(".") || isAbsolute(specifier)) {
      const side = findSide(resolve(from, specifier));
      if (side !== undefined) return runSide(side);
    }
    const path = locate(specifier, from);
    forgetWhenEdited(path);
    return fromFolder(path);
  }

  /** A JSON or JavaScript file of the student's own, read again when it was edited. */
  function forgetWhenEdited(path: string): void {
    if (!isAbsolute(path) || path.includes("/node_modules/") || !path.startsWith(folder)) return;
    const time = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (changed.get(path) !== time) Reflect.deleteProperty(fromFolder.cache, path);
    changed.set(path, time);
  }

  function runSide(path: string): unknown {
    const known = loaded.get(path);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    loaded.set(path, module); // Before it runs: two files may import each other.
    const script = new vm.Script(
      `(function (exports, require, module, __filename, __dirname, __cell__) {\n${sources.get(path)!}\n})`,
      { filename: path, importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER },
    );
    const run = script.runInThisContext() as (...all: unknown[]) => void;
    const here = dirname(path);
    try {
      run(module.exports, (specifier: string) => load(specifier, here), module, path, here, options.handle());
    } catch (error) {
      loaded.delete(path);
      throw error;
    }
    return module.exports;
  }

  return {
    require: (specifier) => load(specifier, folder),
    async import(specifier) {
      const name = String(specifier);
      const side = name.startsWith(".") ? findSide(resolve(folder, name)) : undefined;
      if (side !== undefined) return runSide(side);
      const own = builtIn.get(name);
      if (own !== undefined) return own();
      if (/^(node|data|file):/.test(name)) return import(name) as Promise<unknown>;
      const path = locate(name, folder);
      return import(isAbsolute(path) ? pathToFileURL(path).href : path) as Promise<unknown>;
    },
    update(modules) {
      for (const module of modules) {
        sources.set(module.path, module.code);
        registerScript(module.path, module.path, module.source, module);
      }
      // A file that imports an edited one must see it too.
      if (modules.length > 0) loaded.clear();
    },
  };
}
