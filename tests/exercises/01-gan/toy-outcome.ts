/** Question 8 is judged by its outcome: the answer's settings are validated, then trained with here. */
import * as tf from "@tensorflow/tfjs";
import { Mismatch, type Submission } from "../../../grading/contract.ts";
import { readNumber, readRecord, show } from "../compare.ts";
import { type DealerSettings, trainToyGan } from "./toy-gan.ts";

const ranges: Record<keyof DealerSettings, [low: number, high: number]> = {
  learningRate: [1e-6, 1],
  dropout: [0, 0.9],
  labelNoise: [0, 0.5],
};

/** Throws where a training with one of the seeds does not end with the fakes among the real numbers. */
export async function expectCured(submission: Submission, seeds: number[]): Promise<void> {
  const settings = await readSettings(submission);
  for (const seed of seeds) {
    const { fakeMean, fakeSd, dealerLoss } = await onCpu(() => trainToyGan(settings, seed));
    if (Math.abs(fakeMean - 4) <= 0.5 && fakeSd >= 0.1 && fakeSd <= 1.1) continue;
    const won = dealerLoss < 0.2;
    throw new Mismatch(
      "fakes with a mean within 0.5 of 4 and a standard deviation between 0.1 and 1.1",
      `a mean of ${show(fakeMean)} and a standard deviation of ${show(fakeSd)} (the dealer's loss: ${show(dealerLoss)})`,
      won
        ? "The dealer still wins: slow it down further, and keep it from being certain."
        : "The dealer is not sure enough to show the forger the way, or the game swings to and fro: is it too slow or too noisy?",
    );
  }
}

async function readSettings(submission: Submission): Promise<DealerSettings> {
  const answer = readRecord(await submission.call("dealerSettings", []), "the settings");
  const settings = { learningRate: 0, dropout: 0, labelNoise: 0 };
  for (const name of Object.keys(ranges) as (keyof DealerSettings)[]) {
    const [low, high] = ranges[name];
    const value = readNumber(answer[name] ?? null, name);
    if (!(value >= low && value <= high))
      throw new Mismatch(`${name} between ${low} and ${high}`, show(value));
    settings[name] = value;
  }
  return settings;
}

let last: Promise<unknown> = Promise.resolve();

/**
 * The same arithmetic for everybody, whatever the notebook or the marking computes on; also the fastest at this size.
 * One training after the other: submissions are marked side by side, and the backend is one for the whole process.
 */
async function onCpu<T>(train: () => Promise<T>): Promise<T> {
  const turn = last.then(async () => {
    const previous = tf.getBackend() as string | undefined; // none before the first use
    await tf.setBackend("cpu");
    Object.assign(tf.backend(), { firstUse: false }); // no advice about other backends
    try {
      return await train();
    } finally {
      if (previous !== undefined) await tf.setBackend(previous);
    }
  });
  last = turn.catch(() => undefined);
  return turn;
}
