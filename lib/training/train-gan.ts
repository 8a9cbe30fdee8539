/** Training a GAN: the dealer learns, the forger learns, over and over. */
import { compile, type CompiledStep } from "../core/compile";
import { OptionError, ShapeError } from "../core/errors";
import type { Random } from "../core/random";
import { tf } from "../core/tf";
import { resumableBatches } from "../data/batches";
import { selectImages, type ImageBatch } from "../data/images";
import { imagesToTensor } from "../data/tensors";
import type { Gan } from "../models/gan";
import { savedNetwork, trainableVariables } from "../models/weights";
import { latentBatch } from "../sampling/latent";
import { Adam } from "./adam";
import { noisyLabels, trainDiscriminatorOneStep, trainGeneratorOneStep } from "./gan-steps";
import {
  checkMemories,
  checkRates,
  checkWhole,
  loopDefaults,
  readNumbers,
  runTraining,
  type LoopOptions,
  type LoopProgress,
} from "./training-loop";

export interface GanTraining extends LoopOptions {
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
}

export const ganTraining = {
  ...loopDefaults,
  batchSize: 64,
  discriminatorRate: 3e-4,
  generatorRate: 4e-4,
  beta1: 0.5,
  labelNoise: 0.05,
} satisfies GanTraining;

export interface GanProgress extends LoopProgress {
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
  const { batchSize, discriminatorRate, generatorRate, beta1, labelNoise, seed } = settings;
  const discriminatorAdam = new Adam(trainableVariables(gan.discriminator), {
    learningRate: discriminatorRate,
    beta1,
  });
  const generatorAdam = new Adam(trainableVariables(gan.generator), { learningRate: generatorRate, beta1 });
  const takeStep = compileSteps(gan, discriminatorAdam, generatorAdam);
  const batches = resumableBatches(images.shape[0], batchSize, seed);
  try {
    yield* runTraining(
      {
        name: "trainGan",
        batchSize,
        parts: {
          generator: savedNetwork(gan.generator),
          discriminator: savedNetwork(gan.discriminator),
          generatorAdam,
          discriminatorAdam,
        },
        fixed: { batchSize, discriminatorRate, generatorRate, beta1, labelNoise },
        state: batches.position,
        takeStep: trainOneStep,
        losses: ["discriminatorLoss", "generatorLoss"],
        remedy:
          `Are the images finite and in [0, 1]? Otherwise lower discriminatorRate (${discriminatorRate}) and ` +
          `generatorRate (${generatorRate}), and start from new weights`,
      },
      settings,
    );
  } finally {
    takeStep.dispose();
    discriminatorAdam.dispose();
    generatorAdam.dispose();
  }

  async function trainOneStep(_: number, random: Random): Promise<StepNumbers> {
    const indices = batches.next();
    const scalars = tf.tidy(() => {
      const z = (whose: string) => latentBatch(random.fork(whose), batchSize, gan.latentSize);
      return takeStep({
        real: imagesToTensor(selectImages(images, indices)),
        labels: noisyLabels(random.fork("labels"), batchSize, labelNoise),
        zForDealer: z("discriminator"),
        zForForger: z("generator"),
      });
    });
    return readNumbers(scalars, ["discriminatorLoss", "generatorLoss", "onReal", "onFake"]);
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

type Settings = typeof ganTraining & GanTraining;

function checkSettings(settings: Settings): void {
  const { batchSize, discriminatorRate, generatorRate } = settings;
  checkWhole("trainGan", { batchSize });
  checkRates("trainGan", { discriminatorRate, generatorRate });
  checkMemories("trainGan", { beta1: settings.beta1 });
  if (!(settings.labelNoise >= 0 && settings.labelNoise < 0.5))
    throw new OptionError(
      `trainGan: labelNoise: expected a number from 0 to below 0.5 (at 0.5 labels say nothing), got ${settings.labelNoise}.`,
    );
}

function checkImages({ discriminator }: Gan, { shape }: ImageBatch): void {
  const expected = discriminator.inputs[0]!.shape.slice(1);
  if (shape.slice(1).join() !== expected.join())
    throw new ShapeError(
      `trainGan: images: expected (count, ${expected.join(", ")}), which the discriminator takes; got (${shape.join(", ")}).`,
    );
}
