/** What an exercise's answer cells throw until they are answered. */
import { GenerativeError } from "../core/errors";

/** Thrown by the stub of the named function, so that a notebook run from the top says kindly where an answer is missing. */
export class NotImplemented extends GenerativeError {
  override name = "NotImplemented";
  /** The function that waits for an answer. */
  readonly functionName: string;

  constructor(functionName: string) {
    super(
      `${functionName} is not written yet. Replace the line that throws by your answer, then run its cell again.`,
    );
    this.functionName = functionName;
  }
}
