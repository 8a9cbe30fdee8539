/**
 * The sandboxed process: loads one question's cells and calls their functions on request. It holds no check, no
 * expected value and no path of the grader; whatever the answer does to it, the grader believes none of what it says
 * beyond "this is what the function returned".
 *
 * It reads a request, answers it and reads the next, blocking in between, so timers and servers that an answer left
 * behind stand still while nobody waits for it.
 */
import { createRequire } from "node:module";
import { Script } from "node:vm";
import { confineModules, disarmGlobals, notAvailable } from "./harden.ts";
import { readLine, writeLine } from "./lines.ts";
import type { LoadedCell, Reply, Request } from "./protocol.ts";
import { decode, encode, type TensorLike, type TensorMaker, WireError } from "./wire.ts";

type Tensor = TensorLike & { dispose(): void };
type TensorFlow = TensorMaker<Tensor>;
type WithoutId<Each> = Each extends { id: string } ? Omit<Each, "id"> : never;
type Outcome = WithoutId<Reply>;

// An answer may replace any of these in its own process; the loop below keeps the originals.
const { parse, stringify } = JSON;
const race = Promise.race.bind(Promise);

/** argv: the root of the course, then the folders that modules may be loaded from. */
const [root = "", ...folders] = process.argv.slice(2);
const library = createRequire(`${root}/grading/`)("@actl/generative") as Record<string, unknown>;
const tf = library.tf as TensorFlow & { ready(): Promise<void> };
await tf.ready();
let drained: ((outcome: Outcome) => void) | undefined;
// The event loop has run dry while an answer is awaited: nothing is left that could ever settle its promise.
process.on("beforeExit", () => drained?.({ kind: "unsettled" }));
confineModules(folders);
disarmGlobals();
void serve();

async function serve(): Promise<void> {
  const cells = new Map<string, Record<string, unknown>>();
  for (let text = readLine(); text !== undefined; text = readLine()) {
    const request = parse(text) as Request;
    const outcome = await race([
      new Promise<Outcome>((resolve) => (drained = resolve)),
      request.kind === "load" ? load(request.cells, request.withheld, cells) : call(request, cells),
    ]);
    drained = undefined;
    writeLine(stringify({ id: request.id, ...outcome }));
  }
}

async function load(
  sources: LoadedCell[],
  withheld: string[],
  cells: Map<string, Record<string, unknown>>,
): Promise<Outcome> {
  seedRandom(0);
  const open = Object.defineProperties({}, Object.getOwnPropertyDescriptors(library)) as Record<
    string,
    unknown
  >;
  for (const name of withheld)
    Object.defineProperty(open, name, { get: () => refuse(name), enumerable: true });
  const require = (specifier: string): unknown => {
    if (specifier === "@actl/generative") return open;
    if (specifier === "@tensorflow/tfjs") return tf;
    const cell = specifier.startsWith("./") ? cells.get(specifier.slice(2)) : undefined;
    if (cell === undefined) throw new Error(notAvailable(specifier));
    return cell;
  };
  for (const { name, code } of sources) {
    const exports: Record<string, unknown> = {};
    cells.set(name, exports);
    const opening = "(async function (exports, require) {";
    try {
      const script = new Script(`${opening}${code}\n})`, {
        filename: `cell:${name}`,
        columnOffset: -opening.length,
      });
      await (script.runInThisContext() as (...parameters: unknown[]) => Promise<void>)(exports, require);
    } catch (error) {
      return describe(error);
    }
  }
  return { kind: "loaded" };
}

async function call(
  { question, name, args, seed }: Extract<Request, { kind: "call" }>,
  cells: Map<string, Record<string, unknown>>,
): Promise<Outcome> {
  const exports = cells.get(question) ?? {};
  const present = Object.keys(exports).filter((each) => each !== "__esModule");
  const made: Tensor[] = [];
  try {
    const answer = exports[name];
    if (typeof answer !== "function") return { kind: "missing", present };
    seedRandom(seed);
    const result: unknown = await (answer as (...parameters: unknown[]) => unknown)(
      ...args.map((each) => decode(each, tf, made)),
    );
    if (result === undefined) return { kind: "undefined" };
    return { kind: "returned", value: encode(result, tf) };
  } catch (error) {
    if (error instanceof WireError) return { kind: "unsendable", reason: error.message };
    return describe(error);
  } finally {
    for (const tensor of made) tensor.dispose();
  }
}

function refuse(name: string): never {
  throw new Error(`${name} of @actl/generative is what this exercise asks for: write it yourself`);
}

function describe(error: unknown): Outcome {
  const isError = error instanceof Error;
  return {
    kind: "threw",
    error: String(isError ? `${error.name}: ${error.message}` : error).slice(0, 2000),
    stack: String(isError ? error.stack : "").slice(0, 8000),
  };
}

/** Mulberry32: `Math.random`, and with it TensorFlow.js's unseeded noise, repeats from call to call. */
function seedRandom(seed: number): void {
  let state = seed >>> 0;
  Math.random = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
