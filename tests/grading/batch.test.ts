/** Marking many: one never costs another its mark, nothing is done twice, and the same work gives the same mark. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { markBatch } from "../../grading/cli/batch.ts";
import type { Marked } from "../../grading/marking/marked.ts";
import { sumSubmission } from "../../grading/results/points.ts";
import { OutputError } from "../../grading/results/write-file.ts";
import { findSubmissions } from "../../grading/submissions/find.ts";
import { type Bench, openBench, verdictsOf } from "./fixtures/bench.ts";
import { type Answers, cellsWith, secrets, solutions } from "./fixtures/exercise.ts";
import { notebook } from "./fixtures/notebooks.ts";

let bench: Bench;
let out: string;
beforeAll(() => (bench = openBench({ limits: { callSeconds: 4, loadSeconds: 20, questionSeconds: 8 } })));
afterAll(() => bench.close());
beforeEach(() => (out = mkdtempSync(join(tmpdir(), "batch-"))));
afterEach(() => {
  rmSync(out, { recursive: true, force: true });
  for (const name of written.splice(0)) rmSync(join(bench.folder, name), { force: true });
});

const written: string[] = [];

function submit(name: string, content: Answers | string): void {
  const file = `${name}.ipynb`;
  written.push(file);
  writeFileSync(
    join(bench.folder, file),
    typeof content === "string" ? content : notebook(cellsWith(content)),
  );
}

interface Report {
  marks: Marked[];
  /** Names of those that were marked now, not kept. */
  fresh: string[];
}

async function grade(options: { fresh?: boolean; fingerprint?: string; signal?: AbortController } = {}) {
  const report: Report = { marks: [], fresh: [] };
  report.marks = await markBatch(await findSubmissions(bench.folder, "small"), bench.workshop, {
    out,
    jobs: 2,
    fresh: options.fresh ?? false,
    fingerprint: options.fingerprint ?? "one",
    report: ({ name }, wasMarked) => {
      if (wasMarked) report.fresh.push(name);
      options.signal?.abort();
    },
    ...(options.signal === undefined ? {} : { signal: options.signal.signal }),
  });
  return report;
}

const add = (body: string) => `function add(a: number, b: number): number {\n${body}\n}`;
const pointsOf = ({ marks }: Report) =>
  Object.fromEntries(marks.map((each) => [each.name, sumSubmission(each).earned]));

test("bad neighbours cost nobody a mark, and each has results, feedback and a row", async () => {
  submit("ana", solutions);
  submit("bad-loop", { ...solutions, q2: add("while (true) {}") });
  submit("bad-memory", {
    ...solutions,
    q2: add("const all: number[][] = []; for (;;) all.push(new Array(1e6).fill(a));"),
  });
  submit("bad-exit", {
    ...solutions,
    q2: "declare const process: any;\nprocess.reallyExit(0);\n" + solutions.q2,
  });
  submit("bad-syntax", { ...solutions, q2: "function add(a: number, b: number): number {" });
  submit("bad-types", { ...solutions, q2: add('return "5";') });
  submit("bad-file", "%PDF-1.7");
  execFileSync("mkfifo", [join(bench.folder, "bad-pipe.ipynb")]);
  written.push("bad-pipe.ipynb");
  submit("zoe", solutions);
  const report = await grade();
  expect(pointsOf(report)).toEqual({
    ana: 10,
    "bad-exit": 7,
    "bad-file": 0,
    "bad-loop": 7,
    "bad-memory": 7,
    "bad-pipe": 0,
    "bad-syntax": 7,
    "bad-types": 7,
    zoe: 10,
  });
  expect(report.marks.filter(({ fault }) => fault !== undefined).map(({ name }) => name)).toEqual([
    "bad-file",
    "bad-pipe",
  ]);
  const csv = readFileSync(join(out, "gradebook.csv"), "utf8");
  for (const { name } of report.marks) {
    expect(csv).toContain(`"${name}"`);
    for (const file of ["results.json", "feedback.html"])
      expect(existsSync(join(out, name, file))).toBe(true);
    for (const secret of [secrets.tensor, secrets.left, secrets.right])
      expect(readFileSync(join(out, name, "feedback.html"), "utf8")).not.toContain(String(secret));
  }
  expect(csv).toMatch(/"bad-file","","10",/);
}, 120_000);

test("a second run marks only what has changed", async () => {
  submit("ana", solutions);
  submit("ben", { ...solutions, q2: add("return 5;") });
  submit("cleo", "not a notebook");
  const first = await grade();
  expect(first.fresh.sort()).toEqual(["ana", "ben", "cleo"]);
  const results = readFileSync(join(out, "ana/results.json"), "utf8");
  submit("ben", solutions);
  const second = await grade();
  expect(second.fresh.sort()).toEqual(["ben", "cleo"]); // what could not be graded is tried again each time
  expect(pointsOf(second)).toEqual({ ana: 10, ben: 10, cleo: 0 });
  expect(readFileSync(join(out, "ana/results.json"), "utf8")).toBe(results);
  expect((await grade({ fingerprint: "new checks" })).fresh.sort()).toEqual(["ana", "ben", "cleo"]);
  expect((await grade({ fingerprint: "new checks", fresh: true })).fresh.sort()).toEqual([
    "ana",
    "ben",
    "cleo",
  ]);
}, 120_000);

test("a damaged memory of earlier marks is made anew, and nothing else is touched", async () => {
  submit("ana", solutions);
  await grade();
  writeFileSync(join(out, ".grading/ana.json"), '{"key": "');
  expect((await grade()).fresh).toEqual(["ana"]);
});

test("stopped half-way, the next run does only what is left", async () => {
  for (const name of ["ana", "ben", "cleo", "dora"]) submit(name, solutions);
  const first = await grade({ signal: new AbortController() });
  expect(first.marks.length).toBeLessThan(4);
  const second = await grade();
  // A mark that was being written when the stop came may be kept without having been reported.
  expect(first.fresh).toHaveLength(1);
  expect(second.fresh).not.toContain(first.fresh[0]);
  expect(pointsOf(second)).toEqual({ ana: 10, ben: 10, cleo: 10, dora: 10 });
}, 120_000);

test("the same seed gives the same mark, even where answers throw dice", async () => {
  const dice =
    "async function spread(count: number): Promise<number[]> {\n  return Math.random() < 0.5 ? [1] : Array.from({ length: count }, Math.random);\n}";
  const noisy = {
    ...solutions,
    q2: add("console.log(Math.random()); return a + b + Math.floor(Math.random() * 2);"),
    q3: dice,
  };
  const [first, second] = [await bench.mark(noisy), await bench.mark(noisy)];
  expect(verdictsOf(second)).toEqual(verdictsOf(first));
  expect(second.questions.map(({ output }) => output)).toEqual(first.questions.map(({ output }) => output));
  expect(first.questions[1]!.output).toMatch(/0\.\d+/);
});

test("a disk that fails is the tutor's trouble, said once, and stops the rest", async () => {
  for (const name of ["ana", "ben", "cleo"]) submit(name, solutions);
  writeFileSync(join(out, "ana"), "a file where a folder should be");
  await expect(grade()).rejects.toThrow(OutputError);
});

test("a fault of the exercise's own cells is nobody's zero", async () => {
  const { exercise } = bench.workshop.assignment;
  const given = exercise.cells[1]!;
  const before = given.source;
  given.source = `${before}\nthrow new Error("the setup is broken");`;
  try {
    const { "q1-values": verdict } = verdictsOf(await bench.mark(solutions));
    expect(verdict).toEqual({
      kind: "ungraded",
      fault: expect.stringContaining("the setup is broken") as string,
    });
  } finally {
    given.source = before;
  }
});
