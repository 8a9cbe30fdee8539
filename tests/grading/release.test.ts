/** What students get: made from the solution as it is today, in order for nbgrader, and with nothing in it that is not theirs. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { formatNotebook, type Notebook, readNotebook } from "../../grading/release/notebook.ts";
import { releaseNotebook } from "../../grading/release/passes.ts";
import { listSolutions, releaseAssignment } from "../../grading/release/release-assignment.ts";

const root = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const ids = listSolutions();
const region = /### BEGIN SOLUTION\n([\s\S]*?)\/\/ ### END SOLUTION/g;

test("there are exercises", () => {
  expect(ids).toContain("01-gan");
});

describe.each(ids)("%s", (id) => {
  const solution = readNotebook(join(root, `solutions/${id}.ipynb`));
  const exercise = readNotebook(join(root, `exercises/${id}.ipynb`));
  const files = releaseAssignment(id);

  test("the released files are up to date (else: ./course release)", () => {
    for (const { path, text } of files) expect([path, read(join("exercises", path))]).toEqual([path, text]);
  });

  test("a release is the same, byte for byte, each time", () => {
    expect(releaseAssignment(id)).toEqual(files);
  });

  test("nbgrader finds its metadata valid, and computes the same checksums", () => {
    const python = join(root, ".venv/bin/python");
    const script = join(root, "tests/grading/fixtures/nbgrader-oracle.py");
    const said = execFileSync(python, [script, join(root, `exercises/${id}.ipynb`)], { encoding: "utf8" });
    const theirs = JSON.parse(said) as Record<string, object>;
    const ours = exercise.cells.map(({ metadata: { nbgrader } }) => [
      nbgrader!.grade_id,
      {
        checksum: nbgrader!.checksum,
        isGrade: nbgrader!.grade,
        isSolution: nbgrader!.solution,
        isLocked: nbgrader!.locked,
        points: nbgrader!.points ?? null,
      },
    ]);
    expect(theirs).toEqual(Object.fromEntries(ours));
  });

  test("no line of a solution, no hidden check and no hidden value is in it", () => {
    const released = files.map(({ text }) => text).join("\n");
    const handedOut = exercise.cells.map(({ source }) => source).join("\n");
    const secrets = solution.cells.flatMap(({ source }) =>
      [...source.matchAll(region)].flatMap(([, text]) => text!.split("\n").map((line) => line.trim())),
    );
    // Some lines stand in given code as well.
    const given = solution.cells.map(({ source }) => source.replaceAll(region, "")).join("\n");
    const telling = secrets.filter((line) => line.length > 12 && !given.includes(line));
    expect(telling.length).toBeGreaterThan(10);
    for (const line of telling) expect(handedOut).not.toContain(line);
    const hidden = read(`tests/exercises/${id}/hidden-checks.ts`);
    const sentences = [...hidden.matchAll(/^ {4}id: "(.+)"/gm)].map(([, name]) => name!);
    const known = read(`tests/exercises/${id}/public-values.json`);
    const values = [
      ...new Set(read(`tests/exercises/${id}/hidden-values.json`).match(/\d+\.\d{5,}/g)),
    ].filter((each) => !known.includes(each));
    expect(sentences.length).toBeGreaterThan(5);
    for (const secret of [...sentences, ...values]) expect(released).not.toContain(secret);
    expect(released).not.toMatch(/BEGIN SOLUTION|HIDDEN TESTS/);
  });

  test("outputs and traces of viewing are cleared, cells locked, stubs in place", () => {
    for (const cell of exercise.cells) {
      const isAnswer = cell.metadata.nbgrader!.solution;
      expect(cell.metadata.deletable).toBe(false);
      expect(cell.metadata.editable).toBe(isAnswer ? undefined : false);
      if (cell.cell_type === "code") expect([cell.outputs, cell.execution_count]).toEqual([[], null]);
      if (isAnswer) expect(cell.source).toMatch(/throw new NotImplemented\("\w+"\);/);
    }
    expect(Object.keys(exercise.metadata).sort()).toEqual(["kernelspec", "language_info"]);
  });

  test("releasing a solution that was run and viewed gives the same", () => {
    const used: Notebook = {
      ...solution,
      metadata: { ...solution.metadata, widgets: {} },
      cells: solution.cells.map((cell) => ({
        ...cell,
        metadata: {
          ...cell.metadata,
          collapsed: true,
          scrolled: false,
          execution: { "iopub.status.idle": "x" },
        },
        ...(cell.cell_type === "code" ? { outputs: [{ output_type: "stream" }], execution_count: 7 } : {}),
      })),
    };
    expect(formatNotebook(releaseNotebook(used))).toBe(read(`exercises/${id}.ipynb`));
  });
});

test("question 8's notebook shows the very training that marks it", () => {
  const plain = (text: string) => text.replaceAll(/^export /gm, "").trim();
  const cell = readNotebook(join(root, "exercises/01-gan.ipynb")).cells.find(({ id }) => id === "q8-toy")!;
  const file = read("tests/exercises/01-gan/toy-gan.ts");
  expect(plain(file.slice(file.indexOf("/** What may be changed about the dealer")))).toBe(
    plain(cell.source),
  );
});

describe("a solution with a mistake in its marks is refused, with the cell's name", () => {
  const solution = readNotebook(join(root, "solutions/01-gan.ipynb"));
  const withQ1 = (change: (source: string) => string): Notebook => ({
    ...solution,
    cells: solution.cells.map((cell) => (cell.id === "q1" ? { ...cell, source: change(cell.source) } : cell)),
  });

  test.each<[string, (source: string) => string, RegExp]>([
    [
      "misspelt",
      (text) => text.replace("### BEGIN SOLUTION", "## BEGIN SOLUTION"),
      /q1.*expected `\/\/ ### BEGIN SOLUTION`/,
    ],
    ["never ended", (text) => text.replace("// ### END SOLUTION", ""), /q1.*never ends/],
    ["never begun", (text) => text.replace("// ### BEGIN SOLUTION", ""), /q1.*never began/],
    ["missing", (text) => text.replaceAll(/ *\/\/ ### .*\n/g, ""), /q1.*without a solution/],
    [
      "outside a function",
      () => "// ### BEGIN SOLUTION\nconst a = 1;\n// ### END SOLUTION",
      /q1.*inside a named function/,
    ],
    ["half a hidden check", (text) => `${text}\n// ### BEGIN HIDDEN TESTS`, /q1.*no partner/],
  ])("%s", (_, change, words) => {
    expect(() => releaseNotebook(withQ1(change))).toThrow(words);
  });
});
