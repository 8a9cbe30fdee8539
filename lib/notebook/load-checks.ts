/** Finds the public checks of an exercise: one file, `exercises/checks/<exercise>.cjs`, made by `./course release`. */
import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { DataError, OptionError } from "../core/errors";
import { findUpwards } from "../core/find-upwards";

/** What a check may do with an answer: call one of the notebook's functions and get back plain data. */
export interface LocalSubmission {
  call(name: string, args: unknown[], options?: object): Promise<unknown>;
}

/** One check as the file holds it (grading/contract.ts has the whole of it). */
export interface PublicCheck {
  question: string;
  id: string;
  /** What it checks, as the student reads it. */
  sentence: string;
  /** Id of a check that has to pass first. */
  after?: string;
  hint?: string;
  run(submission: LocalSubmission): Promise<void>;
}

export interface CheckFile {
  publicChecks: PublicCheck[];
  openLocalSubmission(scope: () => Record<string, unknown>, tf: unknown): LocalSubmission;
}

/**
 * The checks of an exercise, from the folder `exercises/checks` beside the library, wherever the notebook itself is.
 *
 * @throws OptionError where there is no exercise of this name
 * @throws DataError where the checks are missing or damaged
 */
export function loadChecks(exercise: string, from: string = __dirname): CheckFile {
  const folder = findChecks(from);
  const path = join(folder, `${exercise}.cjs`);
  if (!existsSync(path)) {
    const known = readdirSync(folder).flatMap((name) => /^(.+)\.cjs$/.exec(name)?.[1] ?? []);
    throw new OptionError(
      `exercise ${JSON.stringify(exercise)}: there are no checks for it; there are some for ${known.join(", ") || "none"}. ` +
        `Is the name in useExercise("…") the one of the notebook as it was handed out?`,
    );
  }
  try {
    return createRequire(__filename)(path) as CheckFile;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DataError(
      `${path}: the checks of ${exercise} do not load (${reason}). Restore the file with: git checkout -- exercises/checks`,
      { cause },
    );
  }
}

function findChecks(from: string): string {
  const found = findUpwards(join("exercises", "checks"), from);
  if (found !== undefined) return found;
  throw new DataError(
    `exercises/checks: not found beside the library (looked upwards from ${from}). ` +
      `Restore the folder with: git checkout -- exercises. Your answers are not affected.`,
  );
}
