/** The one notebook of a submission that is to be marked. */
import { basename, dirname, relative } from "node:path";
import type { FoundSubmission } from "./find.ts";
import { type Notebook, parseNotebook } from "./notebook.ts";
import { readStrangersFile, Unreadable } from "./read-file.ts";
import { isZip, readZippedNotebooks } from "./zip.ts";

export interface OpenedSubmission {
  notebook: Notebook;
  file: string;
  notes: string[];
}

/** What is needed of an assignment to recognise its notebook among several. */
export interface Recognisable {
  id: string;
  exercise: Notebook;
}

interface Candidate {
  name: string;
  bytes: Buffer;
}

/** Throws Unreadable where there is none, with what is there instead. */
export async function openSubmission(
  found: FoundSubmission,
  assignment: Recognisable,
): Promise<OpenedSubmission> {
  if (found.candidates.length === 0) throw new Unreadable(found.problem ?? "there is nothing to open");
  const failures: Error[] = [];
  const opened: { notebook: Notebook; file: string }[] = [];
  for (const { name, bytes } of await readCandidates(found, failures)) {
    try {
      opened.push({ notebook: parseNotebook(bytes, name), file: name });
    } catch (error) {
      failures.push(error as Error);
    }
  }
  const best = opened.toSorted((a, b) => fit(b.notebook, assignment) - fit(a.notebook, assignment))[0];
  if (best === undefined) throw failures[0] ?? new Unreadable("no notebook (.ipynb) in it");
  return { ...best, notes: describeChoice(best.file, opened.length, failures, assignment) };
}

async function readCandidates(found: FoundSubmission, failures: Error[]): Promise<Candidate[]> {
  const all: Candidate[] = [];
  const top = dirname(found.candidates[0]!);
  for (const path of found.candidates.slice(0, 20)) {
    const name = relative(top, path) || basename(path);
    try {
      const bytes = await readStrangersFile(path, name);
      if (isZip(bytes)) {
        const inside = await readZippedNotebooks(bytes, name);
        if (inside.length === 0)
          failures.push(new Unreadable(`${name}: no notebook (.ipynb) in the archive`));
        all.push(...inside.map((each) => ({ ...each, name: `${name}/${each.name}` })));
      } else all.push({ name, bytes });
    } catch (error) {
      failures.push(error as Error);
    }
  }
  return all;
}

/** How many of its cells are the exercise's. */
function fit({ cells }: Notebook, { exercise }: Recognisable): number {
  const ids = new Set(exercise.cells.flatMap(({ gradeId }) => gradeId ?? []));
  return cells.filter(({ gradeId }) => gradeId !== undefined && ids.has(gradeId)).length;
}

function describeChoice(file: string, count: number, failures: Error[], { id }: Recognisable): string[] {
  const notes: string[] = [];
  if (count > 1) notes.push(`There were ${count} notebooks; ${file} was marked.`);
  for (const failure of failures.slice(0, 3))
    if (failure instanceof Unreadable) notes.push(`Not opened: ${failure.message}.`);
  if (count > 1 && !file.endsWith(`${id}.ipynb`)) notes.push(`None of them is called ${id}.ipynb.`);
  return notes;
}
