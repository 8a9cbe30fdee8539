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

/** Runs `body` as the recording of a step; Math.random refuses to answer meanwhile. */
export function whileTracing<T>(step: string, xla: boolean, body: () => T): T {
  const outer = { recording, forXla };
  const random = Math.random;
  recording = step;
  forXla = xla;
  Math.random = () =>
    refuse(
      "a random number was drawn by JavaScript",
      "Draw with randomNormal or randomUniform and a key that is an argument of the step, or pass the numbers in as a tensor. " +
        "A dropout layer takes its key from withRandomKey.",
    );
  try {
    return body();
  } finally {
    Math.random = random;
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
