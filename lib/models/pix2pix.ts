/**
 * pix2pix (Isola, Zhu, Zhou & Efros 2017, "Image-to-image translation with conditional adversarial networks"), which here turns
 * grey photographs into coloured ones: a U-Net from lightness to the two colour axes of Lab, and a discriminator that judges
 * patches of lightness and colours together.
 *
 * Three deviations. The networks are thinner and have fewer levels, for photographs of 64 pixels instead of 256. Channels are
 * normalised at each place (channelNorm says why) instead of over a batch. And the discriminator sees colours enlarged (see
 * COLOURS_SEEN).
 */
import { OptionError } from "../core/errors";
import { Random } from "../core/random";
import { tf } from "../core/tf";
import { channelNorm } from "../layers/channel-norm";

/** Side in pixels of what one verdict of the discriminator is about: the paper's three sizes. */
export type PatchSize = 16 | 34 | 70;

export interface Pix2pixOptions {
  /** Channels of the U-Net's levels, from the widest picture to the smallest; each level halves it. */
  channels?: readonly number[];
  /** Rate of the dropout in the two deepest levels of the way up, the paper's only source of noise. */
  dropout?: number;
  /**
   * The paper's best, 70, is a quarter of the side of its photographs. Of ours, 64 pixels wide, it is more than all: every verdict
   * would be about the whole photograph. 34 is a patch again: about half a side.
   */
  patch?: PatchSize;
  /** Channels of the discriminator's first layer; each halving doubles them, up to eightfold. */
  discriminatorChannels?: number;
  /** Decides the first weights. */
  seed?: number;
}

export const pix2pixDefaults = {
  channels: [32, 64, 96, 128],
  dropout: 0.5,
  patch: 34,
  discriminatorChannels: 32,
  seed: 0,
} satisfies Pix2pixOptions;

export interface Pix2pix {
  /** Lightness (batch, height, width, 1) in [−1, 1] to colours (batch, height, width, 2) in [−1, 1]. */
  generator: tf.LayersModel;
  /** Lightness and colours (batch, height, width, 3) to logits "real", one for each patch (batch, rows, columns, 1). */
  discriminator: tf.LayersModel;
}

/** Slope of the leaky ReLU below zero. */
const SLOPE = 0.2;
const KERNEL = 4;
/** a and b of ±110 are the generator's ±1, as in the authors' code: more than any sRGB colour has. */
const COLOUR_RANGE = 110;
/** Halvings before the last two convolutions of the discriminator, by what one of its verdicts then sees. */
const HALVINGS: Readonly<Record<PatchSize, number>> = { 16: 1, 34: 2, 70: 3 };

/** Both networks, with weights that `seed` decides. @throws OptionError where an option makes no sense */
export function buildPix2pix(options: Pix2pixOptions = {}): Pix2pix {
  return { generator: buildUnet(options), discriminator: buildPatchDiscriminator(options) };
}

/**
 * The generator, a U-Net (Ronneberger et al. 2015): convolutions halve the picture level by level, transposed ones double it
 * again, and each level of the way up is given the same level of the way down as well, so that edges need not pass the smallest
 * picture. It takes pictures of any size whose sides are multiples of 2^levels.
 *
 * @throws OptionError where `channels` are no positive whole numbers, or `dropout` is not in [0, 1)
 */
export function buildUnet(options: Pix2pixOptions = {}): tf.LayersModel {
  const { channels, dropout, seed } = { ...pix2pixDefaults, ...options };
  checkChannels("channels", channels);
  if (!(dropout >= 0 && dropout < 1))
    throw new OptionError(`pix2pix: dropout: expected a number from 0 to below 1, got ${dropout}.`);
  const initial = initializers(seed, "generator");
  // 4 is divisible by the stride: each pixel is painted by equally many kernel positions, so no checkerboard.
  const scaling = { kernelSize: KERNEL, strides: 2, padding: "same" } as const;
  const levels = channels.length;
  const lightness = tf.input({ shape: [null, null, 1], name: "lightness" });

  const down: tf.SymbolicTensor[] = [];
  let h = lightness;
  channels.forEach((filters, level) => {
    const name = `down${level + 1}`;
    // The first level as in the paper, and the last as in the authors' code, are not normalised.
    const isNormed = level > 0 && level < levels - 1;
    const layer = { ...scaling, filters, name, kernelInitializer: initial(), useBias: !isNormed };
    h = tf.layers.conv2d(layer).apply(h) as tf.SymbolicTensor;
    if (isNormed) h = channelNorm({ name: `${name}Norm` }).apply(h) as tf.SymbolicTensor;
    h = tf.layers.leakyReLU({ alpha: SLOPE }).apply(h) as tf.SymbolicTensor;
    down.push(h);
  });
  for (let level = levels - 2; level >= 0; level--) {
    const name = `up${level + 1}`;
    const layer = { ...scaling, filters: channels[level]!, name, kernelInitializer: initial() };
    h = tf.layers.conv2dTranspose({ ...layer, useBias: false }).apply(h) as tf.SymbolicTensor;
    h = channelNorm({ name: `${name}Norm` }).apply(h) as tf.SymbolicTensor;
    if (dropout > 0 && level >= levels - 3)
      h = tf.layers.dropout({ rate: dropout }).apply(h) as tf.SymbolicTensor;
    h = tf.layers.reLU().apply(h) as tf.SymbolicTensor;
    h = tf.layers.concatenate().apply([h, down[level]!]) as tf.SymbolicTensor;
  }
  const colours = tf.layers
    .conv2dTranspose({
      ...scaling,
      filters: 2,
      name: "colours",
      activation: "tanh",
      kernelInitializer: initial(),
    })
    .apply(h) as tf.SymbolicTensor;
  return tf.model({ name: "generator", inputs: lightness, outputs: colours });
}

/**
 * The discriminator, the paper's PatchGAN: convolutions alone, so that each of its logits is about one patch of the picture and
 * their mean loss treats patches as independent. A patch's side is exact: the normalisation does not look beyond it either.
 *
 * @throws OptionError where `patch` is none of the three, or `discriminatorChannels` no positive whole number
 */
export function buildPatchDiscriminator(options: Pix2pixOptions = {}): tf.LayersModel {
  const { patch, discriminatorChannels, seed } = { ...pix2pixDefaults, ...options };
  checkChannels("discriminatorChannels", [discriminatorChannels]);
  const halvings = (HALVINGS as Partial<Record<number, number>>)[patch];
  if (halvings === undefined)
    throw new OptionError(`pix2pix: patch: expected 16, 34 or 70, got ${String(patch)}.`);
  const initial = initializers(seed, "discriminator");
  const pair = tf.input({ shape: [null, null, 3], name: "pair" });
  let h = pair;
  for (let i = 0; i <= halvings; i++) {
    const name = `judge${i + 1}`;
    const filters = discriminatorChannels * Math.min(2 ** i, 8);
    const convolution = { filters, kernelSize: KERNEL, name, kernelInitializer: initial(), useBias: i === 0 };
    h = padded(h);
    h = tf.layers.conv2d({ ...convolution, strides: i < halvings ? 2 : 1 }).apply(h) as tf.SymbolicTensor;
    if (i > 0) h = channelNorm({ name: `${name}Norm` }).apply(h) as tf.SymbolicTensor;
    h = tf.layers.leakyReLU({ alpha: SLOPE }).apply(h) as tf.SymbolicTensor;
  }
  const verdict = { filters: 1, kernelSize: KERNEL, name: "verdict", kernelInitializer: initial() };
  const logits = tf.layers.conv2d(verdict).apply(padded(h)) as tf.SymbolicTensor;
  return tf.model({ name: "discriminator", inputs: pair, outputs: logits });
}

/** One pixel of zeros all round, as in the authors' code; TensorFlow's "same" would pad one side only where the stride is 1. */
const padded = (h: tf.SymbolicTensor) =>
  tf.layers.zeroPadding2d({ padding: 1 }).apply(h) as tf.SymbolicTensor;

/** L from 0 to 100 as the networks take it: from −1 to 1. */
export function scaleLightness<T extends tf.Tensor>(lightness: T): T {
  return tf.tidy(() => lightness.div(50).sub(1));
}

/** a and b as the networks have them, and back. */
export function scaleColours<T extends tf.Tensor>(colours: T): T {
  return colours.div(COLOUR_RANGE);
}
export function unscaleColours<T extends tf.Tensor>(colours: T): T {
  return colours.mul(COLOUR_RANGE);
}

/**
 * How much larger the discriminator sees colours than the generator gives them. Of aerial photographs a and b differ by about 4.5
 * from pixel to pixel, 0.04 of the range: beside a lightness of ±1 it would long not notice them.
 */
const COLOURS_SEEN = 4;

/**
 * The discriminator's logits (batch, rows, columns, 1) for lightness and colours, both as the networks have them. The caller
 * disposes of them.
 */
export function judgePatches(
  { discriminator }: Pick<Pix2pix, "discriminator">,
  lightness: tf.Tensor4D,
  colours: tf.Tensor4D,
): tf.Tensor4D {
  return tf.tidy(
    () => discriminator.apply(tf.concat([lightness, colours.mul(COLOURS_SEEN)], 3)) as tf.Tensor4D,
  );
}

/** Normal with the paper's standard deviation of 0.02, with another seed for each layer. */
function initializers(seed: number, network: string) {
  const rng = new Random(seed).fork("pix2pix").fork(network);
  return () => tf.initializers.randomNormal({ mean: 0, stddev: 0.02, seed: rng.nextWord() });
}

function checkChannels(name: string, channels: readonly number[]): void {
  if (channels.length === 0 || channels.some((count) => !Number.isInteger(count) || count < 1))
    throw new OptionError(`pix2pix: ${name}: expected positive whole numbers, got ${channels.join(", ")}.`);
}
