/** Answers are found wherever the cells went, and nothing but the answers counts. */
import { extractAnswers } from "../../grading/submissions/extract.ts";
import { parseNotebook } from "../../grading/submissions/notebook.ts";
import { Unreadable } from "../../grading/submissions/read-file.ts";
import { cellsWith, solutions, stubs } from "./fixtures/exercise.ts";
import { answer, code, markdown, notebook, type RawCell, test as testCell } from "./fixtures/notebooks.ts";

const parse = (cells: RawCell[], language?: string) =>
  parseNotebook(Buffer.from(notebook(cells, language)), "a.ipynb");
const exercise = parse(cellsWith({}));
const extract = (cells: RawCell[]) => extractAnswers(parse(cells), exercise, "a.ipynb");
const idOf = ({ metadata }: RawCell) => (metadata.nbgrader as { grade_id?: string } | undefined)?.grade_id;
const without = (id: string, cells = cellsWith(solutions)) => cells.filter((cell) => idOf(cell) !== id);
const sourceOf = (cells: RawCell[], name: string) =>
  extract(cells).cells.find((cell) => cell.name === name)?.source;
const answerOf = (cells: RawCell[], question: string) =>
  extract(cells).answers.find((each) => each.question === question)!;

test("an untouched notebook has no answers, a finished one has three", () => {
  expect(extract(cellsWith({})).answers.map(({ untouched }) => untouched)).toEqual([true, true, true]);
  const { answers, notes } = extract(cellsWith(solutions));
  expect(answers.map(({ untouched, notes }) => [untouched, notes])).toEqual([
    [false, []],
    [false, []],
    [false, []],
  ]);
  expect(notes).toEqual([]);
});

test("white space at line ends does not make an answer", () => {
  const spaced = cellsWith({ q1: `${stubs.q1.replaceAll("\n", "  \n")}\n\n` });
  expect(answerOf(spaced, "q1").untouched).toBe(true);
});

test("a deleted answer cell costs its own question only, and its stub stands in its place", () => {
  const cells = without("q2");
  expect(answerOf(cells, "q2")).toMatchObject({
    untouched: true,
    notes: [expect.stringContaining("was gone")],
  });
  expect(sourceOf(cells, "q2")).toBe(stubs.q2);
  expect(sourceOf(cells, "q3")).toBe(solutions.q3);
});

test("a cell that lost its label is recognised by the names it declares", () => {
  const cells = [...without("q2"), code(solutions.q2)];
  expect(answerOf(cells, "q2")).toMatchObject({
    untouched: false,
    notes: [expect.stringContaining("without its label")],
  });
  const result = extract(cells);
  expect(result.cells.filter(({ source }) => source === solutions.q2)).toHaveLength(1);
});

test("a stub left alone gives way to the same function in a cell of the student's own", () => {
  const cells = [...cellsWith({ ...solutions, q2: stubs.q2 }), code(solutions.q2)];
  expect(sourceOf(cells, "q2")).toBe(solutions.q2);
});

test("of duplicates the last changed one counts, wherever the untouched copies are", () => {
  const first = answer("q1", stubs.q1.replace("throw", "console.log(1); throw"));
  const cells = cellsWith(solutions).flatMap((cell) =>
    idOf(cell) === "q1" ? [first, cell, answer("q1", stubs.q1)] : [cell],
  );
  expect(sourceOf(cells, "q1")).toBe(solutions.q1);
  expect(answerOf(cells, "q1").notes).toEqual([expect.stringMatching(/3 cells called q1/)]);
});

test("moved cells are put back in the exercise's order", () => {
  const { cells, notes } = extract(cellsWith(solutions).reverse());
  expect(cells.map(({ name }) => name)).toEqual(["given-1", "q1", "q2", "q3"]);
  expect(notes).toEqual([expect.stringContaining("moved")]);
});

test("given cells and check cells are the exercise's own, whatever was handed in", () => {
  const cells = cellsWith(solutions)
    .filter((cell) => idOf(cell) !== "q1-check")
    .map((cell) => {
      if (idOf(cell) === "q2-check") return { ...cell, source: 'console.log("passed")' };
      return cell.source === cellsWith({})[1]!.source ? code("const half = 3;") : cell;
    });
  const result = extract(cells);
  expect(result.cells[0]!.source).toBe(cellsWith({})[1]!.source);
  expect(result.notes).toEqual([
    expect.stringMatching(/q1-check was gone/),
    expect.stringMatching(/q2-check was changed/),
  ]);
});

test("changed points and types are put right and told", () => {
  const cells = cellsWith(solutions).map((cell) => {
    if (idOf(cell) === "q1-check") return testCell("q1", 100);
    if (idOf(cell) === "q2") return { ...cell, cell_type: "markdown" };
    if (idOf(cell) !== "q3") return cell;
    const nbgrader = { ...(cell.metadata.nbgrader as object), grade: true, solution: false, points: 40 };
    return { ...cell, metadata: { nbgrader } };
  });
  const result = extract(cells);
  expect(result.notes).toEqual([expect.stringMatching(/points of q1-check were changed/)]);
  expect(answerOf(cells, "q2").notes).toEqual([expect.stringMatching(/had become markdown/)]);
  expect(answerOf(cells, "q3").notes).toEqual([expect.stringMatching(/labels of cell q3 were changed/)]);
  expect(["q1", "q2", "q3"].map((id) => sourceOf(cells, id))).toEqual(Object.values(solutions));
});

test("the student's own cells are kept apart, named by their place", () => {
  const cells = [code("const mine = 1;"), ...cellsWith(solutions), code("  \n"), markdown("words")];
  expect(extract(cells).cells.at(-1)).toEqual({
    name: "own-cell-1",
    source: "const mine = 1;",
    kind: "extra",
  });
});

test.each([
  ["a Python notebook", cellsWith(solutions), "python", /a Python notebook/],
  ["another assignment", [answer("p1", "function other() {}")], "typescript", /another assignment.*p1/],
  ["a notebook of nothing", [code("1 + 1")], "typescript", /none of its cells/],
])("%s is not a zero but the wrong file", (_, cells, language, words) => {
  const act = () => extractAnswers(parse(cells, language), exercise, "a.ipynb");
  expect(act).toThrow(Unreadable);
  expect(act).toThrow(words);
});

test("a notebook without any labels is still recognised by its functions", () => {
  const bare = cellsWith(solutions).map((cell) => ({ ...cell, metadata: {} }));
  expect(extract(bare).answers.map(({ untouched }) => untouched)).toEqual([false, false, false]);
});
