/**
 * The transport of the student's own notebook: calls the functions of the same process. It obeys the rules written at
 * `Submission.call` in grading/contract.ts, as the sandbox does, and is bundled with the public checks.
 */
import { Mismatch, type Submission } from "../contract.ts";
import { decode, encode, type TensorLike, type TensorMaker } from "../sandbox/wire.ts";

type Tensor = TensorLike & { dispose(): void };
type Engine = { startScope(): void; endScope(): void };

/** What is needed of TensorFlow.js. */
export type TensorFlow = TensorMaker<Tensor> & { engine(): Engine };

/** What an answer may take by itself; nobody waits longer for a promise in a notebook. */
const defaultSeconds = 10;

/** @param scope the notebook's variables by name, as they are at the time of a call */
export function openLocalSubmission(scope: () => Record<string, unknown>, tf: TensorFlow): Submission {
  return {
    async call(name, args, { seconds = defaultSeconds, seed = 0 } = {}) {
      const answer = scope()[name];
      if (typeof answer !== "function")
        throw new Mismatch(
          `a function called ${name}`,
          "none",
          "Run the answer cell above; if it shows an error, mend that first.",
        );
      const ambient = Math.random;
      Math.random = seededRandom(seed);
      tf.engine().startScope(); // what the answer leaves behind is disposed of, as tf.tidy does, but across promises
      try {
        const call = answer as (...parameters: unknown[]) => unknown;
        const result = await withLimit(
          Promise.resolve(call(...args.map((each) => decode(each, tf)))),
          seconds,
          name,
        );
        if (result === undefined)
          throw new Mismatch("a value", "undefined", `Does every way through ${name} end in a return?`);
        return encode(result, tf);
      } finally {
        tf.engine().endScope();
        Math.random = ambient;
      }
    },
  };
}

/** A loop that never gives way cannot be stopped from here; the stop button of the notebook does that. */
async function withLimit<T>(promise: Promise<T>, seconds: number, name: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`${name} did not finish within ${seconds} s`);
      error.name = "TimeOut";
      reject(error);
    }, seconds * 1000);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** Mulberry32, as in the sandbox: unseeded noise repeats from call to call. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
