/**
 * What the checks of an exercise and the thing that runs them agree on.
 *
 * A check is plain data and an async function over a transport, so that the same public check runs in the student's
 * notebook (in the same process) and in the grader (a sandboxed child that answers with JSON). Both transports obey
 * the rules written at {@link Submission.call}. This file imports nothing: it is bundled into what students receive.
 *
 * `tests/exercises/<assignment>/public-checks.ts` exports `publicChecks: CheckDefinition[]`, `hidden-checks.ts` exports
 * `hiddenChecks: CheckDefinition[]`, and an optional `assignment.ts` exports `settings: AssignmentSettings`.
 */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A tensor on the wire: dtype, shape and its values in row-major order as plain numbers; booleans are 0 and 1. */
export interface WireTensor {
  $tensor: {
    dtype: "float32" | "int32" | "bool";
    shape: number[];
    /** NaN and the infinities are the strings "NaN", "Infinity" and "-Infinity", which JSON can carry. */
    values: (number | string)[];
  };
}

/** A value that crosses the wire: JSON in which tensors may stand anywhere. */
export type Wire = Json | WireTensor;

export interface CallOptions {
  /** Time limit of this call, seconds; the grader's own limit is used where this is absent. */
  seconds?: number;
  /** Seeds Math.random (and so tf's unseeded initialisers and noise) just before the call; 0 where absent. */
  seed?: number;
}

/** What a check may do with an answer. */
export interface Submission {
  /**
   * Calls a function that the student's cell defined and waits for what it returns.
   *
   * Arguments: `WireTensor`s become real `tf.Tensor`s (also inside arrays and records); all else arrives as it is.
   * Returns: a tensor comes back as a `WireTensor`, typed arrays as plain arrays, a non-finite number outside a tensor
   * as the string "NaN", "Infinity" or "-Infinity", `undefined` inside a record or array as null. A promise is awaited.
   *
   * Throws (let it pass through; the runner turns it into the verdict) {@link Mismatch} where there is no such
   * function, it returns `undefined`, or it still throws "not implemented"; other errors where it throws, does not
   * end, or returns something that cannot cross (a model, a function, an object that contains itself).
   */
  call(functionName: string, args: Wire[], options?: CallOptions): Promise<Wire>;
}

export interface CheckDefinition {
  /** The `grade_id` of the answer cell: "q3". */
  question: string;
  /** Unique in the assignment: "q3-shape". */
  id: string;
  /** What the student reads; for a hidden check too, so it must not give its inputs away. */
  sentence: string;
  points: number;
  visibility: "public" | "hidden";
  /** Id of a check that must pass first; else this one is skipped, not failed. A public one may not wait for a hidden one. */
  after?: string;
  /** Shown where the check fails; for a hidden check this is the only reason shown. */
  hint?: string;
  /** Resolves where the answer is right; throws a {@link Mismatch}, or an assertion error of jest's `expect`, where not. */
  run(submission: Submission): Promise<void>;
}

/** The answer is wrong: what was expected, what came, and perhaps the likely remedy. */
export class Mismatch extends Error {
  override name = "Mismatch";
  readonly expected: string;
  readonly actual: string;
  readonly hint?: string;

  constructor(expected: string, actual: string, hint?: string) {
    super(`expected ${expected}, got ${actual}`);
    this.expected = expected;
    this.actual = actual;
    if (hint !== undefined) this.hint = hint;
  }
}

/** How one check ended. `ungraded` is the grader's fault or an unreadable file, and is never counted as a zero. */
export type Verdict =
  | { kind: "passed" }
  | { kind: "failed"; expected: string; actual: string; hint?: string }
  | { kind: "crashed"; error: string }
  | { kind: "timed-out"; seconds: number }
  | { kind: "skipped"; after: string }
  | { kind: "ungraded"; fault: string };

/** What an assignment may say about itself besides its checks. */
export interface AssignmentSettings {
  /** Shown at the top of feedback pages: "Exercise 1: generative adversarial networks". */
  title: string;
  /** Names of the library that are the answers themselves, and so are not there when answers are marked. */
  withheld?: string[];
}
