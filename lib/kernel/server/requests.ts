/** Questions about code and about the kernel, which are answered at once, whatever runs. */
import * as ts from "@tslab/typescript-for-tslab";
import { judgeCompleteness } from "../language/is-complete";
import type { NotebookLanguage } from "../language/notebook";
import type { History } from "./history";
import { toCodePoints, toUnits } from "./unicode";
import { PROTOCOL_VERSION } from "./wire";

type Content = Record<string, unknown>;
export type Answer = (content: Content) => Content;

/** By request type without its "_request"; types not named here are none of ours. */
export function createAnswers(
  notebook: NotebookLanguage,
  history: History,
): Readonly<Record<string, Answer>> {
  return {
    kernel_info: describeKernel,
    is_complete: (content) => ({ ...judgeCompleteness(codeOf(content)) }),
    complete(content) {
      const code = codeOf(content);
      const found = notebook.complete(code, cursorOf(content, code));
      const [start, end] = [toCodePoints(code, found.start), toCodePoints(code, found.end)];
      return {
        status: "ok",
        matches: found.candidates.map(({ name }) => name),
        cursor_start: start,
        cursor_end: end,
        metadata: {
          _jupyter_types_experimental: found.candidates.map(({ name, kind }) => ({
            text: name,
            type: kind,
            start,
            end,
          })),
        },
      };
    },
    inspect(content) {
      const code = codeOf(content);
      const text = notebook.inspect(code, cursorOf(content, code));
      return {
        status: "ok",
        found: text !== undefined,
        data: text === undefined ? {} : { "text/plain": text },
        metadata: {},
      };
    },
    history: (content) => history.answer(content),
    // No widgets: a front end that asks learns that there are none.
    comm_info: () => ({ status: "ok", comms: {} }),
  };
}

function codeOf({ code }: Content): string {
  return typeof code === "string" ? code : "";
}

function cursorOf({ cursor_pos: cursor }: Content, code: string): number {
  return typeof cursor === "number" ? toUnits(code, cursor) : code.length;
}

export function describeKernel(): Content {
  return {
    status: "ok",
    protocol_version: PROTOCOL_VERSION,
    implementation: "tslab",
    implementation_version: "1.0.22",
    language_info: {
      name: "typescript",
      version: ts.version,
      mimetype: "text/typescript",
      file_extension: ".ts",
      pygments_lexer: "typescript",
      codemirror_mode: { name: "javascript", mode: "typescript", typescript: true },
      nbconvert_exporter: "script",
    },
    banner: `TypeScript ${ts.version} on Node.js ${process.version}`,
    debugger: false,
    help_links: [
      { text: "TypeScript handbook", url: "https://www.typescriptlang.org/docs/handbook/intro.html" },
      { text: "Node.js", url: "https://nodejs.org/docs/latest-v24.x/api/" },
      { text: "TensorFlow.js", url: "https://js.tensorflow.org/api/latest/" },
    ],
  };
}
