/** `./course grade ASSIGNMENT SUBMISSIONS`: see `usage` in options.ts. */
import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { AssignmentError, listAssignments, loadAssignment } from "../marking/assignment.ts";
import type { Marked } from "../marking/marked.ts";
import { neutraliseLine } from "../results/plain-text.ts";
import { describeStatus, isFinal, sumSubmission } from "../results/points.ts";
import { OutputError } from "../results/write-file.ts";
import { openCompiler } from "../sandbox/compile.ts";
import { openSession } from "../sandbox/session.ts";
import { findSubmissions } from "../submissions/find.ts";
import { markBatch } from "./batch.ts";
import { fingerprintAssignment } from "./fingerprint.ts";
import { type GradeOptions, parseGradeOptions, prepareOutput, usage, UsageError } from "./options.ts";
import { formatSeconds, startProgress } from "./progress.ts";

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  try {
    const options = parseGradeOptions(args, await listAssignments());
    if (options === undefined) {
      console.log(usage);
      return 0;
    }
    return await grade(options);
  } catch (error) {
    if (error instanceof UsageError || error instanceof AssignmentError || error instanceof OutputError) {
      console.error(`grade: ${error.message}`);
      return 1;
    }
    throw error;
  }
}

async function grade({ assignment: id, submissions, out, jobs, fresh }: GradeOptions): Promise<number> {
  const started = performance.now();
  const assignment = await loadAssignment(id);
  const found = await findSubmissions(submissions, id);
  if (found.submissions.length === 0)
    throw new UsageError(
      `${submissions}: no submissions in it. Expected NAME.ipynb, NAME.zip or NAME/${id}.ipynb.`,
    );
  prepareOutput(out, submissions);
  if (!existsSync(join(import.meta.dirname, "../../lib/dist/index.js")))
    throw new UsageError(
      "lib/dist: the library is not built. Type ./course doctor, which says what is missing.",
    );
  const fingerprint = await fingerprintAssignment(id);
  const session = openSession();
  const compiler = openCompiler(session);
  const stop = new AbortController();
  const interrupt = () => {
    stop.abort();
    session.close();
  };
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  try {
    const { length } = found.submissions;
    console.log(`${assignment.settings.title}: ${length} submissions, ${Math.min(jobs, length)} at a time`);
    if (session.confinement.notice !== undefined) console.log(session.confinement.notice);
    const progress = startProgress(length);
    const marks = await markBatch(
      found,
      { assignment, session, compiler },
      {
        out,
        jobs,
        fresh,
        fingerprint,
        signal: stop.signal,
        report: (marked, wasMarked) => progress.report(describeLine(marked, wasMarked), wasMarked),
      },
    );
    progress.finish();
    if (stop.signal.aborted) {
      console.log(`Stopped after ${marks.length} of ${length}. The same command goes on from here.`);
      return 130;
    }
    conclude(marks, out, (performance.now() - started) / 1000);
    return 0;
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
    session.close();
  }
}

function describeLine(marked: Marked, wasMarked: boolean): string {
  const { earned, outOf } = sumSubmission(marked);
  const points = isFinal(marked) ? `${earned}/${outOf}` : "?";
  const status = describeStatus(marked);
  return `${neutraliseLine(marked.name, 60)}: ${points}${status === "marked" ? "" : `  ${neutraliseLine(status, 160)}`}${wasMarked ? "" : "  (unchanged)"}`;
}

function conclude(marks: Marked[], out: string, seconds: number): void {
  const open = marks.filter((each) => !isFinal(each)).length;
  const folder = relative(process.cwd(), out) || ".";
  const need = open === 0 ? "" : `; ${open} could not be graded completely and need a look`;
  console.log(`${marks.length} submissions in ${formatSeconds(seconds)}${need}.`);
  console.log(`Begin with ${join(folder, "index.html")}; points are in ${join(folder, "gradebook.csv")}.`);
}
