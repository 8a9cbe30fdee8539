/** Training a conditional GAN: the dealer judges images together with what they are said to show. */
import { compile, type CompiledStep } from "../core/compile";
import { OptionError, ShapeError } from "../core/errors";
import type { Random } from "../core/random";
import { randomKey, randomNormal, randomUniform, type RandomKey } from "../core/random-ops";
import { tf } from "../core/tf";
import { resumableBatches } from "../data/batches";
import { selectImages, type ImageBatch } from "../data/images";
import { imagesToTensor } from "../data/tensors";
import type { ConditionalGan, Conditioning } from "../models/conditional-gan";
import { savedVariables } from "../models/weights";
import { Adam } from "./adam";
import { augmentImages, type Augmentation } from "./augment";
import {
  trainConditionalDiscriminatorOneStep,
  trainConditionalGeneratorOneStep,
  type ConditionalLoss,
} from "./conditional-gan-steps";
import { checkLabelled, type LabelledImages } from "./train-classifier";
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
import { WeightAverage } from "./weight-average";

export interface ConditionalGanTraining extends LoopOptions {
  /** Real images, and as many fakes, in a step. */
  batchSize?: number;
  loss?: ConditionalLoss;
  /** Adam's learning rate for the dealer. */
  discriminatorRate?: number;
  /** Adam's learning rate for the forger. */
  generatorRate?: number;
  /** Adam's memory of past gradients and of their squares, for both players. */
  beta1?: number;
  beta2?: number;
  /** What is done to every image that the dealer sees, real or fake, in the forger's step too (DiffAugment, Zhao et al. 2020). */
  augmentation?: Augmentation;
  /** What is done to the real images alone: more of the same, such as mirrored photographs. */
  moreData?: Augmentation;
  /** Weight of classMarginLoss in the dealer's loss: real images must fit their own class better than another. */
  classMargin?: number;
  /** Memory of the average of the forger's weights. */
  averageDecay?: number;
}

/** By the way of conditioning; ConditionalGan.conditioning chooses. */
export const conditionalGanTraining = {
  /**
   * trainGan's rates, with the hinge. By the cross-entropy the dealer became certain within 100 steps in most runs, and the forger
   * stayed at black images for the 300 that were tried; by the hinge it left them after 160.
   */
  planes: {
    ...loopDefaults,
    batchSize: 64,
    loss: "hinge",
    discriminatorRate: 3e-4,
    generatorRate: 4e-4,
    beta1: 0.5,
    beta2: 0.999,
    augmentation: {},
    moreData: {},
    classMargin: 1,
    averageDecay: 0.995,
  },
  /** β₁ and β₂ of Miyato et al. 2018; the dealer's rate twice the forger's instead of several steps (Heusel et al. 2017). */
  projection: {
    ...loopDefaults,
    batchSize: 64,
    loss: "hinge",
    discriminatorRate: 4e-4,
    generatorRate: 2e-4,
    beta1: 0,
    beta2: 0.9,
    // Not colours, DiffAugment's other changes: brown water is what tells the classes apart.
    augmentation: { translation: 0.125 },
    moreData: { flip: true, turn: true },
    classMargin: 1,
    averageDecay: 0.998,
  },
} satisfies Record<Conditioning, ConditionalGanTraining>;

export interface ConditionalGanProgress extends LoopProgress {
  discriminatorLoss: number;
  generatorLoss: number;
  /** Mean logit of real images with their labels, and of fakes with theirs: equal where the dealer is guessing. */
  onReal: number;
  onFake: number;
}

/**
 * Trains both networks in place, and `gan.averaged` after them. Seeds, snapshots and the ways to stop are those of runTraining.
 *
 * A fake's class is drawn at random, each as likely as the other, and the dealer is told it, as it is told the class of a
 * photograph. It thus learns which pictures belong to which class from photographs alone, and the forger from the dealer.
 *
 * @param examples images with values in [0, 1], and what they show
 * @throws OptionError where an option makes no sense, or the snapshot was made with other ones
 * @throws ShapeError where the images do not fit the networks, or labels are missing
 * @throws TrainingError where a loss is no longer a number
 */
export async function* trainConditionalGan(
  gan: ConditionalGan,
  { images, labels }: LabelledImages,
  options: ConditionalGanTraining = {},
): AsyncGenerator<ConditionalGanProgress, void, undefined> {
  const settings: Settings = { ...conditionalGanTraining[gan.conditioning], ...options };
  checkSettings(settings);
  checkExamples(gan, images, labels);
  const { batchSize, discriminatorRate, generatorRate, averageDecay, seed } = settings;
  const { generator, discriminator, averaged } = gan;
  const { beta1, beta2 } = settings;
  const players: Players = {
    generatorAdam: new Adam(Object.values(generator.weights), { learningRate: generatorRate, beta1, beta2 }),
    discriminatorAdam: new Adam(Object.values(discriminator.weights), {
      learningRate: discriminatorRate,
      beta1,
      beta2,
    }),
    average: new WeightAverage(
      Object.values(generator.weights),
      averageDecay,
      Object.values(averaged.weights),
    ),
  };
  const takeStep = compileStep(gan, players, settings);
  const batches = resumableBatches(images.shape[0], batchSize, seed);
  try {
    yield* runTraining(
      {
        name: "trainConditionalGan",
        batchSize,
        parts: {
          generator: savedVariables(generator.weights),
          discriminator: savedVariables(discriminator.weights),
          state: savedVariables(discriminator.state),
          ...players,
        },
        fixed: fixedSettings(gan, settings),
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
    for (const player of Object.values(players)) player.dispose();
  }

  async function trainOneStep(_: number, random: Random): Promise<StepNumbers> {
    const indices = batches.next();
    const scalars = tf.tidy(() =>
      takeStep({
        real: imagesToTensor(selectImages(images, indices)),
        labels: tf.tensor1d(Int32Array.from(indices, (i) => labels[i]!), "int32"), // prettier-ignore
        dealerKey: randomKey(random.fork("discriminator")),
        forgerKey: randomKey(random.fork("generator")),
      }),
    );
    return readNumbers(scalars, ["discriminatorLoss", "generatorLoss", "onReal", "onFake"]);
  }
}

type Players = { generatorAdam: Adam; discriminatorAdam: Adam; average: WeightAverage };
type Settings = Required<Omit<ConditionalGanTraining, "signal" | "snapshot">> &
  Pick<ConditionalGanTraining, "signal" | "snapshot">;
type StepNumbers = Pick<ConditionalGanProgress, "discriminatorLoss" | "generatorLoss" | "onReal" | "onFake">;

/** All that a step gets from outside. */
type StepInputs = { real: tf.Tensor4D; labels: tf.Tensor1D; dealerKey: RandomKey; forgerKey: RandomKey };

/** Streams of a key. Those of augmentations come eight at a time. */
const streams = { z: 0, labels: 1, wrong: 2, moreData: 8, augmentReal: 16, augmentFake: 24 };

/** Both steps of the game and the average's, compiled into one; gives StepNumbers in their order, (4). */
function compileStep(
  gan: ConditionalGan,
  { generatorAdam, discriminatorAdam, average }: Players,
  { batchSize, loss, augmentation, moreData, classMargin }: Settings,
): CompiledStep<[StepInputs], tf.Tensor1D> {
  const { generator } = gan;
  const { classes } = generator;
  const drawUpTo = (count: number, key: RandomKey, stream: number) =>
    randomUniform(key, [batchSize], stream).mul(count).floor().cast<tf.Tensor1D>("int32");
  /** Any class but the right one. */
  const drawWrong = (right: tf.Tensor1D, key: RandomKey) =>
    right
      .add(drawUpTo(classes - 1, key, streams.wrong).add(tf.scalar(1, "int32")))
      .mod<tf.Tensor1D>(tf.scalar(classes, "int32"));
  const drawFakes = (key: RandomKey) => ({
    z: randomNormal(key, [batchSize, generator.latentSize], streams.z) as tf.Tensor2D,
    labels: drawUpTo(Math.max(1, classes), key, streams.labels),
  });
  return compile(
    ({ real, labels, dealerKey, forgerKey }: StepInputs) => {
      const fakes = drawFakes(dealerKey);
      const change = (images: tf.Tensor4D, key: RandomKey, stream: number) =>
        augmentImages(images, key, augmentation, stream);
      const shown = tf.concat([
        change(augmentImages(real, dealerKey, moreData, streams.moreData), dealerKey, streams.augmentReal),
        change(generator.generate(fakes.z, fakes.labels), dealerKey, streams.augmentFake),
      ]);
      const dealer = trainConditionalDiscriminatorOneStep(gan, discriminatorAdam, loss, {
        images: shown,
        labels: tf.concat([labels, fakes.labels]),
        ...(classMargin > 0 && classes > 0
          ? { wrong: { labels: drawWrong(labels, dealerKey), weight: classMargin } }
          : {}),
      });
      const forger = trainConditionalGeneratorOneStep(gan, generatorAdam, loss, {
        ...drawFakes(forgerKey),
        change: (images) => change(images, forgerKey, streams.augmentFake),
      });
      average.update();
      return tf.stack([dealer.loss, forger, dealer.onReal, dealer.onFake]) as tf.Tensor1D;
    },
    // Every variable is there, and a resumed training's first step must be like any other to the last bit.
    { name: "trainConditionalGan", eagerFirst: false },
  );
}

/** What a resumed training must have in common with the one that was stopped. */
function fixedSettings({ conditioning, generator }: ConditionalGan, settings: Settings) {
  const { batchSize, loss, discriminatorRate, generatorRate, beta1, beta2, averageDecay, classMargin } =
    settings;
  return {
    ...{ conditioning, classes: generator.classes, batchSize, loss, discriminatorRate, generatorRate },
    ...{ beta1, beta2, averageDecay, classMargin },
    augmentation: JSON.stringify(settings.augmentation),
    moreData: JSON.stringify(settings.moreData),
  };
}

function checkSettings(settings: Settings): void {
  const { batchSize, discriminatorRate, generatorRate, beta1, beta2, loss } = settings;
  checkWhole("trainConditionalGan", { batchSize });
  checkRates("trainConditionalGan", { discriminatorRate, generatorRate });
  checkMemories("trainConditionalGan", { beta1, beta2 });
  if (!(settings.classMargin >= 0 && settings.classMargin < Infinity))
    throw new OptionError(
      `trainConditionalGan: classMargin: expected a number from 0, got ${settings.classMargin}.`,
    );
  if (!["cross-entropy", "hinge"].includes(loss))
    throw new OptionError(
      `trainConditionalGan: loss: expected "cross-entropy" or "hinge", got ${JSON.stringify(loss)}.`,
    );
}

function checkExamples(
  { generator }: ConditionalGan,
  { shape }: ImageBatch,
  labels: ArrayLike<number>,
): void {
  const { classes, imageShape } = generator;
  if (shape.slice(1).join() !== imageShape.join())
    throw new ShapeError(
      `trainConditionalGan: images: expected (count, ${imageShape.join(", ")}), which the generator makes; ` +
        `got (${shape.join(", ")}).`,
    );
  // A network that is not told the class takes any.
  const known = classes === 0 ? Infinity : classes;
  checkLabelled("trainConditionalGan", { count: shape[0], classes: known, labels });
}
