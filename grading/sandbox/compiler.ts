/**
 * The sandboxed process that type-checks answers. It runs none of them, but a hostile one could name files of the
 * machine in its types, or take the type checker for ever: so it is confined and can be replaced like any other.
 */
import { createRequire } from "node:module";
import { buildChecker } from "./diagnose.ts";
import type { Compiler } from "./free-names.ts";
import { readLine, writeLine } from "./lines.ts";
import type { CompileReply, CompileRequest } from "./protocol.ts";

const [root = ""] = process.argv.slice(2);
const ts = createRequire(`${root}/grading/`)("@tslab/typescript-for-tslab") as Compiler;
const readable = [`${root}/node_modules/`, `${root}/lib/package.json`, `${root}/lib/dist/`];
const checker = buildChecker(
  ts,
  root,
  (path) => /\.d\.ts$|\/package\.json$/.test(path) && readable.some((each) => path.startsWith(each)),
);

for (let text = readLine(); text !== undefined; text = readLine()) {
  const { id, cells } = JSON.parse(text) as CompileRequest;
  writeLine(JSON.stringify({ id, kind: "compiled", cells: checker.compile(cells) } satisfies CompileReply));
}
