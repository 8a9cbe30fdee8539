/**
 * Whether a step is being recorded (see compile), and the refusal of what cannot be: a value that JavaScript makes or reads
 * while a step is recorded would be the same in every later call.
 */
import { TraceError } from "../errors";

let recording: string | undefined;
let forXla = false;

/** The name of the step that is being recorded, if any. */
export function tracedStep(): string | undefined {
  return recording;
}

/** Whether the step being recorded is for XLA, which takes TensorFlow's own ops only. */
export function isTracingForXla(): boolean {
  return forXla;
}

const DRAW_FROM_KEY =
  "Draw with randomNormal or randomUniform and a key that is an argument of the step, or pass the numbers in as a tensor. " +
  "A dropout layer takes its key from withRandomKey.";

/**
 * tfjs's ops that draw in JavaScript, or from a number that JavaScript gives: with a seed they never ask Math.random, and would
 * draw the same in every call.
 */
const drawing: ReadonlyMap<string, string> = new Map([
  ...["rand", "randomGamma", "randomNormal", "randomStandardNormal", "randomUniform", "randomUniformInt"].map(
    (name) => [name, DRAW_FROM_KEY] as const,
  ),
  ["truncatedNormal", `${DRAW_FROM_KEY} For a truncated normal, clip what randomNormal gives.`],
  ["multinomial", "Draw with randomCategorical and a key that is an argument of the step."],
]);

/** What tfjs's engine does of its own accord. */
interface Scopes {
  startScope: (name?: string) => void;
}

/**
 * Runs `body` as the recording of a step; Math.random and tfjs's random ops refuse to answer meanwhile.
 *
 * @param scopes tfjs's engine, given so that asking whether a step is recorded does not load it
 */
export function whileTracing<T>(
  step: string,
  { xla, scopes }: { xla: boolean; scopes: Scopes },
  body: () => T,
): T {
  const outer = { recording, forXla };
  const random = Math.random;
  const { startScope } = scopes;
  recording = step;
  forXla = xla;
  Math.random = () => refuse("a random number was drawn by JavaScript", DRAW_FROM_KEY);
  // Each op of tfjs opens a scope of its name, whoever calls it: tf.layers' noise and dropout, too.
  scopes.startScope = (name) => {
    const op = name?.replace(/__op$/, "");
    const instead = op === undefined ? undefined : drawing.get(op);
    if (instead !== undefined) refuse(`tf.${op} drew random numbers`, instead);
    startScope.call(scopes, name);
  };
  try {
    return body();
  } finally {
    Math.random = random;
    scopes.startScope = startScope;
    ({ recording, forXla } = outer);
  }
}

/** @throws TraceError while a step is recorded */
export function refuseWhileTracing(what: string, instead: string): void {
  if (recording !== undefined) refuse(what, instead);
}

/** @throws TraceError always; to be called while a step is recorded */
export function refuse(what: string, instead: string): never {
  throw new TraceError(
    `compile(${recording ?? "step"}): ${what} while the step was recorded, so every later call would have the same. ${instead}`,
  );
}
