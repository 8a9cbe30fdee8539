/** `await check("q3")`: the public checks of one question, on the functions of this very notebook. */
import { OptionError } from "../core/errors";
import { interruptSignal } from "../core/interrupt";
import { tf } from "../core/tf";
import { type CheckOutcome, drawCard, drawPending, drawText, type JudgedCheck } from "./check-card";
import { displayHandle } from "./display";
import { hasRichFrontEnd } from "./front-end";
import { type CheckFile, loadChecks, type LocalSubmission, type PublicCheck } from "./load-checks";
import { NotImplemented } from "./not-implemented";

let current: string | undefined;

/** Says which exercise this notebook is, so that `check` knows its questions. */
export function useExercise(exercise: string): void {
  // Loads nothing: where work is marked, this runs too, and the checks are out of reach.
  current = exercise;
}

/**
 * Tries the notebook's own functions on the inputs of one question's public checks and shows what it found: passed or not
 * yet, why, and where to look. Nothing is thrown for an answer that is wrong, missing or unfinished.
 *
 * @throws OptionError where the exercise has no such question, or `useExercise` was not called or names no exercise
 * @throws DataError where the exercise's checks are missing or damaged
 */
export async function check(question: string): Promise<void> {
  const { file, checks } = findQuestion(question);
  const submission = file.openLocalSubmission(readScope(), tf);
  const handle = displayHandle();
  if (hasRichFrontEnd()) await handle.update(drawPending(question));
  const judged: JudgedCheck[] = [];
  try {
    for (const each of checks) judged.push({ ...each, outcome: await judge(each, submission, judged) });
  } catch (error) {
    await handle.update({ "text/plain": `${question}: stopped before the check was done.` });
    throw error;
  }
  await handle.update({
    "text/plain": drawText(question, judged),
    "text/html": drawCard(question, judged),
  });
}

function findQuestion(question: string): { file: CheckFile; checks: PublicCheck[] } {
  if (current === undefined)
    throw new OptionError(
      'check: which exercise is this? Run the cell at the top of the notebook first, the one with useExercise("…").',
    );
  const exercise = current;
  const file = loadChecks(exercise);
  const checks = file.publicChecks.filter((each) => each.question === question);
  if (checks.length > 0) return { file, checks };
  const known = [...new Set(file.publicChecks.map((each) => each.question))];
  const near = known.find((each) => digits(each) === digits(question));
  throw new OptionError(
    `check: exercise ${exercise} has no question ${JSON.stringify(question)}; it has ${known.join(", ")}.` +
      (near === undefined ? "" : ` Is check("${near}") meant?`),
  );
}

/** "Q3", "question 3" and "q03" are all question 3. */
function digits(question: string): string {
  return question.replaceAll(/\D/g, "").replace(/^0+/, "");
}

/** The notebook's variables by name, from the kernel that runs it. */
function readScope(): () => Record<string, unknown> {
  const hook = (globalThis as Record<symbol, unknown>)[Symbol.for("jupyter.scope")];
  if (typeof hook === "function") return hook as () => Record<string, unknown>;
  throw new OptionError(
    "check: works in a notebook of the course's TypeScript kernel only; start it with ./course lab. " +
      "Outside one, ./course check exercises/NAME.ipynb does the same.",
  );
}

async function judge(
  check: PublicCheck,
  submission: LocalSubmission,
  before: JudgedCheck[],
): Promise<CheckOutcome> {
  const first = before.find(({ id }) => id === check.after);
  if (first !== undefined && first.outcome.kind !== "passed")
    return { kind: "skipped", after: first.sentence };
  // What the answer threw is about the answer; anything else but a mismatch is the check's own fault.
  let thrown: { error: unknown } | undefined;
  const call: LocalSubmission["call"] = async (...parameters) => {
    try {
      return await submission.call(...parameters);
    } catch (error) {
      thrown ??= { error };
      throw error;
    }
  };
  try {
    await check.run({ call });
    return { kind: "passed" };
  } catch (error) {
    if (interruptSignal()?.aborted === true) throw error;
    return thrown === undefined ? describeFailure(error) : describeThrown(thrown.error);
  }
}

/** The classes of the check file are its own, so its errors are told by their names. */
function describeFailure(error: unknown): CheckOutcome {
  if (!(error instanceof Error)) return { kind: "faulty", error: String(error) };
  if (isMismatch(error)) {
    const { expected, actual, hint } = error;
    return {
      kind: "failed",
      reason: `Expected ${expected}; got ${actual}.`,
      ...(hint === undefined ? {} : { hint }),
    };
  }
  // An assertion of jest's `expect`, coloured for terminals.
  const plain = error.message.replaceAll(/\u001b\[[0-9;]*m/g, "");
  return "matcherResult" in error ? { kind: "failed", reason: plain } : { kind: "faulty", error: plain };
}

function describeThrown(error: unknown): CheckOutcome {
  if (error instanceof NotImplemented) return { kind: "unwritten", functionName: error.functionName };
  if (!(error instanceof Error)) return { kind: "crashed", error: String(error) };
  if (isMismatch(error)) return describeFailure(error);
  switch (error.name) {
    case "TimeOut":
      return { kind: "timed-out", error: error.message };
    case "WireError":
      return { kind: "failed", reason: `${error.message}.` };
    default:
      return { kind: "crashed", error: `${error.name}: ${error.message}${placeOf(error)}` };
  }
}

function isMismatch(error: Error): error is Error & { expected: string; actual: string; hint?: string } {
  return error.name === "Mismatch" && "expected" in error && "actual" in error;
}

/** " (Cell [3], line 4)", where the kernel left the notebook's own place in the stack. */
function placeOf({ stack = "" }: Error): string {
  const place = /(Cell \[\d+\]):(\d+)/.exec(stack);
  return place === null ? "" : ` (${place[1]!}, line ${place[2]!})`;
}
