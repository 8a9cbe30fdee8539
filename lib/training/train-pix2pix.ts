/** Training pix2pix to colour photographs: the discriminator learns, the generator learns, over and over. */
import { compile, type CompiledStep } from "../core/compile";
import { OptionError, ShapeError } from "../core/errors";
import type { Random } from "../core/random";
import { randomKey, type RandomKey } from "../core/random-ops";
import { tf } from "../core/tf";
import { resumableBatches } from "../data/batches";
import { selectImages, type ImageBatch } from "../data/images";
import { rgbTensorToLab } from "../data/lab-tensor";
import { imagesToTensor } from "../data/tensors";
import { scaleColours, scaleLightness, type Pix2pix } from "../models/pix2pix";
import { savedNetwork, trainableVariables } from "../models/weights";
import { Adam } from "./adam";
import { trainColouristOneStep, trainPatchDiscriminatorOneStep } from "./pix2pix-steps";
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

export interface Pix2pixTraining extends LoopOptions {
  /** Photographs in a step. The paper takes one; more make better use of the machine, and nothing here depends on it. */
  batchSize?: number;
  /** Adam's learning rate, for both players. */
  learningRate?: number;
  /** Adam's memory of past gradients, for both players. */
  beta1?: number;
  /** Weight of the discriminator's opinion in the generator's loss. 0: L1 alone, and the discriminator stays as it is. */
  adversarialWeight?: number;
  /** Weight λ of L1 in the generator's loss. */
  l1Weight?: number;
}

export const pix2pixTraining = {
  ...loopDefaults,
  batchSize: 16,
  learningRate: 2e-4,
  beta1: 0.5,
  adversarialWeight: 1,
  l1Weight: 100,
} satisfies Pix2pixTraining;

export interface Pix2pixProgress extends LoopProgress {
  /** Halved, as it is minimised; ln 2 ≈ 0.69 means that the discriminator guesses. 0 where it takes no part. */
  discriminatorLoss: number;
  /** −ln of the probability "real" that the discriminator gives to the fakes' patches; 0 where it takes no part. */
  adversarialLoss: number;
  /** Mean |fake − truth| of a and b, in units of 110. */
  l1: number;
}

/**
 * Trains both networks in place and tells of each step, in which (Isola et al. 2017, section 3.3) the discriminator is shown
 * real and fake colours of the same photographs, and then the generator moves to deceive it, weight `adversarialWeight`, and to
 * meet the truth, weight `l1Weight`. The dropout's masks come from `seed` and the step's number, so that a training which was killed
 * and resumed from its snapshot has the same weights as one that never stopped, bit for bit on the same backend.
 *
 *     for await (const { step, l1 } of trainPix2pix(networks, photos, { steps: 500 })) …
 *
 * @param photos coloured photographs (count, height, width, 3), red, green and blue in [0, 1]; sides that are multiples of 2^levels
 * @throws OptionError where an option makes no sense, or the snapshot was made with other ones
 * @throws ShapeError where the photographs do not fit the generator
 * @throws TrainingError where a loss is no longer a number
 */
export async function* trainPix2pix(
  networks: Pix2pix,
  photos: ImageBatch,
  options: Pix2pixTraining = {},
): AsyncGenerator<Pix2pixProgress, void, undefined> {
  const settings = { ...pix2pixTraining, ...options };
  checkSettings(settings);
  checkPhotos(networks, photos);
  const { batchSize, learningRate, beta1, adversarialWeight, l1Weight, seed } = settings;
  const generatorAdam = new Adam(trainableVariables(networks.generator), { learningRate, beta1 });
  const discriminatorAdam = new Adam(trainableVariables(networks.discriminator), { learningRate, beta1 });
  const takeStep = compileStep(networks, generatorAdam, discriminatorAdam, settings);
  const batches = resumableBatches(photos.shape[0], batchSize, seed);
  try {
    yield* runTraining(
      {
        name: "trainPix2pix",
        batchSize,
        parts: {
          generator: savedNetwork(networks.generator),
          discriminator: savedNetwork(networks.discriminator),
          generatorAdam,
          discriminatorAdam,
        },
        fixed: { batchSize, learningRate, beta1, adversarialWeight, l1Weight },
        state: batches.position,
        takeStep: trainOneStep,
        losses: ["discriminatorLoss", "adversarialLoss", "l1"],
        remedy:
          "Are the photographs finite and in [0, 1]? " +
          `Otherwise lower learningRate (${learningRate}), and start from new weights`,
      },
      settings,
    );
  } finally {
    takeStep.dispose();
    generatorAdam.dispose();
    discriminatorAdam.dispose();
  }

  async function trainOneStep(_: number, random: Random): Promise<StepNumbers> {
    const indices = batches.next();
    const scalars = tf.tidy(() => {
      const key = randomKey(random.fork("dropout"));
      return takeStep({ rgb: imagesToTensor(selectImages(photos, indices)), key });
    });
    return readNumbers(scalars, ["discriminatorLoss", "adversarialLoss", "l1"]);
  }
}

type StepNumbers = Pick<Pix2pixProgress, "discriminatorLoss" | "adversarialLoss" | "l1">;
type StepInputs = { rgb: tf.Tensor4D; key: RandomKey };
type Settings = typeof pix2pixTraining & Pix2pixTraining;

/** One step of each player, compiled into one; gives StepNumbers in their order, (3). */
function compileStep(
  networks: Pix2pix,
  generatorAdam: Adam,
  discriminatorAdam: Adam,
  weights: Pick<Settings, "adversarialWeight" | "l1Weight">,
): CompiledStep<[StepInputs], tf.Tensor1D> {
  return compile(
    ({ rgb, key }: StepInputs) => {
      const [l, a, b] = tf.split(rgbTensorToLab(rgb), 3, 3) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
      const pair = { lightness: scaleLightness(l), truth: scaleColours(tf.concat([a, b], 3)), key };
      const dealer =
        weights.adversarialWeight === 0
          ? tf.scalar(0)
          : trainPatchDiscriminatorOneStep(networks, discriminatorAdam, pair);
      const forger = trainColouristOneStep(networks, generatorAdam, pair, weights);
      return tf.stack([dealer, forger.adversarialLoss, forger.l1]) as tf.Tensor1D;
    },
    // Every variable is there, and a resumed training's first step must be like any other to the last bit.
    { name: "trainPix2pix", eagerFirst: false },
  );
}

function checkSettings(settings: Settings): void {
  const { batchSize, learningRate, beta1, adversarialWeight, l1Weight } = settings;
  checkWhole("trainPix2pix", { batchSize });
  checkRates("trainPix2pix", { learningRate });
  checkMemories("trainPix2pix", { beta1 });
  for (const [name, weight] of Object.entries({ adversarialWeight, l1Weight }))
    if (!(weight >= 0 && weight < Infinity))
      throw new OptionError(`trainPix2pix: ${name}: expected a number of at least 0, got ${weight}.`);
  if (adversarialWeight === 0 && l1Weight === 0)
    throw new OptionError("trainPix2pix: with both weights 0 there is nothing to learn.");
}

function checkPhotos({ generator }: Pix2pix, { shape }: ImageBatch): void {
  const levels = generator.layers.filter(({ name }) => /^down\d+$/.test(name)).length;
  const multiple = 2 ** levels;
  const [, height, width, channels] = shape;
  if (channels !== 3 || height % multiple !== 0 || width % multiple !== 0)
    throw new ShapeError(
      `trainPix2pix: photos: expected (count, height, width, 3) with sides that are multiples of ${multiple} ` +
        `(the generator halves ${levels} times), got (${shape.join(", ")}).`,
    );
}
