/** The sample submissions: in step with the exercise, and each marked as it deserves. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GradescopeResults } from "../../grading/results/gradescope.ts";
import { makeSamples } from "../../grading/samples/make-samples.ts";

const root = join(import.meta.dirname, "../..");
const folder = join(root, "grading/samples/submissions");
let out: string;
let said: string;

beforeAll(() => {
  out = mkdtempSync(join(tmpdir(), "samples-"));
  const args = [join(root, "grading/cli/grade.ts"), "01-gan", folder, "--out", out];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  said = stdout;
  if (status !== 0) throw new Error(stderr);
}, 300_000);
afterAll(() => rmSync(out, { recursive: true, force: true }));

const read = (name: string) =>
  JSON.parse(readFileSync(join(out, name, "results.json"), "utf8")) as GradescopeResults;
const page = (name: string) => readFileSync(join(out, name, "feedback.html"), "utf8");
/** Points of questions 1 to 8. */
const pointsOf = (name: string) =>
  [1, 2, 3, 4, 5, 6, 7, 8].map((place) =>
    read(name)
      .tests.filter(({ extra_data }) => extra_data.question === `q${place}`)
      .reduce((sum, { score = NaN }) => sum + score, 0),
  );

test("the files are what the script makes of the solution (else: node grading/samples/make-samples.ts)", () => {
  const samples = makeSamples();
  const there = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  expect(there).toHaveLength(samples.length);
  for (const { path, text } of samples)
    expect([path, readFileSync(join(folder, path), "utf8")]).toEqual([path, text]);
});

test.each<[name: string, deserves: string, points: number[]]>([
  ["Alva Nyström", "everything", [3, 2, 3, 2, 4, 4, 4, 3]],
  ["Bao Trần", "nothing yet: the untouched stubs", [0, 0, 0, 0, 0, 0, 0, 0]],
  [
    "Carla Ferreira",
    // q3 ignores its seed; q4 is not written; q5 pools by the mean; q6 leaks a tensor; q7 fails far out and at p = 0;
    // q8 works for seed 1 only
    "what is right, and no more",
    [3, 2, 2, 0, 3, 3, 2, 1],
  ],
  ["Deniz Yılmaz", "everything but the question with the type error", [3, 2, 3, 2, 0, 4, 4, 3]],
  ["Emeka Okafor", "everything but the question that never ends", [3, 2, 3, 0, 4, 4, 4, 3]],
  ["Frida O-Neill", "everything but the question that exits", [3, 0, 3, 2, 4, 4, 4, 3]],
  ["Gustav Lindqvist", "nothing: objects that claim to equal everything", [0, 0, 0, 0, 0, 0, 0, 0]],
  ["Hana Kobayashi", "everything but the deleted cell", [3, 0, 3, 2, 4, 4, 4, 3]],
])("%s gets %s", (name, _, points) => {
  const folderName = readdirSync(out).find((each) => each.startsWith(name))!;
  expect(pointsOf(folderName)).toEqual(points);
  expect(read(folderName).score).toBe(points.reduce((a, b) => a + b));
});

test("Ivo Petrov's PDF is not a zero: it could not be graded", () => {
  expect(read("Ivo Petrov")).not.toHaveProperty("score");
  expect(page("Ivo Petrov")).toMatch(/could not be graded yet[\s\S]*PDF document[\s\S]*not a zero/);
});

test("each page says what happened, in words for its reader", () => {
  expect(page("Alva Nyström")).toMatch(/Everything passes/);
  expect(page("Bao Trần")).toMatch(/still as it was handed out/);
  expect(page("Deniz Yılmaz")).toMatch(/does not compile[\s\S]*units: &quot;one&quot;/);
  expect(page("Emeka Okafor")).toMatch(/ran out of time/);
  expect(page("Hana Kobayashi")).toMatch(/2 cells called q1[\s\S]*cell q2 was gone[\s\S]*without its label/);
});

test("no page gives a hidden input or a solution away", () => {
  const hidden = readFileSync(join(root, "tests/exercises/01-gan/hidden-values.json"), "utf8");
  const open = readFileSync(join(root, "tests/exercises/01-gan/public-values.json"), "utf8");
  const numbers = (text: string) => new Set(text.match(/\d+\.\d{5,}/g));
  const secret = [...numbers(hidden)].filter((each) => !open.includes(each));
  expect(secret.length).toBeGreaterThan(50);
  for (const { path } of makeSamples()) {
    const name = readdirSync(out).find((each) => each.startsWith(path.split(/[./]/)[0]!.replace("'", "-")))!;
    const shown = page(name) + readFileSync(join(out, name, "results.json"), "utf8");
    for (const each of secret) expect(shown).not.toContain(each);
    expect(shown).not.toContain("tf.softplus");
    expect(shown).not.toContain(root);
  }
});

test("the tutor reads at the end where to begin", () => {
  expect(said).toContain("9 submissions");
  expect(said).toContain("1 could not be graded completely and need a look");
  expect(said).toMatch(/Begin with .*index\.html/);
});
