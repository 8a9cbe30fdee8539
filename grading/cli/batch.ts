/** Marks many: in parallel, never stopped by one of them, and not again what has not changed. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { buildStudentPage } from "../feedback/student-page.ts";
import { buildSummaryPage } from "../feedback/summary-page.ts";
import { markSubmission, type Workshop } from "../marking/mark.ts";
import type { Marked } from "../marking/marked.ts";
import { chooseFolderNames } from "../results/folder-name.ts";
import { buildGradebook } from "../results/gradebook.ts";
import { buildGradescopeResults } from "../results/gradescope.ts";
import { isFinal } from "../results/points.ts";
import { writeWhole } from "../results/write-file.ts";
import type { Found, FoundSubmission } from "../submissions/find.ts";
import { fingerprintSubmission } from "./fingerprint.ts";

export interface BatchOptions {
  out: string;
  jobs: number;
  fresh: boolean;
  /** Hash of all that a mark depends on but the submission. */
  fingerprint: string;
  report(marked: Marked, wasMarked: boolean): void;
  signal?: AbortSignal;
}

/** What is kept of a mark between runs. */
interface Kept {
  key: string;
  marked: Marked;
}

/** The marks in the order of the submissions; those not reached because of the signal are missing. */
export async function markBatch(found: Found, workshop: Workshop, options: BatchOptions): Promise<Marked[]> {
  const { submissions } = found;
  const folders = chooseFolderNames(submissions.map(({ name }) => name));
  const marks = new Map<FoundSubmission, Marked>();
  let next = 0;

  async function work(): Promise<void> {
    for (let each = submissions[next++]; each !== undefined; each = submissions[next++]) {
      if (options.signal?.aborted === true) return;
      const { marked, wasMarked } = await markOnce(each, folders.get(each.name)!, workshop, options);
      if ((options.signal?.aborted as boolean | undefined) === true) return;
      marks.set(each, marked);
      options.report(marked, wasMarked);
    }
  }

  const stopAll = (error: unknown) => {
    next = submissions.length; // a disk that is full for one is full for all
    throw error;
  };
  const workers = Array.from({ length: Math.min(options.jobs, submissions.length) }, async () =>
    work().catch(stopAll),
  );
  await Promise.all(workers);
  const all = submissions.flatMap((each) => marks.get(each) ?? []);
  await writeOverview(all, folders, workshop, found.notices, options.out);
  return all;
}

async function markOnce(
  found: FoundSubmission,
  folder: string,
  workshop: Workshop,
  { out, fresh, fingerprint, signal }: BatchOptions,
): Promise<{ marked: Marked; wasMarked: boolean }> {
  const key = await fingerprintSubmission(found, fingerprint);
  const path = join(out, ".grading", `${folder}.json`);
  const kept = fresh ? undefined : await readKept(path, key);
  const marked = kept ?? (await markSubmission(found, workshop));
  // Stopped half-way, its sandbox was taken from under it: what it says then is not its mark.
  if (signal?.aborted === true) return { marked, wasMarked: false };
  const { id, settings } = workshop.assignment;
  // Pages are written anew each time: they are cheap, and may have been moved or edited.
  await writeWhole(
    join(out, folder, "results.json"),
    `${JSON.stringify(buildGradescopeResults(marked, id), null, 2)}\n`,
  );
  await writeWhole(join(out, folder, "feedback.html"), buildStudentPage(marked, settings.title));
  if (kept === undefined && isFinal(marked))
    await writeWhole(path, JSON.stringify({ key, marked } satisfies Kept));
  return { marked, wasMarked: kept === undefined };
}

async function readKept(path: string, key: string): Promise<Marked | undefined> {
  try {
    const kept = JSON.parse(await readFile(path, "utf8")) as Kept;
    return kept.key === key ? kept.marked : undefined;
  } catch {
    // Not there, or cut short by a crash of the machine: mark again.
    return undefined;
  }
}

async function writeOverview(
  all: Marked[],
  folders: Map<string, string>,
  { assignment, session }: Workshop,
  notices: string[],
  out: string,
): Promise<void> {
  const { settings, questions } = assignment;
  await writeWhole(join(out, "gradebook.csv"), buildGradebook(all, questions));
  const entries = all.map((marked) => ({ marked, folder: folders.get(marked.name)! }));
  const { notice } = session.confinement;
  const page = {
    title: settings.title,
    questions,
    entries,
    notices: [...notices, ...(notice === undefined ? [] : [notice])],
  };
  await writeWhole(join(out, "index.html"), buildSummaryPage(page));
}
