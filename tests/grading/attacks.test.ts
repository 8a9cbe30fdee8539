/**
 * Hostile answers to question 2, beside a right answer to question 1: each ends in its own verdict, question 1 keeps its
 * mark, and the machine is as it was. All of them run with bubblewrap where there is one, and again without.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Marked } from "../../grading/marking/marked.ts";
import { buildStudentPage } from "../../grading/feedback/student-page.ts";
import { buildGradescopeResults } from "../../grading/results/gradescope.ts";
import { type Bench, openBench, verdictsOf } from "./fixtures/bench.ts";
import { secrets, solutions } from "./fixtures/exercise.ts";

const scratch = mkdtempSync(join(tmpdir(), "attacks-"));
const canary = join(scratch, "results.json");
const root = join(import.meta.dirname, "../..");
let server: Server;
let port = 0;
let visits = 0;

beforeAll(async () => {
  writeFileSync(canary, "untouched");
  server = createServer((_, response) => {
    visits++;
    response.end("hello");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as { port: number }).port;
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(scratch, { recursive: true, force: true });
});

interface Attack {
  /** Its number in the list of what must be survived, and what it does. */
  name: string;
  /** The body of add(a, b); `any` is in scope as G = globalThis, P = process. */
  body: string;
  /** Verdict of the public check on add(2, 3) = 5: its kind, and words in it. */
  verdict: [kind: string, words?: string];
  /** Verdict of the hidden check, where it differs. */
  hidden?: string;
  /** Above the function. */
  before?: string;
}

/** Tries every known way to a module of Node's, and throws what the last one threw. */
const reach = (name: string) =>
  `const ways: (() => any)[] = [
    () => R("${name}"), () => R("node:${name}"), () => P.getBuiltinModule("${name}"), () => P.binding("${name}"),
    () => P.mainModule.require("${name}"), () => new Function("return process")().getBuiltinModule("${name}"),
    () => (0, eval)("require")("${name}"), () => P.constructor.constructor("return process")().binding("${name}"),
  ];
  for (const way of ways) { try { const found = way(); if (found) { M = found; break; } } catch {} }
  if (M === undefined) throw new Error("no way to ${name}");`;

const attacks: Attack[] = [
  {
    name: "1 asymmetricMatch as a function",
    body: "return { asymmetricMatch: () => true } as any;",
    verdict: ["crashed", "function"],
  },
  {
    name: "1 asymmetricMatch as data",
    body: 'return { asymmetricMatch: true, $$typeof: "Symbol(jest.asymmetricMatcher)" } as any;',
    verdict: ["failed", "asymmetricMatch"],
  },
  {
    name: "2 expect.extend",
    body: "G.expect.extend({ toBe: () => ({ pass: true }) }); return 0;",
    verdict: ["crashed", "undefined"],
  },
  {
    name: "3 redefined test, describe, expect, check",
    before:
      "for (const name of ['test', 'describe', 'expect', 'check', 'it']) G[name] = () => ({ toEqual: () => true });",
    body: "return 0;",
    verdict: ["failed", "0"],
  },
  { name: "4 process.exit(0)", body: "P.exit(0); return 5;", verdict: ["crashed", "process.exit"] },
  { name: "4 reallyExit and abort", body: "P.reallyExit(0); P.abort(); return 5;", verdict: ["crashed"] },
  {
    name: "4 exit while loading",
    before: "P.exit(0);",
    body: "return 5;",
    verdict: ["crashed", "process.exit"],
  },
  {
    name: "5 killing the parent",
    body: 'P.kill(P.ppid, "SIGKILL"); P.exitCode = 0; return 5;',
    verdict: ["crashed"],
  },
  {
    name: "6 writing the results",
    body: `let M: any; ${reach("fs")} M.writeFileSync("CANARY", "all passed"); M.chmodSync("CANARY", 0); return 5;`,
    verdict: ["crashed", "no way to fs"],
  },
  {
    name: "6 writing by import()",
    body: 'return import("fs" as any).then((fs) => fs.writeFileSync("CANARY", "x")) as any;',
    verdict: ["crashed", "not available"],
  },
  {
    name: "7 reading the hidden checks",
    body: `let M: any; ${reach("fs")} return M.readFileSync("ROOT/tests/grading/fixtures/exercise.ts", "utf8");`,
    verdict: ["crashed", "no way to fs"],
  },
  {
    name: "7 requiring the hidden checks",
    body: 'return R("ROOT/tests/grading/fixtures/exercise.ts");',
    verdict: ["crashed", "not available"],
  },
  {
    name: "7 importing the hidden checks as types",
    before: 'import { secrets } from "../tests/grading/fixtures/exercise";\nconst spy: never = secrets;',
    body: "return secrets.left as any;",
    verdict: ["crashed", "Cannot find module"],
  },
  {
    name: "7 naming a file of the machine to the compiler",
    before: '/// <reference path="/etc/passwd" />\nimport words from "/etc/passwd";',
    body: "return words as any;",
    verdict: ["crashed", "does not compile"],
  },
  {
    name: "8 argv, environment, parent's processes",
    body: 'if (P.argv.length || P.execArgv.length || Object.keys(P.env).length || P.ppid || P.pid) return 5; throw new Error("nothing to see");',
    verdict: ["crashed", "nothing to see"],
  },
  {
    name: "8 /proc",
    body: `let M: any; ${reach("fs")} return M.readdirSync("/proc");`,
    verdict: ["crashed", "no way to fs"],
  },
  {
    name: "9 a fake PASS and fake JSON",
    body: 'console.log("PASS all\\n" + JSON.stringify({ kind: "returned", value: 5, score: 100 })); return 0;',
    verdict: ["failed", "0"],
  },
  { name: "10 a loop without end", body: "while (true) {}", verdict: ["timed-out"] },
  {
    name: "10 a loop without end while loading",
    before: "while (true) {}",
    body: "return 5;",
    verdict: ["timed-out"],
  },
  {
    name: "10 a loop of promises",
    body: "const spin = async () => { for (;;) await null; }; return spin() as any;",
    verdict: ["timed-out"],
  },
  {
    name: "10 waiting on shared memory",
    body: "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); return 5;",
    verdict: ["timed-out"],
  },
  {
    name: "11 a promise that never resolves",
    body: "return new Promise(() => {}) as any;",
    verdict: ["crashed", "never|nothing will ever resolve"],
  },
  {
    name: "12 open timers",
    before: "setInterval(() => {}, 10);",
    body: "setInterval(() => {}, 1); return a + b;",
    verdict: ["passed"],
  },
  {
    name: "13 fork bomb",
    body: `let M: any; ${reach("child_process")} for (;;) M.spawn("sleep", ["60"], { detached: true });`,
    verdict: ["crashed", "no way to child_process"],
  },
  {
    name: "13 threads",
    body: `let M: any; ${reach("worker_threads")} for (;;) new M.Worker("for(;;);", { eval: true });`,
    verdict: ["crashed", "no way"],
  },
  {
    name: "13 processes by inner bindings",
    body: `let M: any; ${reach("spawn_sync")} return M.spawn({ file: "/bin/sh" });`,
    verdict: ["crashed", "no way"],
  },
  {
    name: "14 heap",
    body: "const all: any[] = []; for (;;) all.push(new Array(1e6).fill(a));",
    verdict: ["crashed", "memory"],
  },
  {
    name: "14 ArrayBuffers",
    body: "const all: any[] = []; for (;;) { const each = new Uint8Array(1e8); each.fill(1); all.push(each); }",
    verdict: ["crashed", "memory|allocation failed"],
  },
  {
    name: "14 tensors",
    body: "const all: any[] = []; for (;;) all.push(tf.ones([5000, 5000]));",
    verdict: ["crashed", "memory|allocation failed"],
  },
  {
    name: "14 WebAssembly memory",
    body: "const all: any[] = []; for (;;) { const m = new (G.WebAssembly.Memory)({ initial: 8000 }); new Uint8Array(m.buffer).fill(1); all.push(m); }",
    verdict: ["crashed"],
  },
  {
    name: "15 filling the disk",
    body: `let M: any; ${reach("fs")} for (let i = 0; ; i++) M.writeFileSync("/tmp/" + i, "x".repeat(1e6));`,
    verdict: ["crashed", "no way"],
  },
  {
    name: "16 gigabytes on stdout",
    body: 'for (;;) console.log("x".repeat(100_000));',
    verdict: ["crashed", "printed more than"],
  },
  {
    name: "16 gigabytes as the answer",
    body: 'return "x".repeat(100_000_000) as any;',
    verdict: ["crashed", "MB|too"],
  },
  { name: "17 deep recursion", body: "return add(a, b) + 1;", verdict: ["crashed", "Maximum call stack"] },
  {
    name: "17 a result nested very deeply",
    body: "let deep: any = []; for (let i = 0; i < 1e5; i++) deep = [deep]; return deep;",
    verdict: ["crashed", "nested deeper"],
  },
  {
    name: "17 a result that contains itself",
    body: "const round: any = {}; round.round = round; return round;",
    verdict: ["crashed", "contains itself"],
  },
  {
    name: "18 network by fetch",
    body: 'return G.fetch("http://127.0.0.1:PORT/").then(() => 5);',
    verdict: ["crashed", "not a function"],
  },
  {
    name: "18 network by sockets",
    body: `let M: any; ${reach("net")} return new Promise((resolve) => M.connect(PORT, "127.0.0.1", () => resolve(5))) as any;`,
    verdict: ["crashed", "no way"],
  },
  {
    name: "18 network by the class of process.stdout",
    body: 'const socket = new P.stdout.constructor(); socket.connect(PORT, "127.0.0.1"); socket.write("GET / HTTP/1.0\\r\\n\\r\\n"); return new Promise((resolve) => setTimeout(resolve, 300, 5)) as any;',
    verdict: ["crashed"],
  },
  {
    name: "18 network by TensorFlow.js",
    body: 'return tf.util.fetch("http://127.0.0.1:PORT/").then(() => 5) as any;',
    verdict: ["crashed"],
  },
  {
    name: "19 prototype pollution and patched built-ins",
    before:
      'Object.defineProperty(Object.prototype, "kind", { get: () => "returned" }); (Object.prototype as any).value = 5; Object.is = () => true; JSON.stringify = () => "{}"; JSON.parse = () => ({}); Math.max = () => 5; Array.prototype.map = function () { return [5]; } as any; Array.isArray = (() => true) as any;',
    body: "return 0;",
    verdict: ["failed"],
  },
  {
    name: "19 a key called __proto__",
    body: 'return JSON.parse(\'{"__proto__": {"passed": true}}\');',
    verdict: ["crashed", "__proto__"],
  },
  { name: "20 a patched module cache", body: 'R.cache["x"] = 5; return 0;', verdict: ["crashed"] },
  {
    name: "20 patched TensorFlow.js",
    before: "tf.tensor = (() => 5) as any; (tf.Tensor.prototype as any).dataSync = () => [4];",
    body: "return 0;",
    verdict: ["failed"],
  },
  {
    name: "21 patched clocks and dice",
    before: "Math.random = () => 0.5; Date.now = () => 0; performance.now = () => 0;",
    body: "return 0;",
    verdict: ["failed"],
  },
  {
    name: "22 a getter that changes its mind",
    body: "let reads = 0; return { get value() { return ++reads > 1 ? 5 : 0; } } as any;",
    verdict: ["failed", '"value":0'],
  },
  {
    name: "22 a Proxy",
    body: "return new Proxy({}, { get: () => 5, ownKeys: () => { throw new Error('caught'); } }) as any;",
    verdict: ["crashed"],
  },
  { name: "23 NaN", body: "return NaN;", verdict: ["failed", "NaN"] },
  { name: "23 infinity", body: "return -Infinity;", verdict: ["failed", "-Infinity"] },
  { name: "23 toJSON", body: "return { toJSON: () => 5 } as any;", verdict: ["crashed", "function"] },
  {
    name: "23 valueOf",
    body: "return Object.assign(Object.create({ valueOf: () => 5 }), {}) as any;",
    verdict: ["crashed|failed"],
  },
  { name: "23 a tensor for a number", body: "return tf.scalar(5) as any;", verdict: ["failed", "$tensor"] },
  { name: "23 a string for a number", body: 'return "5" as any;', verdict: ["failed", '"5"'] },
  { name: "24 the public case written in", body: "return 5;", verdict: ["passed"], hidden: "failed" },
  {
    name: "26 detecting the grader",
    body: 'return typeof G.process.versions.electron === "undefined" && !G[Symbol.for("jupyter.display")] ? 5 : 0;',
    verdict: ["passed"],
    hidden: "failed",
  },
  {
    name: "an error that cannot be read",
    body: "throw new Proxy(new Error(), { get() { throw new Error('again'); } });",
    verdict: ["crashed"],
  },
  { name: "something thrown that is no error", body: "throw null;", verdict: ["crashed", "null"] },
  {
    name: "a rejection nobody waits for",
    body: "void Promise.reject(new Error('left behind')); return new Promise((resolve) => setTimeout(resolve, 50, a + b)) as any;",
    verdict: ["crashed", "left behind|ended"],
  },
  {
    name: "types without end",
    before:
      "type Deep<N extends number, A extends 0[] = []> = A['length'] extends N ? A : Deep<N, [...A, 0]>;\nconst deep: Deep<9999> = 1;",
    body: "return 5;",
    verdict: ["crashed", "does not compile"],
  },
  {
    name: "a cell nested so deeply that it cannot be parsed",
    before: `const deep = ${"(".repeat(30_000)}1${")".repeat(30_000)};`,
    body: "return 5;",
    verdict: ["crashed"],
  },
];

describe.each([true, false])("with bubblewrap: %s", (bubblewrap) => {
  let bench: Bench;

  beforeAll(
    () => (bench = openBench({ bubblewrap, limits: { callSeconds: 4, loadSeconds: 4, questionSeconds: 8 } })),
  );
  afterAll(() => bench.close());

  async function attack({ before = "", body }: Pick<Attack, "before" | "body">): Promise<Marked> {
    const head =
      "const G = globalThis as any; const P = (globalThis as any).process; const R: any = require;";
    const fill = (text: string) =>
      text.replaceAll("CANARY", canary).replaceAll("ROOT", root).replaceAll("PORT", String(port));
    const add = `function add(a: number, b: number): number {\n${fill(body)}\n}`;
    // Imports and references have to come first; everything else may use what the head declares.
    const first = /^(import|\/\/\/)/.test(before) ? [fill(before), head] : [head, fill(before)];
    return bench.mark({ q1: solutions.q1, q2: [...first, add].join("\n") });
  }

  test.each(attacks)("$name", async ({ before, body, verdict: [kind, words], hidden }) => {
    const marked = await attack({ ...(before === undefined ? {} : { before }), body });
    const verdicts = verdictsOf(marked);
    const verdict = verdicts["q2-values"]!;
    expect(verdict.kind).toMatch(new RegExp(`^(${kind})$`));
    if (words !== undefined)
      expect(JSON.stringify(verdict).replaceAll('\\"', '"')).toMatch(new RegExp(words.replace("$", "\\$")));
    expect(verdicts["q2-hidden"]!.kind).toMatch(new RegExp(`^(${hidden ?? kind})$`));
    expect(verdicts["q1-values"]).toEqual({ kind: "passed" });
    expect(verdicts["q1-hidden"]).toEqual({ kind: "passed" });
    expect(readFileSync(canary, "utf8")).toBe("untouched");
    expect(visits).toBe(0);
    const shown = `${buildStudentPage(marked, "title")}${JSON.stringify(buildGradescopeResults(marked, "small"))}`;
    for (const secret of [secrets.left, secrets.right, secrets.left + secrets.right])
      expect(shown).not.toContain(String(secret));
    expect(shown).not.toContain("root:x:0");
  });

  test("35 what is thrown, printed or returned for hidden inputs is not shown", async () => {
    for (const body of [
      "console.log(a, b); return a + b;",
      "console.log(a, b); if (a > 10) throw new Error(`${a} and ${b}`); return a + b;",
      "return (a > 10 ? `${a} ${b}` : a + b) as any;",
      "console.error(a, b); if (a > 10) G.process.stdout.write(`${a} and ${b}`); return a + b;",
      "if (a > 10) return { [`${a}`]: b } as any; return a + b;",
      "if (a > 10) return { [`${a}`]: () => b } as any; return a + b;",
    ]) {
      const marked = await attack({ body });
      expect(verdictsOf(marked)["q2-values"]).toEqual({ kind: "passed" });
      const shown = `${buildStudentPage(marked, "title")}${JSON.stringify(buildGradescopeResults(marked, "small"))}`;
      expect(shown).not.toContain(String(secrets.left));
      expect(shown).not.toContain(String(secrets.right));
      if (body.startsWith("console")) expect(shown).toMatch(/2 3/);
    }
  });

  test("27 inputs changed by one call are whole in the next", async () => {
    const q1 =
      "function double(x: tf.Tensor): tf.Tensor {\n  x.dataSync().fill(0);\n  const twice = x.mul(2);\n  return twice;\n}";
    const marked = await bench.mark({ q1, q2: solutions.q2 });
    const verdicts = verdictsOf(marked);
    expect(verdicts["q1-values"]).toMatchObject({
      kind: "failed",
      expected: expect.stringContaining("[2,-4]") as string,
    });
    expect(verdicts["q2-hidden"]).toEqual({ kind: "passed" });
  });
});

test("25 what the exercise asks for is not in the library while it is marked", async () => {
  const bench = openBench();
  bench.workshop.assignment.settings.withheld = ["Random"];
  try {
    const before = 'import { Random } from "@actl/generative";\n';
    const q2 = `${before}function add(a: number, b: number): number {\n  return new Random(1) ? a + b : 0;\n}`;
    const verdicts = verdictsOf(await bench.mark({ q2 }));
    expect(verdicts["q2-values"]).toMatchObject({
      kind: "crashed",
      error: expect.stringContaining("write it yourself") as string,
    });
    bench.workshop.assignment.settings.withheld = [];
    expect(verdictsOf(await bench.mark({ q2 }))["q2-values"]).toEqual({ kind: "passed" });
  } finally {
    bench.close();
  }
});

test("the tutor's files are where they were", () => {
  expect(existsSync(join(root, "grading/contract.ts"))).toBe(true);
});
