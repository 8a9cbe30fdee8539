/** What every training has in common: it tells of each step, stops when asked, and goes on from its snapshot. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { OptionError, TrainingError } from "../core/errors";
import { interruptSignal } from "../core/interrupt";
import { Random } from "../core/random";
import type { NamedTensor } from "../core/safetensors";
import type { tf } from "../core/tf";
import { readSnapshot, snapshotFile, writeSnapshot } from "./snapshot";

export interface LoopOptions {
  /** Step at which to stop, counted from the first start of the training; without end unless told. */
  steps?: number;
  /** Decides everything random in the training. */
  seed?: number;
  /** Ends the training after the step that is being made. */
  signal?: AbortSignal;
  /** Folder for snapshots. Where it holds one already, the training goes on from there. */
  snapshot?: string;
  /** Steps from one snapshot to the next. */
  snapshotEvery?: number;
}

export const loopDefaults = { steps: Infinity, seed: 0, snapshotEvery: 500 } satisfies LoopOptions;

export interface LoopProgress {
  /** Steps made, 1 after the first. */
  step: number;
  /** Thousands of real examples shown. */
  kimg: number;
  /** Seconds of training, those before a resumption included. */
  seconds: number;
}

/** Something whose state goes into the snapshot: a network, an optimiser. */
export interface SavedPart {
  read(): Promise<ReadonlyMap<string, NamedTensor>>;
  /** @throws DataError where the tensors are of something else; `origin` is the file they come from */
  write(tensors: ReadonlyMap<string, NamedTensor>, origin: string): void;
}

export interface Training<Values> {
  /** The trainer's name, for errors. */
  name: string;
  /** Real examples a step shows, for kimg. */
  batchSize: number;
  parts: Record<string, SavedPart>;
  /** What must be the same when a training goes on: anything else would be another training under the same name. */
  fixed: Record<string, number | string | boolean>;
  /** Numbers that change in the course of the training; the loop saves them and puts them back, in place. */
  state?: Record<string, number>;
  /**
   * One step. All it draws must come from `random`, which is a function of the seed and the step's number (counted from 0):
   * then a resumed training takes the very steps of one that never stopped.
   */
  takeStep(step: number, random: Random): Promise<Values>;
  /** The values that must stay numbers, and below `limit` in size. */
  losses: readonly (keyof Values & string)[];
  limit?: number;
  /** What to do where they do not: "lower learningRate (0.01)". */
  remedy: string;
}

/**
 * Runs a training step by step. `signal` ends it quietly after its step; so does leaving the loop. The notebook's stop button
 * throws, so that the rest of the cell does not run. In each case the last step is in the snapshot, where there is a folder for one.
 *
 * @throws OptionError where an option makes no sense, or the snapshot was made with other ones
 * @throws TrainingError where a loss is no longer a number, or beyond its limit
 */
export async function* runTraining<Values extends object>(
  training: Training<Values>,
  options: LoopOptions,
): AsyncGenerator<LoopProgress & Values, void, undefined> {
  const { steps, seed, snapshot, snapshotEvery, signal } = { ...loopDefaults, ...options };
  checkLoopOptions(training.name, { steps, seed, snapshotEvery });
  const interrupted = interruptSignal();
  const place: Place = { step: 0, seconds: 0 };
  // False before the first step and once the weights are no numbers: a good snapshot must not be replaced by that.
  let worthSaving = false;
  const save = async (): Promise<void> => {
    if (snapshot === undefined || !worthSaving || place.saved === place.step) return;
    await saveTraining(snapshot, training, place, seed);
    place.saved = place.step;
  };
  const random = new Random(seed).fork("steps");
  try {
    if (snapshot !== undefined) resumeTraining(snapshot, training, place, seed);
    while (place.step < steps && signal?.aborted !== true) {
      const started = performance.now();
      worthSaving = false;
      const values = await training.takeStep(place.step, random.fork(place.step));
      place.seconds += (performance.now() - started) / 1000;
      place.step++;
      checkLosses(training, values, place.step, snapshot);
      worthSaving = true;
      if (place.step % snapshotEvery === 0) await save();
      yield {
        step: place.step,
        kimg: (place.step * training.batchSize) / 1000,
        seconds: place.seconds,
        ...values,
      };
      // A turn of the event loop: the stop button is heard, what was printed is sent.
      await nextTurn();
      interrupted?.throwIfAborted();
    }
  } finally {
    await save();
  }
}

interface Place {
  step: number;
  seconds: number;
  /** The step that the snapshot on disk is of. */
  saved?: number;
}

async function saveTraining<Values>(
  folder: string,
  { parts, fixed, state }: Training<Values>,
  { step, seconds }: Place,
  seed: number,
): Promise<void> {
  const groups: Record<string, ReadonlyMap<string, NamedTensor>> = {};
  for (const [name, part] of Object.entries(parts)) groups[name] = await part.read();
  writeSnapshot(folder, { groups, state: { step, seconds, ...state, ...fixed, seed } });
}

function resumeTraining<Values>(
  folder: string,
  { parts, fixed, state }: Training<Values>,
  place: Place,
  seed: number,
): void {
  const found = readSnapshot(folder);
  if (found === undefined) return;
  const origin = snapshotFile(folder);
  for (const [name, value] of Object.entries({ ...fixed, seed }))
    if (found.state[name] !== value)
      throw new OptionError(
        `snapshot: ${origin} is of a training with ${name} ${found.state[name]}, this one has ${value}. ` +
          "Use the same value, or another folder.",
      );
  for (const [name, part] of Object.entries(parts)) part.write(found.groups[name] ?? new Map(), origin);
  for (const name of Object.keys(state ?? {})) state![name] = Number(found.state[name]);
  place.step = place.saved = Number(found.state.step);
  place.seconds = Number(found.state.seconds);
}

function checkLosses<Values>(
  { name, losses, limit = Infinity, remedy }: Training<Values>,
  values: Values,
  step: number,
  folder?: string,
): void {
  const bad = losses.filter((loss) => !(Math.abs(Number(values[loss])) < limit));
  if (bad.length === 0) return;
  const numbers = losses.map((loss) => `${loss} ${String(values[loss])}`).join(", ");
  const what = bad.some((loss) => !Number.isFinite(values[loss]))
    ? "the losses are no longer numbers"
    : `the losses explode (beyond ${limit})`;
  throw new TrainingError(
    `${name}: step ${step}: ${what} (${numbers}). ${remedy}` +
      (folder === undefined ? "." : `; ${snapshotFile(folder)} still has the last good ones.`),
  );
}

function checkLoopOptions(
  name: string,
  { steps, seed, snapshotEvery }: { steps: number; seed: number; snapshotEvery: number },
): void {
  checkWhole(name, { snapshotEvery, ...(steps === Infinity ? {} : { steps }) });
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new OptionError(`${name}: seed: expected a whole number from 0 to 2^53 − 1, got ${seed}.`);
}

/** @throws OptionError where one of them is no positive whole number */
export function checkWhole(name: string, values: Record<string, number>): void {
  for (const [option, value] of Object.entries(values))
    if (!Number.isInteger(value) || value < 1)
      throw new OptionError(`${name}: ${option}: expected a positive whole number, got ${value}.`);
}

/** @throws OptionError where one of them is no number above 0 */
export function checkRates(name: string, rates: Record<string, number>): void {
  for (const [option, rate] of Object.entries(rates))
    if (!(rate > 0 && rate < Infinity))
      throw new OptionError(`${name}: ${option}: expected a number above 0, got ${rate}.`);
}

/** @throws OptionError where one of them is no number from 0 to below 1, as Adam's memories are */
export function checkMemories(name: string, memories: Record<string, number>): void {
  for (const [option, memory] of Object.entries(memories))
    if (!(memory >= 0 && memory < 1))
      throw new OptionError(`${name}: ${option}: expected a number from 0 to below 1, got ${memory}.`);
}

/** The numbers that a compiled step gave, by name; disposes of the tensor they came in, (names.length). */
export async function readNumbers<Name extends string>(
  numbers: tf.Tensor,
  names: readonly Name[],
): Promise<Record<Name, number>> {
  try {
    const values = await numbers.data<"float32">();
    return Object.fromEntries(names.map((name, i) => [name, values[i]!])) as Record<Name, number>;
  } finally {
    numbers.dispose();
  }
}
