/** The order in which a training sees its data: shuffled epochs, cut into batches, resumable. */
import { OptionError } from "../core/errors";
import { Random } from "../core/random";

/** A place in the order, as plain JSON: which epoch, and how many examples of it were seen. */
export type BatchPosition = { epoch: number; offset: number };

export const firstBatch: Readonly<BatchPosition> = Object.freeze({ epoch: 0, offset: 0 });

export interface IndexBatch {
  /** Which examples, 0 … count − 1. */
  indices: Uint32Array;
  /** The epoch these examples belong to; 0 is the first. */
  epoch: number;
  /** Where to go on after this batch: pass it as `from` to resume. */
  next: BatchPosition;
}

/**
 * Batches of indices without end: each epoch is a fresh permutation of all examples, cut into batches of equal size.
 * The few examples left over at the end of an epoch are dropped (another permutation leaves out others).
 *
 * The order is a pure function of the stream's seed and the position, so a resumed training sees exactly the batches that
 * an uninterrupted one would have seen.
 *
 * @param rng its seed decides the order; no number is drawn from the stream itself
 * @param from where to start: `next` of the last batch seen
 * @throws OptionError where a batch is larger than the data, or `from` is no place in it
 */
export function* shuffledBatches(
  count: number,
  batchSize: number,
  rng: Random,
  from: Readonly<BatchPosition> = firstBatch,
): Generator<IndexBatch, never, undefined> {
  if (!Number.isInteger(count) || count < 1)
    throw new OptionError(`shuffledBatches: count: expected an integer ≥ 1, got ${count}.`);
  if (!Number.isInteger(batchSize) || batchSize < 1 || batchSize > count)
    throw new OptionError(
      `shuffledBatches: batchSize: expected an integer from 1 to the ${count} examples there are, got ${batchSize}.`,
    );
  if (!Number.isInteger(from.epoch) || from.epoch < 0 || !Number.isInteger(from.offset) || from.offset < 0)
    throw new OptionError(
      `shuffledBatches: from: expected {epoch ≥ 0, offset ≥ 0}, got ${JSON.stringify(from)}.`,
    );
  if (from.offset > count)
    throw new OptionError(
      `shuffledBatches: from: expected an offset of at most the ${count} examples there are, got ${from.offset}. ` +
        "Is it a position in other data?",
    );
  const orders = rng.fork("epochs");
  for (let { epoch, offset } = from; ; epoch++, offset = 0) {
    const order = orders.fork(epoch).permutation(count);
    for (; offset + batchSize <= count; offset += batchSize)
      yield {
        indices: order.slice(offset, offset + batchSize),
        epoch,
        next: { epoch, offset: offset + batchSize },
      };
  }
}

/** Batches for a training that may be resumed: their place belongs into its snapshot. */
export interface ResumableBatches {
  /** Where the next batch is. What a snapshot holds is written here before the first batch is taken. */
  readonly position: BatchPosition;
  /** The indices of the next batch. */
  next(): Uint32Array;
}

/** shuffledBatches in the order that `seed` decides. @throws OptionError (at the first batch) as shuffledBatches */
export function resumableBatches(count: number, batchSize: number, seed: number): ResumableBatches {
  const position: BatchPosition = { ...firstBatch };
  // Made at the first batch, when a snapshot may have moved the position.
  let batches: Generator<IndexBatch, never, undefined> | undefined;
  return {
    position,
    next() {
      batches ??= shuffledBatches(count, batchSize, new Random(seed), position);
      const { indices, next } = batches.next().value;
      Object.assign(position, next);
      return indices;
    },
  };
}
