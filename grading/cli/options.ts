/** What was asked of `./course grade`, checked before anything is started. */
import { accessSync, constants, existsSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join, resolve, sep } from "node:path";
import { parseArgs } from "node:util";
import { nearestName } from "../../commands/nearest-name.ts";
import { makeFolder } from "../../commands/make-folder.ts";
import { describeDisk } from "../results/write-file.ts";

export interface GradeOptions {
  assignment: string;
  submissions: string;
  out: string;
  jobs: number;
  /** Marks everything anew, also what has not changed. */
  fresh: boolean;
}

/** The command cannot be carried out as it was typed. */
export class UsageError extends Error {
  override name = "UsageError";
}

export const usage = `Marks a folder of submissions.

  ./course grade ASSIGNMENT SUBMISSIONS [--out DIR] [--jobs N] [--fresh]

  ASSIGNMENT    for example 01-gan
  SUBMISSIONS   a folder of NAME.ipynb, NAME.zip or NAME/…/anything.ipynb
  --out DIR     where results go (default: out); not inside the submissions
  --jobs N      how many are marked at the same time (default: one per processor)
  --fresh       mark everything anew; without it only what has changed is
  --help        this text

Writes DIR/index.html (begin there), DIR/gradebook.csv, and per submission DIR/NAME/results.json (Gradescope's
format) and DIR/NAME/feedback.html. Answers run in a sandbox: no network, no files, limits on time and memory.
Ctrl-C stops it; the same command goes on where it stopped.`;

const options = {
  out: { type: "string", default: "out" },
  jobs: { type: "string" },
  fresh: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

/** Undefined where help was asked for. Throws UsageError with what to type instead. */
export function parseGradeOptions(args: string[], known: string[]): GradeOptions | undefined {
  const { values, positionals } = parse(args);
  if (values.help) return undefined;
  const [assignment, submissions, ...more] = positionals;
  const list = known.length === 0 ? "there are none yet" : known.join(", ");
  if (assignment === undefined)
    throw new UsageError(`which assignment? One of: ${list}. (--help shows all.)`);
  if (!known.includes(assignment)) {
    const near = nearestName(assignment, known);
    throw new UsageError(
      `assignment ${JSON.stringify(assignment)}: unknown; there is ${list}.${near === undefined ? "" : ` Is ${near} meant?`}`,
    );
  }
  if (submissions === undefined) throw new UsageError(`which folder? ./course grade ${assignment} FOLDER`);
  if (more.length > 0) throw new UsageError(`${more.join(" ")}: one folder at a time, please.`);
  return {
    assignment,
    submissions: checkFolder(submissions),
    out: resolve(values.out),
    jobs: parseJobs(values.jobs),
    fresh: values.fresh,
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error)) throw error;
    const name = /--?[\w-]+/.exec(error.message)?.[0] ?? "";
    if (error.code !== "ERR_PARSE_ARGS_UNKNOWN_OPTION") throw new UsageError(`${name}: ${error.message}`);
    const near = nearestName(name.replace(/^-+/, ""), Object.keys(options));
    throw new UsageError(
      `option ${name}: unknown.${near === undefined ? " --help shows all." : ` Is --${near} meant?`}`,
    );
  }
}

function parseJobs(text: string | undefined): number {
  if (text === undefined) return availableParallelism();
  const jobs = Number(text);
  if (Number.isInteger(jobs) && jobs >= 1 && jobs <= 256) return jobs;
  throw new UsageError(`--jobs: expected a whole number from 1 to 256, got ${JSON.stringify(text)}.`);
}

function checkFolder(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new UsageError(`${path}: there is no such folder.`);
  if (!found.isDirectory())
    throw new UsageError(`${path}: expected a folder of submissions, got a file. Give the folder it is in.`);
  return resolve(path);
}

/** Makes the folder for results and tries to write there. Throws UsageError where that is unwise or impossible. */
export function prepareOutput(out: string, submissions: string): void {
  const inside = `${realpathOfNearest(out)}${sep}`.startsWith(`${realpathSync(submissions)}${sep}`);
  if (inside)
    throw new UsageError(
      `--out ${out}: lies inside the submissions, where results would be taken for one. Choose a folder outside.`,
    );
  const probe = join(out, `.probe-${process.pid}`);
  try {
    // A read-only disk is told here; mkdir would only say that the folder is not there.
    accessSync(nearestExisting(out), constants.W_OK);
    makeFolder(out);
    writeFileSync(probe, "");
    rmSync(probe);
  } catch (error) {
    throw new UsageError(`--out ${out}: cannot be written: ${describeDisk(error)}`);
  }
}

/** Links resolved as far as the path exists. */
function realpathOfNearest(path: string): string {
  const there = nearestExisting(path);
  return join(realpathSync(there), path.slice(there.length));
}

function nearestExisting(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestExisting(dirname(path));
}
