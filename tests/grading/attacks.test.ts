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
import { type Attack, attacks } from "./fixtures/attacks.ts";
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
