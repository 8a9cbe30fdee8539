/** `await check("q1")` as a student meets it: what it shows for every state an answer can be in. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { drawCard, drawText, type JudgedCheck } from "../../lib/notebook/check-card.ts";
import { check, useExercise } from "../../lib/notebook/check.ts";
import { loadChecks } from "../../lib/notebook/load-checks.ts";
import { NotImplemented } from "../../lib/notebook/not-implemented.ts";
import { tf } from "../../lib/core/tf.ts";

interface Shown {
  text: string;
  html: string;
}
const shown: Shown[] = [];
let variables: Record<string, unknown> = {};
const hooks = globalThis as unknown as Record<symbol, unknown>;

beforeAll(async () => {
  await tf.setBackend("cpu");
  hooks[Symbol.for("jupyter.display")] = ({ data }: { data: Record<string, string> }) =>
    shown.push({ text: data["text/plain"] ?? "", html: data["text/html"] ?? "" });
  hooks[Symbol.for("jupyter.scope")] = () => variables;
});
beforeEach(() => {
  shown.length = 0;
  variables = {};
});
afterAll(() => {
  for (const name of ["jupyter.display", "jupyter.scope", "jupyter.interrupt"])
    Reflect.deleteProperty(hooks, Symbol.for(name));
});

test("before useExercise was called, that is what is asked for", async () => {
  await expect(check("q1")).rejects.toThrow(/which exercise is this\? Run the cell at the top/);
});

async function checkFirstExercise(question: string): Promise<void> {
  useExercise("01-gan");
  await check(question);
}

/** What the check shows at last. */
async function see(question: string, names: Record<string, unknown>): Promise<Shown> {
  variables = names;
  await checkFirstExercise(question);
  return shown.at(-1)!;
}

const right = (logits: tf.Tensor, labels: tf.Tensor) =>
  tf.softplus(logits).sub(labels.mul(logits)).mean<tf.Scalar>();

test("a right answer passes, and is told that marking tries more", async () => {
  const { text, html } = await see("q1", { discriminatorLoss: right });
  expect(text).toMatch(/^q1: passes\n✓ the loss of four pictures .*: passed\nMarking also tries inputs/);
  expect(html).toMatch(/q1: passes[\s\S]*<b [^>]*>passed<\/b>/);
});

test("a wrong answer reads what was expected, what came, and a hint", async () => {
  const { text, html } = await see("q1", { discriminatorLoss: () => tf.scalar(0.25) });
  expect(text).toMatch(
    /^q1: not yet\n✗ .*: not yet\n +Expected the loss of logits .* to be [\d.]+; got 0\.25\.\n +Hint: /,
  );
  expect(html).toContain("Hint.");
  expect(text).not.toContain("Marking also");
});

test("a stub that still throws is met kindly, once for all its checks", async () => {
  const stub = (name: string) => () => {
    throw new NotImplemented(name);
  };
  const { text } = await see("q5", {
    describeDiscriminator: stub("buildDiscriminator"),
    describeGenerator: stub("buildDiscriminator"),
  });
  expect(text).toMatch(/^q5: not yet, and nothing is lost\n○ /);
  expect(text.match(/buildDiscriminator is not written yet/g)).toHaveLength(1);
});

test("an answer cell that was not run is asked for", async () => {
  const { text } = await see("q1", {});
  expect(text).toMatch(
    /Expected a function called discriminatorLoss; got none\.\n +Hint: Run the answer cell above/,
  );
});

test.each<[how: string, answer: () => unknown, words: RegExp]>([
  [
    "throws",
    () => {
      throw new RangeError("no such axis");
    },
    /stopped with an error\n +Your code stopped with RangeError: no such axis/,
  ],
  [
    "throws something that is no error",
    () => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error
      throw "oops";
    },
    /Your code stopped with oops/,
  ],
  [
    "forgets to return",
    () => undefined,
    /got undefined\.\n +Hint: Does every way through discriminatorLoss end in a return/,
  ],
  ["returns a function", () => () => 1, /the result is a function; return numbers/],
  ["returns text", () => "0.5", /got the text "0\.5"/],
  ["returns NaN", () => tf.scalar(NaN), /got NaN/],
  [
    "claims to equal everything",
    () => ({ asymmetricMatch: () => true }),
    /result\.asymmetricMatch is a function/,
  ],
])("an answer that %s", async (_, answer, words) => {
  expect((await see("q1", { discriminatorLoss: answer })).text).toMatch(words);
});

test("a check that waits for a failed one is skipped and says so", async () => {
  const { text } = await see("q6", { describeGeneratorSteps: () => ({}) });
  expect(text).toMatch(
    /✗ one step moves[\s\S]*– the step leaves no tensor behind: skipped\n +Waits until this passes: one step moves/,
  );
});

test("no tensor is left behind, and the dice are as they were", async () => {
  const { random } = Math;
  const before = tf.memory().numTensors;
  await see("q1", {
    discriminatorLoss: (a: tf.Tensor, b: tf.Tensor) => {
      tf.ones([3]);
      return right(a, b);
    },
  });
  expect(tf.memory().numTensors).toBe(before);
  expect(Math.random).toBe(random);
});

test("while it runs it says so; the stop button leaves no half a verdict", async () => {
  const stop = new AbortController();
  hooks[Symbol.for("jupyter.interrupt")] = () => stop.signal;
  variables = {
    discriminatorLoss: () => {
      stop.abort();
      throw new Error("Interrupted");
    },
  };
  await expect(checkFirstExercise("q1")).rejects.toThrow("Interrupted");
  expect(shown.map(({ text }) => text)).toEqual([
    "q1: checking … (■ stops it)",
    "q1: stopped before the check was done.",
  ]);
  Reflect.deleteProperty(hooks, Symbol.for("jupyter.interrupt"));
});

describe("mistakes in the calls themselves", () => {
  test.each([
    ["Q3", /no question "Q3"; it has q1, .*q8\. Is check\("q3"\) meant\?/],
    ["question 3", /Is check\("q3"\) meant\?/],
    ["q99", /no question "q99"; it has q1, q2, .*q8\.$/],
  ])("check(%j)", async (question, words) => {
    await expect(checkFirstExercise(question)).rejects.toThrow(words);
  });

  test("an exercise that is not there", async () => {
    useExercise("01-gna");
    await expect(check("q1")).rejects.toThrow(
      /exercise "01-gna": there are no checks for it; there are some for 01-gan/,
    );
  });

  test("outside a notebook", async () => {
    const scope = hooks[Symbol.for("jupyter.scope")];
    Reflect.deleteProperty(hooks, Symbol.for("jupyter.scope"));
    await expect(checkFirstExercise("q1")).rejects.toThrow(/\.\/course lab/);
    hooks[Symbol.for("jupyter.scope")] = scope;
  });

  test("the folder of checks is gone", () => {
    expect(() => loadChecks("01-gan", "/")).toThrow(
      /exercises\/checks: not found beside the library.*git checkout/,
    );
  });
});

test("what a student receives holds no hidden check", () => {
  const bundle = readFileSync(join(import.meta.dirname, "../../exercises/checks/01-gan.cjs"), "utf8");
  expect(loadChecks("01-gan").publicChecks.map(({ question }) => question)).toContain("q8");
  expect(bundle).not.toContain("q1-extreme");
});

test("an error's words are text, however they look, and the card needs no colour to be read", () => {
  const checks: JudgedCheck[] = [
    {
      id: "a",
      sentence: "it <b>works</b>",
      outcome: { kind: "crashed", error: '<img src=x onerror="alert(1)">' },
    },
    { id: "b", sentence: "more", outcome: { kind: "faulty", error: "x".repeat(5000) } },
    { id: "c", sentence: "last", outcome: { kind: "timed-out", error: "f did not finish within 10 s" } },
  ];
  const html = drawCard("<q1>", checks);
  expect(html).not.toMatch(/<img|<b>works|<q1>/);
  expect(html.length).toBeLessThan(6000);
  for (const words of ["stopped with an error", "could not be checked", "ran out of time"])
    expect(html.replaceAll(/<[^>]*>/g, "")).toContain(words);
  expect(drawText("q1", checks)).toMatch(/not your answer's fault/);
});
