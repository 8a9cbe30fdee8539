/** `./course grade` and `./course release` as they are typed: good and bad arguments, a killed run, disks that refuse. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "command-"));
  mkdirSync(join(folder, "empty"));
  mkdirSync(join(folder, "class"));
  writeFileSync(join(folder, "file"), "");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(command: "grade" | "release", ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, `grading/cli/${command}.ts`), ...args],
    { cwd: folder, encoding: "utf8" },
  );
  return { status, stdout, stderr };
}

test.each<[said: string, args: string[], words: RegExp]>([
  ["nothing", [], /which assignment\? One of: 01-gan/],
  ["a misspelt assignment", ["01-gna", "class"], /"01-gna": unknown; there is 01-gan\. Is 01-gan meant\?/],
  ["no folder", ["01-gan"], /which folder\? \.\/course grade 01-gan FOLDER/],
  ["a folder that is not there", ["01-gan", "clas"], /clas: there is no such folder/],
  ["a file for a folder", ["01-gan", "file"], /file: expected a folder of submissions, got a file/],
  ["two folders", ["01-gan", "class", "empty"], /empty: one folder at a time/],
  ["an empty folder", ["01-gan", "empty"], /empty: no submissions in it\. Expected NAME\.ipynb/],
  ["a misspelt option", ["01-gan", "class", "--jbos", "2"], /--jbos: unknown\. Is --jobs meant\?/],
  ["an option of another world", ["01-gan", "class", "--parallelise"], /--parallelise: unknown\. --help/],
  [
    "half a job",
    ["01-gan", "class", "--jobs", "0.5"],
    /--jobs: expected a whole number from 1 to 256, got "0\.5"/,
  ],
  ["an option without its value", ["01-gan", "class", "--out"], /--out/],
])("grade: %s", (_, args, words) => {
  const { status, stdout, stderr } = run("grade", ...args);
  expect(stderr).toMatch(words);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect([status, stdout]).toEqual([1, ""]);
});

describe("grade: where results go", () => {
  beforeAll(() => writeFileSync(join(folder, "class", "Ivo.ipynb"), "not a notebook"));

  test.each<[string, string, RegExp]>([
    ["inside the submissions", "class/out", /lies inside the submissions/],
    ["the submissions themselves", "class", /lies inside the submissions/],
    ["a file", "file", /cannot be written: there is already something else/],
    ["below a file", "file/out", /cannot be written: there is already something else/],
  ])("%s is refused before anything is marked", (_, out, words) => {
    const { status, stderr } = run("grade", "01-gan", "class", "--out", out);
    expect(stderr).toMatch(words);
    expect(status).toBe(1);
  });

  test("it says where to begin, and that someone needs a look", () => {
    const { status, stdout, stderr } = run("grade", "01-gan", "class", "--out", "marks");
    expect(stderr).toBe("");
    expect(stdout).toMatch(/\[1\/1\] Ivo: \? +could not be graded: Ivo\.ipynb: not a Jupyter notebook/);
    expect(stdout).toMatch(/1 could not be graded completely/);
    expect(stdout).toMatch(/Begin with marks\/index\.html; points are in marks\/gradebook\.csv/);
    expect(status).toBe(0);
    for (const file of ["index.html", "gradebook.csv", "Ivo/results.json", "Ivo/feedback.html"])
      expect(existsSync(join(folder, "marks", file))).toBe(true);
  });
});

test("help is help", () => {
  for (const command of ["grade", "release"] as const)
    expect(run(command, "--help")).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(`./course ${command}`) as string,
    });
});

test.each<[string, string[], RegExp]>([
  ["a misspelt assignment", ["01-gon"], /"01-gon": unknown; there is 01-gan\. Is 01-gan meant\?/],
  ["a misspelt option", ["--uot", "x"], /--uot: unknown\. Is --out meant\?/],
  ["a place that cannot be", ["--out", "file"], /cannot be written: there is already something else/],
])("release: %s", (_, args, words) => {
  const { status, stderr } = run("release", ...args);
  expect(stderr).toMatch(words);
  expect(status).toBe(1);
});

test("killed in the middle, the same command goes on from there", async () => {
  const many = join(folder, "many");
  mkdirSync(many);
  for (const name of ["ana", "ben", "cleo"])
    copyFileSync(join(root, "exercises/01-gan.ipynb"), join(many, `${name}.ipynb`));
  const args = ["01-gan", "many", "--out", "many-out", "--jobs", "1"];
  const child = spawn(process.execPath, [join(root, "grading/cli/grade.ts"), ...args], { cwd: folder });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
    if (said.includes("[1/3]")) child.kill("SIGKILL");
  });
  await once(child, "close");
  expect(said).toContain("[1/3] ana: 0/25");
  const { stdout } = run("grade", ...args);
  expect(stdout).toMatch(/\[1\/3\] ana: 0\/25 +\(unchanged\)/);
  expect(stdout).toMatch(/3 submissions in/);
  expect(readFileSync(join(folder, "many-out/gradebook.csv"), "utf8").trim().split("\n")).toHaveLength(4);
});
