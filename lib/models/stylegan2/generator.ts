/**
 * StyleGAN2's generator (Karras et al. 2020): a mapping network makes styles w of latent points z, a synthesis network paints
 * an image from a learnt 4 × 4 constant, steered by the styles at every layer, and adds the colours of all resolutions.
 */
import { Random } from "../../core/random";
import { randomNormal, type RandomKey } from "../../core/random-ops";
import { tf } from "../../core/tf";
import { WeightBuilder } from "../weight-builder";
import type { Weights } from "../weights";
import { activate, dense, GAIN, scaledKernel, SLOPE } from "./equalized";
import { modulatedConvolution } from "./modulated-convolution";
import { channelsAt, readSizes, resolutions, type Stylegan2Options, type Stylegan2Sizes } from "./options";
import { filterMatrix, resample } from "./resample";

export interface Stylegan2Generator {
  sizes: Stylegan2Sizes;
  /** All numbers, the fixed noise and the mean of w included; those to be trained are trainable. */
  weights: Weights;
}

/** Learning rate of the mapping network relative to the others' (Karras et al. 2019). */
const MAPPING_RATE = 0.01;
const COLOURS = 3;

export function buildStylegan2Generator(options: Stylegan2Options = {}): Stylegan2Generator {
  const sizes = readSizes(options);
  const builder = new WeightBuilder(new Random(sizes.seed).fork("stylegan2 generator"));
  addMapping(builder, "mapping", sizes, sizes.latentSize);
  builder.constant("mapping.average", [sizes.styleSize], 0, false);
  const styled = (name: string, side: number, inputs: number, outputs: number) => {
    addStyle(builder, name, inputs, sizes);
    builder.normal(`${name}.kernel`, [3, 3, inputs, outputs]);
    builder.constant(`${name}.bias`, [outputs]);
    builder.constant(`${name}.noiseStrength`, []);
    builder.fixedNormal(`${name}.noise`, [side, side]);
  };
  builder.normal("constant", [4, 4, channelsAt(4, sizes)]);
  for (const side of resolutions(sizes)) {
    const channels = channelsAt(side, sizes);
    if (side > 4) styled(`${side}.first`, side, channelsAt(side / 2, sizes), channels);
    styled(`${side}.second`, side, channels, channels);
    addStyle(builder, `${side}.colour`, channels, sizes);
    builder.normal(`${side}.colour.kernel`, [1, 1, channels, COLOURS]);
    builder.constant(`${side}.colour.bias`, [COLOURS]);
  }
  return { sizes, weights: builder.weights };
}

/** A dense layer from w to the scale of each input channel, which begins at 1. */
function addStyle(builder: WeightBuilder, name: string, inputs: number, { styleSize }: Stylegan2Sizes): void {
  builder.normal(`${name}.style.kernel`, [styleSize, inputs]);
  builder.constant(`${name}.style.bias`, [inputs], 1);
}

/** The mapping network of either player; the discriminator's maps labels alone. */
export function addMapping(
  builder: WeightBuilder,
  name: string,
  { classes, styleSize, mappingLayers }: Stylegan2Sizes,
  latentSize: number,
): void {
  if (classes > 0) {
    builder.normal(`${name}.label.kernel`, [classes, styleSize]);
    builder.constant(`${name}.label.bias`, [styleSize]);
  }
  for (let i = 0; i < mappingLayers; i++) {
    const inputs = i > 0 ? styleSize : latentSize + (classes > 0 ? styleSize : 0);
    builder.normal(`${name}.${i}.kernel`, [inputs, styleSize], 1 / MAPPING_RATE);
    builder.constant(`${name}.${i}.bias`, [styleSize]);
  }
}

/**
 * The mapping network: z, and the label where there are classes, each brought to mean square 1, then dense layers.
 *
 * @param z (batch, latentSize)
 * @param labels one-hot (batch, classes)
 * @returns w (batch, styleSize)
 */
export function mapLatents(
  { sizes, weights }: Pick<Stylegan2Generator, "sizes" | "weights">,
  z: tf.Tensor2D | undefined,
  labels: tf.Tensor2D | undefined,
): tf.Tensor2D {
  return tf.tidy(() => {
    const parts: tf.Tensor2D[] = [];
    if (z !== undefined) parts.push(toMeanSquareOne(z));
    if (labels !== undefined) parts.push(toMeanSquareOne(dense(labels, weights, "mapping.label")));
    let x = parts.length === 1 ? parts[0]! : tf.concat2d(parts, 1);
    for (let i = 0; i < sizes.mappingLayers; i++)
      x = activate(dense(x, weights, `mapping.${i}`, MAPPING_RATE));
    return x;
  });
}

function toMeanSquareOne(x: tf.Tensor2D): tf.Tensor2D {
  return x.mul(x.square().mean(1, true).add(1e-8).rsqrt());
}

/** How many styles an image takes: one for each styled layer and one for the last colours. */
export function countStyles(sizes: Stylegan2Sizes): number {
  return 2 * resolutions(sizes).length;
}

/** The noise of each layer: drawn from a key, the network's own fixed one, another fixed one by layer, or none. */
export type NoiseSource = RandomKey | "fixed" | "none" | Readonly<Record<string, tf.Tensor>>;

/**
 * The synthesis network.
 *
 * @param styles one w (batch, styleSize) for each of countStyles(sizes) layers, coarse to fine
 * @returns images (batch, resolution, resolution, 3), about −1 to 1
 */
export function synthesize(
  { sizes, weights }: Stylegan2Generator,
  styles: readonly tf.Tensor2D[],
  noise: NoiseSource = "fixed",
): tf.Tensor4D {
  return tf.tidy(() => {
    const batch = styles[0]!.shape[0];
    const constant = weights.constant as tf.Tensor as tf.Tensor3D;
    let x = tf.tile<tf.Tensor4D>(constant.expandDims(0), [batch, 1, 1, 1]);
    let image: tf.Tensor4D | undefined;
    let layer = 0;
    const styled = (name: string, up: boolean) => {
      const kernel = scaledKernel(weights, name);
      const style = dense(styles[layer]!, weights, `${name}.style`);
      const y = modulatedConvolution(x, kernel, style, { up, gain: GAIN });
      // The gain of the activation is in all three terms: leakyReLU(√2 y) = √2 leakyReLU(y).
      const noisy = addNoise(y, weights, name, noise, layer++);
      x = tf.leakyRelu(noisy.add<tf.Tensor4D>(weights[`${name}.bias`]!.mul(GAIN)), SLOPE);
    };
    for (const side of resolutions(sizes)) {
      if (side > 4) styled(`${side}.first`, true);
      styled(`${side}.second`, false);
      const colour = paint(x, weights, `${side}.colour`, styles[layer]!);
      image = image === undefined ? colour : upsample(image).add<tf.Tensor4D>(colour);
    }
    return image!;
  });
}

/** Colours of the features: a modulated 1 × 1 convolution that is not brought back to variance 1. */
function paint(x: tf.Tensor4D, weights: Weights, name: string, w: tf.Tensor2D): tf.Tensor4D {
  const style = dense(w, weights, `${name}.style`);
  const colours = modulatedConvolution(x, scaledKernel(weights, name), style, { demodulate: false });
  return colours.add<tf.Tensor4D>(weights[`${name}.bias`]!);
}

function upsample(image: tf.Tensor4D): tf.Tensor4D {
  return resample(image, filterMatrix(image.shape[1], { up: 2, before: 2, after: 1 }));
}

function addNoise(
  y: tf.Tensor4D,
  weights: Weights,
  name: string,
  source: NoiseSource,
  layer: number,
): tf.Tensor4D {
  if (source === "none") return y;
  const strength = weights[`${name}.noiseStrength`]!.mul(GAIN);
  const [batch, side] = y.shape;
  const plane = (): tf.Tensor => {
    if (source === "fixed") return weights[`${name}.noise`]!.reshape([1, side, side, 1]);
    if (source instanceof tf.Tensor)
      return randomNormal(source, [batch, side, side, 1], NOISE_STREAM + layer);
    return source[`${name}.noise`]!.reshape([1, side, side, 1]);
  };
  return y.add<tf.Tensor4D>(plane().mul(strength));
}

/** Streams of a step's key from here on are the noise's. */
const NOISE_STREAM = 1000;

/**
 * Draws w towards the mean of all w (the truncation trick): w̄ + ψ (w − w̄). ψ = 1 leaves w, ψ = 0 gives the mean image.
 */
export function truncate({ weights }: Stylegan2Generator, w: tf.Tensor2D, psi: number): tf.Tensor2D {
  if (psi === 1) return w;
  return tf.tidy(() => {
    const average = weights["mapping.average"]!;
    return average.add(w.sub(average).mul(psi));
  });
}

export interface Stylegan2Sampling {
  /** One-hot (batch, classes), where the network has classes. */
  labels?: tf.Tensor2D;
  /** Truncation, 0 to 1: less variety, fewer failures. */
  psi?: number;
  noise?: NoiseSource;
}

/** Images (batch, resolution, resolution, 3) in [0, 1] for latent points z. The caller disposes of them. */
export function generateStylegan2(
  generator: Stylegan2Generator,
  z: tf.Tensor2D,
  { labels, psi = 1, noise = "fixed" }: Stylegan2Sampling = {},
): tf.Tensor4D {
  return tf.tidy(() => {
    const w = truncate(generator, mapLatents(generator, z, labels), psi);
    return synthesizeFrom(generator, w, noise);
  });
}

/** Images in [0, 1] of one w for all layers. */
export function synthesizeFrom(
  generator: Stylegan2Generator,
  w: tf.Tensor2D,
  noise: NoiseSource = "fixed",
): tf.Tensor4D {
  return tf.tidy(() => {
    const styles = new Array<tf.Tensor2D>(countStyles(generator.sizes)).fill(w);
    const images = synthesize(generator, styles, noise).add(1).div(2);
    return images.clipByValue(0, 1) as tf.Tensor4D;
  });
}
