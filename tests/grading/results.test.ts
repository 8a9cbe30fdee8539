/** What is written about a mark: results.json, gradebook.csv and pages, for strangers' names and words too. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { buildStudentPage } from "../../grading/feedback/student-page.ts";
import { buildSummaryPage } from "../../grading/feedback/summary-page.ts";
import type { Marked } from "../../grading/marking/marked.ts";
import { formatCsv } from "../../grading/results/csv.ts";
import { chooseFolderNames } from "../../grading/results/folder-name.ts";
import { buildGradebook } from "../../grading/results/gradebook.ts";
import { buildGradescopeResults } from "../../grading/results/gradescope.ts";
import { neutralise, neutraliseLine } from "../../grading/results/plain-text.ts";
import { describeDisk } from "../../grading/results/write-file.ts";
import { allVerdicts, failed, markWith, passed } from "./fixtures/marks.ts";

const schema = JSON.parse(
  readFileSync(join(import.meta.dirname, "fixtures/gradescope-results.schema.json"), "utf8"),
) as object;
const validate = new Ajv({ allErrors: true }).compile(schema);

const unreadable: Marked = {
  ...markWith("bad", { q1: [{ kind: "ungraded", fault: "x.ipynb: it is a PDF document" }] }),
  fault: "x.ipynb: it is a PDF document",
};
const marks = {
  perfect: markWith("ana", { q1: [passed, passed], q2: [passed] }, 1.5),
  nothing: markWith("ben", { q1: [failed, failed], q2: [failed] }),
  "every kind of verdict": markWith("cleo", { q1: allVerdicts, q2: [passed] }),
  unreadable,
};

describe("results.json", () => {
  test.each(Object.entries(marks))("of %s is what Gradescope documents", (_, marked) => {
    const results = JSON.parse(JSON.stringify(buildGradescopeResults(marked, "small"))) as object;
    validate(results);
    expect(validate.errors ?? []).toEqual([]);
  });

  test("the schema refuses what Gradescope would", () => {
    expect(validate({})).toBe(false);
    expect(validate({ score: "5" })).toBe(false);
    expect(validate({ tests: [{ status: "skipped" }] })).toBe(false);
    expect(validate({ score: 5, visibility: "shown" })).toBe(false);
  });

  test("the score is the sum of what passed", () => {
    const results = buildGradescopeResults(marks.perfect, "small");
    expect(results.score).toBe(4.5);
    expect(results.tests.reduce((sum, { score }) => sum + score!, 0)).toBe(4.5);
    expect(results.tests.map(({ number }) => number)).toEqual(["1.1", "1.2", "2.1"]);
  });

  test("what could not be graded has no score, neither has the whole", () => {
    const results = buildGradescopeResults(marks["every kind of verdict"], "small");
    expect(results).not.toHaveProperty("score");
    expect(results.tests.filter((each) => !("score" in each)).map(({ tags }) => tags[1])).toEqual([
      "ungraded",
    ]);
  });
});

describe("nothing secret is shown to students", () => {
  test.each(Object.entries(marks))("of %s", (_, marked) => {
    const page = buildStudentPage(marked, "Exercise");
    const results = buildGradescopeResults(marked, "small");
    const publicOnly = results.tests.filter(({ visibility }) => visibility === "visible");
    for (const { visibility, output } of results.tests)
      if (visibility === "hidden") expect(output).not.toContain("SECRET");
    // Of a public check both numbers may be told: the very first of "nothing".
    expect((page.match(/SECRET-/g) ?? []).length).toBe(
      publicOnly.map(({ output }) => (output.match(/SECRET-/g) ?? []).length).reduce((a, b) => a + b, 0),
    );
  });
});

describe("gradebook.csv", () => {
  const questions = [{ id: "q1" }, { id: "q2" }];

  /** Read by Python's csv module: not by what wrote it. */
  function read(csv: string): string[][] {
    const script =
      "import csv,io,json,sys; print(json.dumps(list(csv.reader(io.StringIO(sys.stdin.buffer.read().decode('utf-8-sig'), newline='')))))";
    return JSON.parse(
      execFileSync("python3", ["-c", script], { input: csv, encoding: "utf8" }),
    ) as string[][];
  }

  test("totals and questions add up; what is not final stays empty", () => {
    const rows = read(buildGradebook(Object.values(marks), questions));
    expect(rows[0]!.slice(0, 6)).toEqual(["Name", "Points", "Out of", "q1", "q2", "Status"]);
    expect(rows.slice(1).map((row) => row.slice(0, 5))).toEqual([
      ["ana", "4.5", "4.5", "3", "1.5"],
      ["ben", "0", "3", "0", "0"],
      ["cleo", "", "8", "", "1"],
      ["bad", "", "1", "", "0"],
    ]);
    expect(rows[4]![5]).toMatch(/could not be graded: .*PDF/);
  });

  test("names of all kinds come back whole, and none is a formula", () => {
    const names = [
      'Al "the forger", jr.',
      "Zoë\nBrown",
      "李小龙",
      "=cmd|' /C calc'!A0",
      "+1",
      "-1",
      "@SUM(A1)",
      "\t=1",
    ];
    const rows = read(formatCsv(names.map((name) => [name, 1])));
    expect(rows.map(([name]) => name!.replace(/^'/, ""))).toEqual(names);
    for (const [name] of rows) expect(name).not.toMatch(/^\s*[=+\-@]/);
    expect(formatCsv([[-1.5]])).toContain('"-1.5"');
  });
});

describe("strangers' words", () => {
  test("no terminal codes, no direction changes, no lone surrogates, cut where endless", () => {
    expect(neutralise("\u001b[31mred\u001b[0m \u001b]0;title\u0007x\u202Eabc\u200b\u0000")).toBe("red xabc");
    expect(neutralise("a\r\nb\tc")).toBe("a\nb\tc");
    expect(neutralise("\ud800").isWellFormed()).toBe(true);
    expect(neutralise("x".repeat(10_000), 100)).toMatch(/^x{100}\n… \(cut\)$/);
    expect(neutraliseLine(" a \n b ")).toBe("a b");
  });

  test("markup in names, notes, problems and output is shown, not obeyed", () => {
    const nasty = '<script>alert("x")</script><img src=x onerror=alert(1)>';
    const marked = markWith(nasty, { q1: [{ kind: "crashed", error: nasty }] });
    marked.notes.push(nasty);
    marked.questions[0]!.output = nasty;
    marked.questions[0]!.notes.push(nasty);
    const summary = {
      title: nasty,
      questions: [],
      entries: [{ marked, folder: "a b" }],
      notices: [nasty],
    };
    for (const page of [buildStudentPage(marked, nasty), buildSummaryPage(summary)]) {
      expect(page).not.toMatch(/<script|<img/);
      expect(page).toContain("&lt;script&gt;");
      expect(page).toContain("default-src 'none'");
    }
  });

  test("each student has one folder, whatever they are called", () => {
    const names = [
      "ana",
      "Ana",
      "../../etc",
      "..",
      "a/b",
      "a:b",
      "index.html",
      "",
      "zoë",
      "zoe\u0308",
      "x".repeat(300),
    ];
    const folders = [...chooseFolderNames(names).values()];
    expect(new Set(folders.map((each) => each.toLowerCase())).size).toBe(names.length);
    for (const folder of folders) expect(folder).toMatch(/^[\p{L}\p{N}][\p{L}\p{N}\p{M} ._-]{0,99}$/u);
  });
});

test.each([
  ["ENOSPC", /disk is full.*goes on where it stopped/],
  ["EROFS", /read-only.*--out/],
  ["EACCES", /permission.*--out/],
  ["ENOTDIR", /something else of this name/],
])("a disk that refuses with %s is explained", (code, words) => {
  expect(describeDisk(Object.assign(new Error("x"), { code }))).toMatch(words);
});
