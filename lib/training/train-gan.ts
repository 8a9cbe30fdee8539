/** Training a GAN: the dealer learns, the forger learns, over and over. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { compile, type CompiledStep } from "../core/compile";
import { OptionError, ShapeError, TrainingError } from "../core/errors";
import { interruptSignal } from "../core/interrupt";
import { Random } from "../core/random";
import { tf } from "../core/tf";
import { firstBatch, shuffledBatches, type BatchPosition } from "../data/batches";
import { selectImages, type ImageBatch } from "../data/images";
import { imagesToTensor } from "../data/tensors";
import type { Gan } from "../models/gan";
import { readWeights, trainableVariables, writeWeights } from "../models/weights";
import { latentBatch } from "../sampling/latent";
import { Adam } from "./adam";
import { noisyLabels, trainDiscriminatorOneStep, trainGeneratorOneStep } from "./gan-steps";
import { readSnapshot, snapshotFile, writeSnapshot } from "./snapshot";

export interface GanTraining {
  /** Step at which to stop, counted from the first start of the training; without end unless told. */
  steps?: number;
  /** Real images, and as many fakes, in a step. */
  batchSize?: number;
  /** Adam's learning rate for the dealer. */
  discriminatorRate?: number;
  /** Adam's learning rate for the forger. */
  generatorRate?: number;
  /**
   * Adam's memory of past gradients, for both players. Radford et al. 2015 found that 0.9, the usual value and Keras's,
   * makes the game swing, and took 0.5: the players' targets move, so what they learnt long ago misleads them.
   */
  beta1?: number;
  /** The dealer's labels are moved by up to this much towards the wrong answer. */
  labelNoise?: number;
  /** Decides the order of the images, the latent points and the label noise. */
  seed?: number;
  /** Ends the training after the step that is being made. */
  signal?: AbortSignal;
  /** Folder for snapshots. Where it holds one already, the training goes on from there. */
  snapshot?: string;
  /** Steps from one snapshot to the next. */
  snapshotEvery?: number;
}

export const ganTraining = {
  steps: Infinity,
  batchSize: 64,
  discriminatorRate: 3e-4,
  generatorRate: 4e-4,
  beta1: 0.5,
  labelNoise: 0.05,
  seed: 0,
  snapshotEvery: 500,
} satisfies GanTraining;

export interface GanProgress {
  /** Steps made, 1 after the first. */
  step: number;
  /** Thousands of real images shown. */
  kimg: number;
  /** Seconds of training, those before a resumption included. */
  seconds: number;
  discriminatorLoss: number;
  generatorLoss: number;
  /** Mean probability "real" that the dealer gives to real images, in [0, 1]. */
  onReal: number;
  /** The same for fakes; 0.5 means that the dealer is guessing. */
  onFake: number;
}

/**
 * Trains both networks in place and tells of each step:
 *
 *     for await (const { step, generatorLoss } of trainGan(gan, images, { steps: 500 })) …
 *
 * Everything random is derived from `seed` and the step's number, so a training that was killed and resumed from its
 * snapshot has the same weights as one that never stopped, bit for bit on the same backend.
 *
 * `signal` ends the training quietly after its step; so does leaving the loop. The notebook's stop button throws, so that
 * the rest of the cell does not run. In each case the last step is in the snapshot, where there is a folder for one.
 *
 * @param images real images (count, 28, 28, 1) with values in [0, 1]
 * @throws OptionError where an option makes no sense, or the snapshot was made with other ones
 * @throws ShapeError where the images do not fit the discriminator
 * @throws TrainingError where a loss is no longer a number
 */
export async function* trainGan(
  gan: Gan,
  images: ImageBatch,
  options: GanTraining = {},
): AsyncGenerator<GanProgress, void, undefined> {
  const settings = { ...ganTraining, ...options };
  checkSettings(settings);
  checkImages(gan, images);
  const {
    steps,
    batchSize,
    discriminatorRate,
    generatorRate,
    beta1,
    labelNoise,
    seed,
    snapshot,
    snapshotEvery,
  } = settings;
  const interrupted = interruptSignal();
  const discriminatorAdam = new Adam(trainableVariables(gan.discriminator), {
    learningRate: discriminatorRate,
    beta1,
  });
  const generatorAdam = new Adam(trainableVariables(gan.generator), { learningRate: generatorRate, beta1 });
  const takeStep = compileSteps(gan, discriminatorAdam, generatorAdam);
  const state: TrainingState = { step: 0, seconds: 0, position: firstBatch, worthSaving: false };
  const save = async (): Promise<void> => {
    if (snapshot === undefined || !state.worthSaving || state.saved === state.step) return;
    await saveTraining(snapshot, { gan, discriminatorAdam, generatorAdam }, state, settings);
    state.saved = state.step;
  };
  try {
    if (snapshot !== undefined)
      resumeTraining(snapshot, { gan, discriminatorAdam, generatorAdam }, state, settings);
    const rng = new Random(seed);
    const batches = shuffledBatches(images.shape[0], batchSize, rng, state.position);
    while (state.step < steps && settings.signal?.aborted !== true) {
      const started = performance.now();
      const { indices, next } = batches.next().value;
      const progress = await trainOneStep(indices, rng.fork("steps").fork(state.step));
      state.seconds += (performance.now() - started) / 1000;
      state.step++;
      state.position = next;
      state.worthSaving = false;
      checkProgress(progress, state.step, snapshot);
      state.worthSaving = true;
      if (state.step % snapshotEvery === 0) await save();
      yield { step: state.step, kimg: (state.step * batchSize) / 1000, seconds: state.seconds, ...progress };
      // A turn of the event loop: the stop button is heard, what was printed is sent.
      await nextTurn();
      interrupted?.throwIfAborted();
    }
  } finally {
    try {
      await save();
    } finally {
      takeStep.dispose();
      discriminatorAdam.dispose();
      generatorAdam.dispose();
    }
  }

  async function trainOneStep(indices: Uint32Array, random: Random): Promise<StepNumbers> {
    const scalars = tf.tidy(() => {
      const z = (whose: string) => latentBatch(random.fork(whose), batchSize, gan.latentSize);
      return takeStep({
        real: imagesToTensor(selectImages(images, indices)),
        labels: noisyLabels(random.fork("labels"), batchSize, labelNoise),
        zForDealer: z("discriminator"),
        zForForger: z("generator"),
      });
    });
    try {
      const [discriminatorLoss, generatorLoss, onReal, onFake] = await scalars.data<"float32">();
      return { discriminatorLoss, generatorLoss, onReal, onFake } as StepNumbers;
    } finally {
      scalars.dispose();
    }
  }

  function checkProgress(
    { discriminatorLoss, generatorLoss }: StepNumbers,
    step: number,
    folder?: string,
  ): void {
    if (Number.isFinite(discriminatorLoss) && Number.isFinite(generatorLoss)) return;
    throw new TrainingError(
      `trainGan: step ${step}: the losses are no longer numbers (discriminator ${discriminatorLoss}, generator ` +
        `${generatorLoss}). Are the images finite and in [0, 1]? Otherwise lower discriminatorRate (${discriminatorRate}) and ` +
        `generatorRate (${generatorRate}), and start from new weights` +
        (folder === undefined ? "." : `; ${snapshotFile(folder)} still has the last good ones.`),
    );
  }
}

/** All that a step gets from outside. */
type StepInputs = {
  real: tf.Tensor4D;
  labels: tf.Tensor2D;
  zForDealer: tf.Tensor2D;
  zForForger: tf.Tensor2D;
};

/** The two steps of the lecture's schematic, compiled into one; gives StepNumbers in their order, (4). */
function compileSteps(
  gan: Gan,
  discriminatorAdam: Adam,
  generatorAdam: Adam,
): CompiledStep<[StepInputs], tf.Tensor1D> {
  return compile(
    ({ real, labels, zForDealer, zForForger }: StepInputs) => {
      const dealer = trainDiscriminatorOneStep(gan, discriminatorAdam, real, zForDealer, labels);
      const forger = trainGeneratorOneStep(gan, generatorAdam, zForForger);
      return tf.stack([dealer.loss, forger, dealer.onReal, dealer.onFake]) as tf.Tensor1D;
    },
    // Every variable is there, and a resumed training's first step must be like any other to the last bit.
    { name: "trainGan", eagerFirst: false },
  );
}

type StepNumbers = Pick<GanProgress, "discriminatorLoss" | "generatorLoss" | "onReal" | "onFake">;

interface TrainingState {
  step: number;
  seconds: number;
  position: Readonly<BatchPosition>;
  /** The step that the snapshot on disk is of. */
  saved?: number;
  /** False before the first step and once the weights are no numbers: a good snapshot must not be replaced by that. */
  worthSaving: boolean;
}

interface Players {
  gan: Gan;
  discriminatorAdam: Adam;
  generatorAdam: Adam;
}

/** What must be the same when a training goes on: anything else would be another training under the same name. */
const fixed = ["batchSize", "discriminatorRate", "generatorRate", "beta1", "labelNoise", "seed"] as const;
type Settings = typeof ganTraining & GanTraining;

async function saveTraining(
  folder: string,
  players: Players,
  state: TrainingState,
  settings: Settings,
): Promise<void> {
  writeSnapshot(folder, {
    groups: {
      generator: await readWeights(players.gan.generator),
      discriminator: await readWeights(players.gan.discriminator),
      generatorAdam: await players.generatorAdam.read(),
      discriminatorAdam: await players.discriminatorAdam.read(),
    },
    state: {
      step: state.step,
      seconds: state.seconds,
      epoch: state.position.epoch,
      offset: state.position.offset,
      ...Object.fromEntries(fixed.map((name) => [name, settings[name]])),
    },
  });
}

function resumeTraining(folder: string, players: Players, state: TrainingState, settings: Settings): void {
  const found = readSnapshot(folder);
  if (found === undefined) return;
  const origin = snapshotFile(folder);
  for (const name of fixed)
    if (found.state[name] !== settings[name])
      throw new OptionError(
        `snapshot: ${origin} is of a training with ${name} ${found.state[name]}, this one has ${settings[name]}. ` +
          "Use the same value, or another folder.",
      );
  const { generator, discriminator, generatorAdam, discriminatorAdam } = found.groups;
  const nothing = new Map();
  writeWeights(players.gan.generator, generator ?? nothing, origin);
  writeWeights(players.gan.discriminator, discriminator ?? nothing, origin);
  const step = Number(found.state.step);
  players.generatorAdam.write(generatorAdam ?? nothing, step, origin);
  players.discriminatorAdam.write(discriminatorAdam ?? nothing, step, origin);
  state.step = state.saved = step;
  state.seconds = Number(found.state.seconds);
  state.position = { epoch: Number(found.state.epoch), offset: Number(found.state.offset) };
}

function checkSettings(settings: Settings): void {
  const { steps, batchSize, snapshotEvery, seed } = settings;
  for (const [name, value] of Object.entries({
    batchSize,
    snapshotEvery,
    ...(steps === Infinity ? {} : { steps }),
  }))
    if (!Number.isInteger(value) || value < 1)
      throw new OptionError(`trainGan: ${name}: expected a positive whole number, got ${value}.`);
  for (const name of ["discriminatorRate", "generatorRate"] as const)
    if (!(settings[name] > 0 && settings[name] < Infinity))
      throw new OptionError(`trainGan: ${name}: expected a number above 0, got ${settings[name]}.`);
  if (!(settings.beta1 >= 0 && settings.beta1 < 1))
    throw new OptionError(`trainGan: beta1: expected a number from 0 to below 1, got ${settings.beta1}.`);
  if (!(settings.labelNoise >= 0 && settings.labelNoise < 0.5))
    throw new OptionError(
      `trainGan: labelNoise: expected a number from 0 to below 0.5 (at 0.5 labels say nothing), got ${settings.labelNoise}.`,
    );
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new OptionError(`trainGan: seed: expected a whole number from 0 to 2^53 − 1, got ${seed}.`);
}

function checkImages({ discriminator }: Gan, { shape }: ImageBatch): void {
  const expected = discriminator.inputs[0]!.shape.slice(1);
  if (shape.slice(1).join() !== expected.join())
    throw new ShapeError(
      `trainGan: images: expected (count, ${expected.join(", ")}), which the discriminator takes; got (${shape.join(", ")}).`,
    );
}
