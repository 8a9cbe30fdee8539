/** One notebook as the compiler sees it: its cells so far, and what may be asked about the next. */
import { completeAt, type Completion } from "./complete";
import { type Conversion, createConverter } from "./convert";
import { declarationsWithout } from "./declarations";
import { inspectAt } from "./inspect";
import { openWorkspace } from "./workspace";

export interface NotebookLanguage {
  /** Checks and compiles a cell. Its names are known to later cells once it was accepted. */
  convert(source: string): Conversion;
  /** The cell ran (`unset`: names that got no value because it failed half-way). */
  accept(conversion: Conversion, unset?: readonly string[]): void;
  complete(code: string, position: number): Completion;
  inspect(code: string, position: number): string | undefined;
  /** Reads a package's declarations, in small steps, so that the first cell importing it need not wait for that. */
  parseAhead(specifier: string): Generator<void>;
}

export function openNotebook({ folder, repo }: { folder: string; repo: string }): NotebookLanguage {
  const workspace = openWorkspace({ folder, repo });
  const convert = createConverter(workspace);
  let declarations = "";
  return {
    convert: (source) => convert(declarations, source),
    accept(conversion, unset = []) {
      if (conversion.kind !== "ready") return;
      if (unset.length === 0) declarations = conversion.declarations;
      else declarations = declarationsWithout(unset, conversion.declarations);
    },
    complete: (code, position) => completeAt(workspace, declarations, code, position),
    inspect: (code, position) => inspectAt(workspace, declarations, code, position),
    parseAhead: (specifier) => workspace.parseAhead(specifier),
  };
}
