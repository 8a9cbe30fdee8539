/**
 * The student's answers, by grade_id, with the notebook as it was handed out as the truth: its cells, types, points and
 * order count; of the submission only what stands in its answer cells, wherever they went.
 */
import type { SourceCell } from "../sandbox/protocol.ts";
import type { Cell, Notebook } from "./notebook.ts";
import { Unreadable } from "./read-file.ts";

interface ExtractedAnswer {
  question: string;
  /** Still as it was handed out, or gone. */
  untouched: boolean;
  /** What was restored, and how, for the student to read. */
  notes: string[];
}

export interface Extracted {
  answers: ExtractedAnswer[];
  /** Handed-out cells with the answers in their places, then the student's own cells. */
  cells: SourceCell[];
  /** What was restored outside the answers. */
  notes: string[];
}

/** Throws Unreadable where nothing in the notebook belongs to this exercise. */
export function extractAnswers(submitted: Notebook, exercise: Notebook, name: string): Extracted {
  const own = submitted.cells.map((cell, place) => ({ ...cell, place }));
  refuseOtherNotebooks(submitted, exercise, name);
  const stubs = exercise.cells.filter(({ isAnswer, gradeId }) => isAnswer && gradeId !== undefined);
  const handedOut = new Set(exercise.cells.map(({ source }) => normalise(source)));
  const known = new Set(exercise.cells.flatMap(({ gradeId }) => gradeId ?? []));
  const extras = own.filter(
    ({ type, source, gradeId }) =>
      type === "code" &&
      (gradeId === undefined || !known.has(gradeId)) &&
      source.trim() !== "" &&
      !handedOut.has(normalise(source)),
  );
  const used = new Set<Cell>();
  const answers = stubs.map((stub) => {
    const found = own.filter(({ gradeId }) => gradeId === stub.gradeId);
    const { cell, notes } = chooseCopy(stub, found, extras);
    if (cell !== undefined) used.add(cell);
    const source = cell?.source ?? stub.source;
    return {
      question: stub.gradeId!,
      source,
      untouched: normalise(source) === normalise(stub.source),
      notes,
    };
  });
  const cells: SourceCell[] = [];
  let setups = 0;
  for (const cell of exercise.cells) {
    const answer = answers.find(({ question }) => question === cell.gradeId);
    if (answer !== undefined) cells.push({ name: answer.question, source: answer.source, kind: "answer" });
    else if (cell.type === "code" && !cell.isTest)
      cells.push({ name: `given-${++setups}`, source: cell.source, kind: "given" });
  }
  for (const extra of extras)
    if (!used.has(extra))
      cells.push({ name: `own-cell-${extra.place + 1}`, source: extra.source, kind: "extra" });
  return {
    answers: answers.map(({ question, untouched, notes }) => ({ question, untouched, notes })),
    cells,
    notes: [...testNotes(own, exercise), ...orderNotes(own, stubs)],
  };
}

function refuseOtherNotebooks(submitted: Notebook, exercise: Notebook, name: string): void {
  const ids = new Set(exercise.cells.flatMap(({ gradeId }) => gradeId ?? []));
  const theirs = submitted.cells.flatMap(({ gradeId }) => gradeId ?? []);
  const names = exercise.cells
    .filter(({ isAnswer }) => isAnswer)
    .flatMap(({ source }) => declaredNames(source));
  const declared = new Set(submitted.cells.flatMap(({ source }) => declaredNames(source)));
  const matches = theirs.filter((each) => ids.has(each)).length;
  if (submitted.language === "python")
    throw new Unreadable(
      `${name}: a Python notebook; the exercise is in TypeScript, and was the right file handed in?`,
    );
  if (matches > 0 || names.some((each) => declared.has(each))) return;
  if (theirs.length > 0)
    throw new Unreadable(
      `${name}: another assignment (its cells are ${theirs.slice(0, 3).join(", ")}); was the right file handed in?`,
    );
  throw new Unreadable(`${name}: none of its cells belongs to this exercise; was the right file handed in?`);
}

function chooseCopy(stub: Cell, found: Cell[], extras: Cell[]): { cell?: Cell; notes: string[] } {
  const id = stub.gradeId!;
  const changed = found.filter(({ source }) => normalise(source) !== normalise(stub.source));
  const cell = changed.at(-1) ?? found[0];
  const notes: string[] = [];
  if (changed.length === 0) {
    const recovered = recover(stub, extras);
    const where = found.length === 0 ? `The cell ${id} was gone` : `The cell ${id} was left as it was`;
    if (recovered !== undefined)
      return {
        cell: recovered,
        notes: [`${where}; a cell without its label declares the same names and was taken as the answer.`],
      };
    if (found.length === 0)
      return { notes: [`The cell ${id} was gone. Nothing else declares what it asks for.`] };
  }
  if (found.length > 1)
    notes.push(
      `There were ${found.length} cells called ${id}; the last one you changed was taken, as a run from the top would.`,
    );
  if (cell !== undefined && cell.type !== "code")
    notes.push(`The cell ${id} had become ${cell.type}; it was marked as code.`);
  if (cell !== undefined && (cell.isTest || (cell.points !== undefined && cell.points !== stub.points)))
    notes.push(`The labels of cell ${id} were changed; those of the exercise count.`);
  return cell === undefined ? { notes } : { cell, notes };
}

/** The one cell of the student's own that declares all the stub does: editors lose labels. */
function recover(stub: Cell, extras: Cell[]): Cell | undefined {
  const wanted = declaredNames(stub.source);
  if (wanted.length === 0) return undefined;
  return extras.findLast(({ source }) => {
    const declared = declaredNames(source);
    return wanted.every((name) => declared.includes(name));
  });
}

function testNotes(own: Cell[], exercise: Notebook): string[] {
  const notes: string[] = [];
  for (const test of exercise.cells.filter(({ isTest }) => isTest)) {
    const copies = own.filter(({ gradeId }) => gradeId === test.gradeId);
    const id = test.gradeId ?? "?";
    if (copies.length === 0)
      notes.push(`The check cell ${id} was gone; nothing is lost, the exercise's own checks count.`);
    else if (copies.some(({ source }) => normalise(source) !== normalise(test.source)))
      notes.push(`The check cell ${id} was changed; the exercise's own checks count.`);
    else if (copies.some(({ points }) => points !== test.points))
      notes.push(`The points of ${id} were changed; the exercise's own count.`);
  }
  return notes;
}

function orderNotes(own: Cell[], stubs: Cell[]): string[] {
  const wanted = stubs.map(({ gradeId }) => gradeId);
  const order = [...new Set(own.map(({ gradeId }) => gradeId).filter((id) => wanted.includes(id)))];
  const isMoved = order.some(
    (id, index) => index > 0 && wanted.indexOf(id) < wanted.indexOf(order[index - 1]),
  );
  return isMoved ? ["Answer cells were moved; they were marked in the exercise's order."] : [];
}

/** Functions and constants at the left margin: all that is needed to recognise a cell. */
function declaredNames(source: string): string[] {
  // Bounded gaps: a stranger's cell must not make the pattern try every way of dividing a million spaces.
  const pattern =
    /^(?:export {1,9})?(?:async {1,9})?(?:function ?\*?|const|let|var|class) {1,9}([\w$]{1,100})/gm;
  return [...source.matchAll(pattern)].map((match) => match[1]!);
}

function normalise(source: string): string {
  const lines = source.split("\n").map((line) => line.trimEnd());
  return lines.join("\n").trim();
}
