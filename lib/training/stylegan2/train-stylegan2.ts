/** Training a StyleGAN2 with adaptive discriminator augmentation (Karras et al. 2020a, 2020b). */
import { OptionError, ShapeError } from "../../core/errors";
import type { Random } from "../../core/random";
import { randomKey } from "../../core/random-ops";
import { tf } from "../../core/tf";
import { resumableBatches } from "../../data/batches";
import { selectImages, type ImageBatch } from "../../data/images";
import { imagesToTensor } from "../../data/tensors";
import type { Stylegan2 } from "../../models/stylegan2/stylegan2";
import { savedVariables } from "../../models/weights";
import {
  checkRates,
  checkWhole,
  loopDefaults,
  readNumbers,
  runTraining,
  type LoopOptions,
  type LoopProgress,
} from "../training-loop";
import { compileSteps } from "./compiled-steps";
import type { StepInputs } from "./steps";

export interface Stylegan2Training extends LoopOptions {
  /** Real images, and as many fakes, in a step; a multiple of 4. */
  batchSize?: number;
  /** Adam's learning rate of both players. */
  learningRate?: number;
  /** γ of R1; 0.0002 · resolution² / batchSize unless told, the authors' rule. */
  r1Weight?: number;
  /** Steps from one R1 to the next. */
  r1Every?: number;
  pathLengthWeight?: number;
  /** Steps from one path-length regularisation to the next; 0 for never. */
  pathLengthEvery?: number;
  /** Share of batches in which two latent points are mixed. */
  styleMixing?: number;
  /** Half-life of the average's memory, in thousands of images. */
  averageKimg?: number;
  /** The average's memory at the beginning, as a share of the images shown so far. */
  averageRampUp?: number;
  /** E[sign D(x)] that augmentation holds; 0 for no augmentation. */
  augmentTarget?: number;
  /** Thousands of images in which the probability of augmentation can rise from 0 to 1. */
  augmentKimg?: number;
  /** Shows half of the real images mirrored. */
  mirror?: boolean;
}

export const stylegan2Training = {
  ...loopDefaults,
  batchSize: 32,
  learningRate: 0.0025,
  r1Every: 16,
  pathLengthWeight: 2,
  pathLengthEvery: 4,
  styleMixing: 0.9,
  averageKimg: 10,
  averageRampUp: 0.05,
  augmentTarget: 0.6,
  augmentKimg: 100,
  mirror: true as boolean,
} satisfies Stylegan2Training;

export interface Stylegan2Progress extends LoopProgress {
  generatorLoss: number;
  discriminatorLoss: number;
  /** Mean logits for real images and for fakes. */
  onReal: number;
  onFake: number;
  /** E|∇D|² when it was last computed. */
  gradientPenalty: number;
  /** Mean path length when it was last computed. */
  pathLength: number;
  /** Probability of each augmentation. */
  augment: number;
}

/** Steps after which the probability of augmentation is moved. */
const AUGMENT_EVERY = 4;

/**
 * Trains both networks in place, and the average of the generator's weights with them; tells of each step.
 *
 * @param images real images (count, resolution, resolution, 3) in [0, 1]
 * @param labels the class of each image, where the networks have classes
 * @throws OptionError, ShapeError, TrainingError as trainGan
 */
export async function* trainStylegan2(
  networks: Stylegan2,
  images: ImageBatch,
  options: Stylegan2Training & { labels?: ArrayLike<number> } = {},
): AsyncGenerator<Stylegan2Progress, void, undefined> {
  const settings = withRule(networks, { ...stylegan2Training, ...options });
  checkSettings(settings);
  checkData(networks, images, settings.labels);
  const { batchSize, seed, labels, averageKimg, averageRampUp, augmentTarget, augmentKimg } = settings;
  const steps = compileSteps(networks, settings);
  const batches = resumableBatches(images.shape[0], batchSize, seed);
  const state = Object.assign(batches.position, { augment: 0, signs: 0, gradientPenalty: 0, pathLength: 0 });
  try {
    yield* runTraining(
      {
        name: "trainStylegan2",
        batchSize,
        parts: {
          generator: savedVariables(networks.generator.weights),
          average: savedVariables(networks.average.weights),
          discriminator: savedVariables(networks.discriminator.weights),
          generatorAdam: steps.generatorAdam,
          discriminatorAdam: steps.discriminatorAdam,
          pathLength: savedVariables({ mean: steps.meanLength }),
        },
        fixed: fixedSettings(settings),
        state,
        takeStep,
        losses: ["generatorLoss", "discriminatorLoss", "gradientPenalty", "pathLength"],
        limit: 1e6,
        remedy: `Are the images finite and in [0, 1]? Otherwise lower learningRate (${settings.learningRate}) or raise r1Weight (${settings.r1Weight}), and start from new weights`,
      },
      settings,
    );
  } finally {
    steps.dispose();
  }

  async function takeStep(
    step: number,
    random: Random,
  ): Promise<Omit<Stylegan2Progress, keyof LoopProgress>> {
    const indices = batches.next();
    const numbers = tf.tidy(() => {
      const real = steps.prepare(
        imagesToTensor(selectImages(images, indices)),
        randomKey(random.fork("mirror")),
      );
      const inputs = (phase: string): StepInputs => ({
        key: randomKey(random.fork(phase)),
        p: tf.scalar(state.augment),
        ...(labels === undefined ? {} : { labels: drawLabels(random.fork(`${phase} labels`)) }),
      });
      const realInputs = {
        real,
        ...(labels === undefined ? {} : { realLabels: oneHot(Array.from(indices, (i) => labels[i]!)) }),
      };
      const generatorLoss = steps.generator(inputs("generator"));
      const lazy = (every: number) => every > 0 && step % every === 0;
      const pathLength = lazy(settings.pathLengthEvery) ? steps.pathLength(inputs("path length")) : undefined;
      const onDiscriminator = steps.discriminator({ ...inputs("discriminator"), ...realInputs });
      const penalty = lazy(settings.r1Every)
        ? steps.gradientPenalty({ ...inputs("r1"), ...realInputs })
        : undefined;
      steps.follow(tf.scalar(averageDecay(step)));
      return tf.stack([
        generatorLoss,
        ...tf.unstack(onDiscriminator),
        penalty ?? tf.scalar(state.gradientPenalty),
        pathLength ?? tf.scalar(state.pathLength),
      ]);
    });
    const { realSign, ...told } = await readNumbers(numbers, [
      "generatorLoss",
      "discriminatorLoss",
      "realSign",
      "onReal",
      "onFake",
      "gradientPenalty",
      "pathLength",
    ]);
    state.gradientPenalty = told.gradientPenalty;
    state.pathLength = told.pathLength;
    adaptAugmentation(step, realSign);
    return { ...told, augment: state.augment };
  }

  /** p rises while the discriminator is surer of the real images than the target, and falls while it is less sure. */
  function adaptAugmentation(step: number, realSign: number): void {
    if (augmentTarget === 0) return;
    state.signs += realSign;
    if ((step + 1) % AUGMENT_EVERY !== 0) return;
    const move = (batchSize * AUGMENT_EVERY) / (augmentKimg * 1000);
    const direction = Math.sign(state.signs / AUGMENT_EVERY - augmentTarget);
    state.augment = Math.min(1, Math.max(0, state.augment + direction * move));
    state.signs = 0;
  }

  function averageDecay(step: number): number {
    const shown = (step * batchSize) / 1000;
    const halfLife = Math.min(averageKimg, shown * averageRampUp);
    return 0.5 ** (batchSize / 1000 / Math.max(halfLife, 1e-8));
  }

  function oneHot(classes: number[]): tf.Tensor2D {
    return tf.oneHot(tf.tensor1d(classes, "int32"), networks.sizes.classes).cast("float32");
  }

  /** Labels of random real images: fakes are as often of a class as these. */
  function drawLabels(random: Random): tf.Tensor2D {
    const count = images.shape[0];
    return oneHot(Array.from({ length: batchSize }, () => labels![random.integer(count)]!));
  }
}

type Settings = Required<Omit<Stylegan2Training, "signal" | "snapshot">> &
  Pick<Stylegan2Training, "signal" | "snapshot"> & { labels?: ArrayLike<number> };

function withRule(
  { sizes: { resolution } }: Stylegan2,
  settings: Omit<Settings, "r1Weight"> & { r1Weight?: number },
): Settings {
  return { r1Weight: (0.0002 * resolution ** 2) / settings.batchSize, ...settings };
}

/** What makes another training of it; the labels belong to the data. */
function fixedSettings(settings: Settings): Record<string, number | boolean> {
  const free = ["signal", "snapshot", "snapshotEvery", "steps", "seed", "labels"];
  return Object.fromEntries(
    Object.entries(settings).filter((entry): entry is [string, number | boolean] => !free.includes(entry[0])),
  );
}

function checkSettings(settings: Settings): void {
  const { batchSize, r1Every, learningRate, r1Weight, pathLengthWeight, averageKimg, augmentKimg } = settings;
  checkWhole("trainStylegan2", { batchSize, r1Every });
  if (batchSize % 4 !== 0)
    throw new OptionError(
      `trainStylegan2: batchSize: expected a multiple of 4 (images are judged in groups of 4), got ${batchSize}.`,
    );
  checkRates("trainStylegan2", { learningRate, r1Weight, pathLengthWeight, averageKimg, augmentKimg });
  for (const name of ["styleMixing", "augmentTarget"] as const)
    if (!(settings[name] >= 0 && settings[name] <= 1))
      throw new OptionError(`trainStylegan2: ${name}: expected a number from 0 to 1, got ${settings[name]}.`);
  if (!Number.isInteger(settings.pathLengthEvery) || settings.pathLengthEvery < 0)
    throw new OptionError(
      `trainStylegan2: pathLengthEvery: expected a whole number from 0 (never), got ${settings.pathLengthEvery}.`,
    );
}

function checkData(
  { sizes: { resolution, classes } }: Stylegan2,
  { shape }: ImageBatch,
  labels: ArrayLike<number> | undefined,
): void {
  if (shape.slice(1).join() !== [resolution, resolution, 3].join())
    throw new ShapeError(
      `trainStylegan2: images: expected (count, ${resolution}, ${resolution}, 3), which the networks are built for; got (${shape.join(", ")}).`,
    );
  if ((labels === undefined) !== (classes === 0))
    throw new OptionError(
      classes === 0
        ? "trainStylegan2: labels: the networks have no classes. Build them with classes, or leave the labels out."
        : `trainStylegan2: labels: expected a class from 0 to ${classes - 1} for each image, got none.`,
    );
  if (labels === undefined) return;
  if (labels.length !== shape[0])
    throw new ShapeError(
      `trainStylegan2: labels: expected ${shape[0]}, one for each image, got ${labels.length}.`,
    );
  const wrong = Array.from(labels).find(
    (label) => !(Number.isInteger(label) && label >= 0 && label < classes),
  );
  if (wrong !== undefined)
    throw new OptionError(`trainStylegan2: labels: expected classes from 0 to ${classes - 1}, got ${wrong}.`);
}
