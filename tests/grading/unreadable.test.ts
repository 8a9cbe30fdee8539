/** Whatever lies in a folder of submissions, each entry ends as a notebook or as one sentence saying why not. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { findSubmissions } from "../../grading/submissions/find.ts";
import { openSubmission } from "../../grading/submissions/open.ts";
import { parseNotebook } from "../../grading/submissions/notebook.ts";
import { cellsWith, solutions } from "./fixtures/exercise.ts";
import { notebook } from "./fixtures/notebooks.ts";
import { zipOf } from "./fixtures/zip.ts";

const good = notebook(cellsWith(solutions));
const exercise = parseNotebook(Buffer.from(notebook(cellsWith({}))), "exercise.ipynb");
let folder: string;

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "unreadable-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

/** Each submission with what became of it: the file that was opened, or why none was. */
async function open(): Promise<Record<string, string>> {
  const { submissions } = await findSubmissions(folder, "small");
  const outcomes = submissions.map(async (each) => {
    const outcome = await openSubmission(each, { id: "small", exercise }).then(
      ({ file }) => `opened ${file}`,
      (error: unknown) => `${(error as Error).name}: ${(error as Error).message}`,
    );
    return [each.name, outcome] as const;
  });
  return Object.fromEntries(await Promise.all(outcomes));
}

test.each<[name: string, content: string | Buffer, outcome: RegExp]>([
  ["an empty file", "", /^Unreadable: .*empty/],
  ["half a notebook", good.slice(0, 300), /^Unreadable: .*cut off or damaged/],
  ["a PDF", "%PDF-1.7 …", /^Unreadable: .*PDF/],
  ["a web page", "<!doctype html><p>Sign in", /^Unreadable: .*web page/],
  ["an Office document", "PK\u0005\u0006", /^Unreadable: .*not a zip archive|no notebook/],
  ["a program", Buffer.from([0x7f, 0x45, 0, 1, 2]), /^Unreadable: .*binary/],
  ["JSON of something else", '{"a": 1}', /^Unreadable: .*not a Jupyter notebook/],
  ["a list", "[1]", /^Unreadable: .*not a Jupyter notebook/],
  ["null", "null", /^Unreadable: .*not a Jupyter notebook/],
  ["cells that are no cells", '{"cells": [1, null, {"source": 5}], "metadata": 3}', /^opened/],
  ["a byte order mark", `\uFEFF${good}`, /^opened/],
  ["a cell without end", notebook(cellsWith({ q1: "x".repeat(300_000) })), /^Unreadable: .*longer than/],
])("%s", async (_, content, outcome) => {
  put("ana.ipynb", content);
  expect((await open()).ana).toMatch(outcome);
});

test("nbformat 3 is read: worksheets, and input instead of source", async () => {
  const { cells } = JSON.parse(good) as { cells: { source: string; cell_type: string; metadata: object }[] };
  const old = cells.map(({ source, ...rest }) =>
    rest.cell_type === "code" ? { ...rest, input: source } : { ...rest, source },
  );
  put("ana.ipynb", JSON.stringify({ nbformat: 3, metadata: {}, worksheets: [{ cells: old }] }));
  expect(await open()).toEqual({ ana: "opened ana.ipynb" });
});

test("a file that is too large is not read", async () => {
  put("ana.ipynb", "{");
  truncateSync(join(folder, "ana.ipynb"), 40_000_000);
  expect((await open()).ana).toMatch(/40 MB are more than the 30 MB/);
});

test("links, pipes and folders called like notebooks are not opened; the student next to them is", async () => {
  put("ben.ipynb", good);
  symlinkSync("/etc/passwd", join(folder, "ana.ipynb"));
  execFileSync("mkfifo", [join(folder, "cleo.ipynb")]);
  put("dora/readme.txt", "see my e-mail");
  execFileSync("mkfifo", [join(folder, "dora", "work.ipynb")]);
  symlinkSync("/etc", join(folder, "emil"));
  mkdirSync(join(folder, "fay"));
  const outcomes = await open();
  expect(outcomes).toEqual({
    ana: expect.stringContaining("symbolic link") as string,
    ben: "opened ben.ipynb",
    cleo: expect.stringContaining("named pipe") as string,
    dora: expect.stringContaining("no notebook (.ipynb)") as string,
    emil: expect.stringContaining("symbolic link") as string,
    fay: expect.stringContaining("empty") as string,
  });
});

test("the right notebook of several is opened; checkpoints and systems' droppings are not", async () => {
  put("ana/other.ipynb", notebook([]));
  put("ana/deep/below/mine.ipynb", good);
  put("ana/.ipynb_checkpoints/small-checkpoint.ipynb", good);
  put("ana/__MACOSX/small.ipynb", good);
  expect(await open()).toEqual({ ana: "opened deep/below/mine.ipynb" });
});

test("groups are recognised, and a tutor's own files left alone", async () => {
  put("monday/ana/small.ipynb", good);
  put("monday/ben/small.ipynb", good);
  put("grades.csv", "Name");
  const { submissions, notices } = await findSubmissions(folder, "small");
  expect(submissions.map(({ name }) => name)).toEqual(["monday/ana", "monday/ben"]);
  expect(notices).toEqual([expect.stringContaining("grades.csv")]);
});

describe("archives", () => {
  test("a notebook inside is opened", async () => {
    put("ana.zip", zipOf([{ name: "work/small.ipynb", data: good }]));
    expect(await open()).toEqual({ ana: "opened ana.zip/work/small.ipynb" });
  });

  test.each(["../../evil.ipynb", "/etc/evil.ipynb", "C:\\evil.ipynb", "a/../../evil.ipynb"])(
    "zip-slip: %s is refused, and nothing is written",
    async (name) => {
      put("ana.zip", zipOf([{ name, data: good }]));
      expect((await open()).ana).toMatch(/^Unreadable: .*not a zip archive that can be read/);
    },
  );

  test("a bomb is stopped while it is unpacked, whatever size it claims", async () => {
    const zeros = Buffer.alloc(200_000_000, " ");
    put("ana.zip", zipOf([{ name: "bomb.ipynb", data: zeros }]));
    put("ben.zip", zipOf([{ name: "bomb.ipynb", data: zeros, claimedSize: 1000 }]));
    const { ana, ben } = await open();
    expect(ana).toMatch(/^Unreadable: .*unpacks to more than 30 MB/);
    expect(ben).toMatch(/^Unreadable: /);
  });

  test("many small files, and a cut archive", async () => {
    const many = Array.from({ length: 2500 }, (_, i) => ({ name: `${i}.txt`, data: "" }));
    put("ana.zip", zipOf(many));
    put("ben.zip", zipOf([{ name: "small.ipynb", data: good }]).subarray(0, 400));
    put("cleo.zip", zipOf([{ name: "notes.txt", data: "hello" }]));
    const { ana, ben, cleo } = await open();
    expect(ana).toMatch(/more than 2000 files/);
    expect(ben).toMatch(/^Unreadable: .*not a zip archive that can be read/);
    expect(cleo).toMatch(/no notebook/);
  });
});
