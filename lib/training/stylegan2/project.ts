/**
 * Projection: which w makes this image? (Karras et al. 2020, appendix D.) Steps down the gradient of the distance between the
 * generator's image and the target, with respect to w and to the noise. An image that the generator made is found again; one of
 * another kind is not, for a generator cannot generate everything.
 */
import { compile } from "../../core/compile";
import { OptionError, ShapeError } from "../../core/errors";
import { Random } from "../../core/random";
import { randomKey, randomNormal, type RandomKey } from "../../core/random-ops";
import { tf } from "../../core/tf";
import {
  countStyles,
  mapLatents,
  type Stylegan2Generator,
  synthesize,
} from "../../models/stylegan2/generator";
import { savedVariables } from "../../models/weights";
import { Adam } from "../adam";
import {
  checkWhole,
  loopDefaults,
  readNumbers,
  runTraining,
  type LoopOptions,
  type LoopProgress,
} from "../training-loop";

export interface ProjectionOptions extends LoopOptions {
  /** Adam's learning rate at its height; it rises in the first 5 % of the steps and falls in the last 25 %. */
  learningRate?: number;
  /** Noise on w at the beginning, in deviations of w; gone after 75 % of the steps. */
  styleNoise?: number;
  /** Weight of the noise's regularisation, which keeps the image out of it. */
  noiseWeight?: number;
  /**
   * Looks for the noise, too, as the authors do. Otherwise the noise is the generator's own fixed one, and w alone must make the
   * image: which it can where the generator made it with that noise.
   */
  moveNoise?: boolean;
  /** Latent points whose w give the start (their mean) and the scale (their deviation). */
  samples?: number;
  /**
   * What images are compared by: numbers (batch, …) of images (batch, side, side, 3) in [0, 1]. Unless told, the pixels at every
   * resolution down to 4. The authors take features of a network that was trained to see (LPIPS).
   */
  features?: (images: tf.Tensor4D) => tf.Tensor[];
  /** The class, where the generator has some. */
  label?: number;
}

export const projectionDefaults = {
  ...loopDefaults,
  steps: 1000,
  learningRate: 0.1,
  styleNoise: 0.05,
  noiseWeight: 1e5,
  moveNoise: true as boolean,
  samples: 10_000,
} satisfies ProjectionOptions;

export interface ProjectionProgress extends LoopProgress {
  /** Between the image of w and the target: mean over all compared numbers of their squared difference. */
  distance: number;
  /** How much the noise looks like an image. */
  noiseLoss: number;
}

/** What is looked for; the caller disposes of it with disposeProjection. */
export interface Projection {
  generator: Stylegan2Generator;
  /** (1, styleSize) */
  w: tf.Variable<tf.Rank.R2>;
  /** The noise of each layer, by its name in the generator's weights; none where the generator's own is kept. */
  noise: Readonly<Record<string, tf.Variable>>;
  /** Root of E |w − w̄|². */
  deviation: tf.Scalar;
}

/** Starts a projection at the mean of many w. */
export function buildProjection(generator: Stylegan2Generator, options: ProjectionOptions = {}): Projection {
  const { samples, seed, label, moveNoise } = { ...projectionDefaults, ...options };
  checkWhole("projectImage", { samples });
  const { latentSize, classes } = generator.sizes;
  if (classes > 0 && !(Number.isInteger(label) && label! >= 0 && label! < classes))
    throw new OptionError(`projectImage: label: expected a class from 0 to ${classes - 1}, got ${label}.`);
  const random = new Random(seed).fork("projection");
  const z = random.fork("samples").normals(samples * latentSize);
  const { mean, deviation } = tf.tidy(() => {
    const labels =
      classes > 0
        ? tf.oneHot(tf.fill([samples], label!, "int32"), classes).cast<tf.Tensor2D>("float32")
        : undefined;
    const w = mapLatents(generator, tf.tensor2d(z, [samples, latentSize]), labels);
    const center = w.mean<tf.Tensor2D>(0, true);
    return { mean: center.clone(), deviation: w.sub(center).square().sum(1).mean<tf.Scalar>().sqrt() };
  });
  const w = tf.variable(mean);
  mean.dispose();
  const noise: Record<string, tf.Variable> = {};
  for (const [name, { shape, size }] of Object.entries(generator.weights))
    if (moveNoise && name.endsWith(".noise"))
      noise[name] = tf.tidy(() => tf.variable(tf.tensor(random.fork(name).normals(size), shape)));
  return { generator, w, noise, deviation };
}

export function disposeProjection({ w, noise, deviation }: Projection): void {
  tf.dispose([w, noise, deviation]);
}

const noiseSource = (noise: Projection["noise"]) => (Object.keys(noise).length > 0 ? noise : "fixed");

/** The image of w, (1, resolution, resolution, 3) in [0, 1]. The caller disposes of it. */
export function projectedImage({ generator, w, noise }: Projection): tf.Tensor4D {
  return tf.tidy(() => {
    const styles = new Array<tf.Tensor2D>(countStyles(generator.sizes)).fill(w);
    return synthesize(generator, styles, noiseSource(noise)).add(1).div(2).clipByValue(0, 1) as tf.Tensor4D;
  });
}

/**
 * Moves the projection's w and noise towards the target, and tells of each step. Snapshots and seeds as in other trainings.
 *
 * @param target (1, resolution, resolution, 3) in [0, 1]
 * @throws ShapeError where the target is not of the generator's size
 */
export async function* projectImage(
  projection: Projection,
  target: tf.Tensor4D,
  options: ProjectionOptions = {},
): AsyncGenerator<ProjectionProgress, void, undefined> {
  const settings = { ...projectionDefaults, ...options };
  const { generator, w, noise, deviation } = projection;
  const { resolution } = generator.sizes;
  if (target.shape.join() !== [1, resolution, resolution, 3].join())
    throw new ShapeError(
      `projectImage: target: expected (1, ${resolution}, ${resolution}, 3), got (${target.shape.join(", ")}).`,
    );
  const features = settings.features ?? pyramid;
  const wanted = tf.tidy(() => features(target.clone()));
  const moved: Record<string, tf.Variable> = { w, ...noise };
  // Its steps are scaled afterwards: the rate changes from step to step, and is a number of the compiled step's call.
  const adam = new Adam(Object.values(moved), { learningRate: 1 });
  const takeStep = compile(
    (rate: tf.Scalar, styleNoise: tf.Scalar, key: RandomKey) => {
      const before = Object.values(moved).map((variable) => variable.clone());
      let numbers: tf.Tensor | undefined;
      adam.minimize(() => {
        const noisy = w.add<tf.Tensor2D>(randomNormal(key, w.shape).mul(styleNoise));
        const styles = new Array<tf.Tensor2D>(countStyles(generator.sizes)).fill(noisy);
        const image = synthesize(generator, styles, noiseSource(noise))
          .add<tf.Tensor4D>(1)
          .div<tf.Tensor4D>(2);
        const distance = distanceBetween(features(image), wanted);
        const noiseLoss = noiseRegularisation(Object.values(noise));
        numbers = tf.keep(tf.stack([distance, noiseLoss]));
        return distance.add(noiseLoss.mul(settings.noiseWeight));
      });
      Object.values(moved).forEach((variable, i) => {
        variable.assign(before[i]!.add(variable.sub(before[i]!).mul(rate)));
      });
      for (const variable of Object.values(noise)) variable.assign(normalised(variable));
      const result = numbers!.clone();
      numbers!.dispose();
      return result as tf.Tensor1D;
    },
    { name: "projectImage", eagerFirst: false },
  );
  try {
    yield* runTraining(
      {
        name: "projectImage",
        batchSize: 1,
        parts: {
          adam,
          projection: savedVariables(moved),
        },
        fixed: {
          learningRate: settings.learningRate,
          styleNoise: settings.styleNoise,
          moveNoise: Object.keys(noise).length > 0,
        },
        takeStep: async (step, random) => {
          const { rate, styleNoise } = schedule(step / settings.steps, settings);
          const numbers = tf.tidy(() =>
            takeStep(tf.scalar(rate), deviation.mul(styleNoise), randomKey(random)),
          );
          return readNumbers(numbers, ["distance", "noiseLoss"]);
        },
        losses: ["distance", "noiseLoss"],
        remedy: `Is the target finite and in [0, 1]? Otherwise lower learningRate (${settings.learningRate})`,
      },
      settings,
    );
  } finally {
    takeStep.dispose();
    adam.dispose();
    tf.dispose(wanted);
  }
}

/**
 * Rate and noise at time t from 0 to 1: the rate rises linearly in the first 5 % and falls as half a cosine in the last 25 %; the
 * noise falls quadratically and is 0 from 75 % on.
 */
export function schedule(
  t: number,
  { learningRate, styleNoise }: { learningRate: number; styleNoise: number },
): { rate: number; styleNoise: number } {
  const fall = 0.5 - 0.5 * Math.cos(Math.PI * Math.min(1, (1 - t) / 0.25));
  return {
    rate: learningRate * fall * Math.min(1, t / 0.05),
    styleNoise: styleNoise * Math.max(0, 1 - t / 0.75) ** 2,
  };
}

/** The images at every resolution down to 4, each half of the one before. */
function pyramid(images: tf.Tensor4D): tf.Tensor[] {
  const levels = [images];
  while (levels.at(-1)!.shape[1] > 4) levels.push(tf.avgPool(levels.at(-1)!, 2, 2, "valid"));
  return levels;
}

/** Sum over the features' layers of the mean squared difference. */
export function distanceBetween(a: readonly tf.Tensor[], b: readonly tf.Tensor[]): tf.Scalar {
  return tf.tidy(() =>
    a
      .map((each, i) => each.sub(b[i]!).square().mean<tf.Scalar>())
      .reduce((sum, each) => sum.add<tf.Scalar>(each)),
  );
}

/** Squared products of neighbours, at every resolution down to 8: noise in which neighbours are alike is a picture. */
function noiseRegularisation(planes: readonly tf.Tensor[]): tf.Scalar {
  const terms: tf.Scalar[] = [tf.scalar(0)];
  for (const plane of planes) {
    let x: tf.Tensor4D = plane.reshape([1, plane.shape[0], plane.shape[1]!, 1]);
    for (;;) {
      for (const axis of [1, 2] as const) terms.push(x.mul(rollByOne(x, axis)).mean<tf.Scalar>().square());
      if (x.shape[1] <= 8) break;
      x = tf.avgPool(x, 2, 2, "valid");
    }
  }
  return terms.reduce((sum, term) => sum.add<tf.Scalar>(term));
}

function rollByOne(x: tf.Tensor4D, axis: 1 | 2): tf.Tensor4D {
  const [first, rest] = tf.split(x, [1, x.shape[axis] - 1], axis);
  return tf.concat4d([rest as tf.Tensor4D, first as tf.Tensor4D], axis);
}

/** Mean 0, mean square 1. */
function normalised<T extends tf.Tensor>(x: T): T {
  const centred = x.sub(x.mean());
  return centred.mul(centred.square().mean().rsqrt());
}
