/**
 * The lecture's generative adversarial network (Goodfellow et al. 2014), with the layers of the Keras DCGAN example that
 * the lecture is taught with: 1,339,905 parameters in the generator, 74,625 in the discriminator at the default sizes.
 */
import { OptionError } from "../core/errors";
import { Random } from "../core/random";
import { tf } from "../core/tf";

export interface GanOptions {
  /** Length of a latent point. */
  latentSize?: number;
  /** Channels of the generator's images inside, and of the discriminator's last features. */
  filters?: number;
  /**
   * What the dealer's last layer sees. "max" is the lecture's: of each feature only where it is strongest, so a pattern of
   * 7 × 7 pixels (all that two strided convolutions span) counts the same wherever it stands, and the arrangement of strokes
   * goes unjudged. "flatten" shows it every feature in its place, as in Radford et al. 2015: whole digits come out.
   */
  pooling?: "max" | "flatten";
  /** Numbers that go with the latent point, planes that go with the image: one for each class (label-plane-gan.ts). */
  classes?: number;
  /** Decides the first weights. */
  seed?: number;
}

export const ganDefaults = {
  latentSize: 128,
  filters: 128,
  pooling: "max",
  classes: 0,
  seed: 0,
} satisfies GanOptions;

/** The forger and the dealer. */
export interface Gan {
  generator: tf.LayersModel;
  discriminator: tf.LayersModel;
  latentSize: number;
}

/** Side of an image in pixels: two doublings of a 7 × 7 plan. */
const SIDE = 28;
const PLAN = SIDE / 4;
/** Slope of the leaky ReLU below zero. Keras 3 and TensorFlow.js have 0.3 where nothing is said. */
const SLOPE = 0.2;

/** Both networks, with weights that `seed` decides. */
export function buildGan(options: GanOptions = {}): Gan {
  const settings = { ...ganDefaults, ...options };
  return {
    generator: buildGenerator(settings),
    discriminator: buildDiscriminator(settings),
    latentSize: settings.latentSize,
  };
}

/**
 * The forger: latent points z (batch, latentSize + classes) to images (batch, 28, 28, 1) with values in [0, 1].
 *
 * @throws OptionError where a size is no positive whole number
 */
export function buildGenerator(options: GanOptions = {}): tf.LayersModel {
  const { latentSize, filters, classes, seed } = { ...ganDefaults, ...options };
  checkSizes({ latentSize, filters });
  checkClasses(classes);
  const initial = initializers(seed, "generator");
  // 4 is divisible by the stride: each pixel is painted by equally many kernel positions, so no checkerboard.
  const doubling = { filters, kernelSize: 4, strides: 2, padding: "same" } as const;
  return tf.sequential({
    name: "generator",
    layers: [
      tf.layers.dense({
        name: "plan",
        units: PLAN * PLAN * filters,
        inputShape: [latentSize + classes],
        kernelInitializer: initial(),
      }),
      tf.layers.leakyReLU({ alpha: SLOPE }),
      tf.layers.reshape({ targetShape: [PLAN, PLAN, filters] }), // (batch, 7, 7, filters)
      tf.layers.conv2dTranspose({ name: "to14", ...doubling, kernelInitializer: initial() }), // (batch, 14, 14, filters)
      tf.layers.leakyReLU({ alpha: SLOPE }),
      tf.layers.conv2dTranspose({ name: "to28", ...doubling, kernelInitializer: initial() }), // (batch, 28, 28, filters)
      tf.layers.leakyReLU({ alpha: SLOPE }),
      tf.layers.conv2d({
        name: "ink",
        filters: 1,
        kernelSize: 7,
        padding: "same",
        activation: "sigmoid",
        kernelInitializer: initial(),
      }), // (batch, 28, 28, 1)
    ],
  });
}

/**
 * The dealer: images (batch, 28, 28, 1 + classes) to logits (batch, 1). The sigmoid of a logit is the probability that the image is
 * real.
 *
 * @throws OptionError where `filters` is no positive even number, or `pooling` is unknown
 */
export function buildDiscriminator(options: Omit<GanOptions, "latentSize"> = {}): tf.LayersModel {
  const { filters, pooling, classes, seed } = { ...ganDefaults, ...options };
  checkSizes({ filters });
  checkClasses(classes);
  checkPooling(pooling);
  const initial = initializers(seed, "discriminator");
  // Strides instead of pooling: the network learns how to shrink, and gradients reach every pixel.
  const halving = { kernelSize: 3, strides: 2, padding: "same" } as const;
  return tf.sequential({
    name: "discriminator",
    layers: [
      tf.layers.conv2d({
        name: "edges",
        ...halving,
        filters: filters / 2,
        inputShape: [SIDE, SIDE, 1 + classes],
        kernelInitializer: initial(),
      }), // (batch, 14, 14, filters / 2)
      tf.layers.leakyReLU({ alpha: SLOPE }),
      tf.layers.conv2d({ name: "strokes", ...halving, filters, kernelInitializer: initial() }), // (batch, 7, 7, filters)
      tf.layers.leakyReLU({ alpha: SLOPE }),
      pooling === "max" ? tf.layers.globalMaxPooling2d({}) : tf.layers.flatten(), // (batch, filters) or (batch, 49 · filters)
      tf.layers.dense({ name: "verdict", units: 1, kernelInitializer: initial() }),
    ],
  });
}

/** Glorot and Bengio's uniform initialiser (2010), Keras's default, with another seed for each layer. */
function initializers(seed: number, network: string) {
  const rng = new Random(seed).fork(network);
  return () => tf.initializers.glorotUniform({ seed: rng.nextWord() });
}

function checkSizes(sizes: Record<string, number>): void {
  for (const [name, size] of Object.entries(sizes))
    if (!Number.isInteger(size) || size < 1 || (name === "filters" && size % 2 !== 0))
      throw new OptionError(
        `${name}: expected a positive ${name === "filters" ? "even" : "whole"} number, got ${size}.`,
      );
}

function checkPooling(pooling: string): void {
  if (pooling !== "max" && pooling !== "flatten")
    throw new OptionError(`pooling: expected "max" or "flatten", got ${JSON.stringify(pooling)}.`);
}

function checkClasses(classes: number): void {
  if (!Number.isInteger(classes) || classes < 0)
    throw new OptionError(`classes: expected a whole number from 0, got ${classes}.`);
}
