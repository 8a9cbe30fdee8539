/** StyleGAN2's discriminator (Karras et al. 2020): residual blocks that halve the image, then what a group of images varies in. */
import { Random } from "../../core/random";
import { tf } from "../../core/tf";
import { WeightBuilder } from "../weight-builder";
import type { Weights } from "../weights";
import { activate, dense, GAIN, scaledKernel, SLOPE } from "./equalized";
import { addMapping, mapLatents } from "./generator";
import { channelsAt, readSizes, resolutions, type Stylegan2Options, type Stylegan2Sizes } from "./options";
import { filterMatrix, resample } from "./resample";

export interface Stylegan2Discriminator {
  sizes: Stylegan2Sizes;
  weights: Weights;
}

/** Images whose variation is measured together (Karras et al. 2018, section 3). */
const GROUP = 4;
const COLOURS = 3;

export function buildStylegan2Discriminator(options: Stylegan2Options = {}): Stylegan2Discriminator {
  const sizes = readSizes(options);
  const builder = new WeightBuilder(new Random(sizes.seed).fork("stylegan2 discriminator"));
  const convolution = (name: string, kernelSize: number, inputs: number, outputs: number, bias = true) => {
    builder.normal(`${name}.kernel`, [kernelSize, kernelSize, inputs, outputs]);
    if (bias) builder.constant(`${name}.bias`, [outputs]);
  };
  convolution("colours", 1, COLOURS, channelsAt(sizes.resolution, sizes));
  for (const side of resolutions(sizes).slice(1).reverse()) {
    const [inputs, outputs] = [channelsAt(side, sizes), channelsAt(side / 2, sizes)];
    convolution(`${side}.first`, 3, inputs, inputs);
    convolution(`${side}.second`, 3, inputs, outputs);
    convolution(`${side}.skip`, 1, inputs, outputs, false);
  }
  const channels = channelsAt(4, sizes);
  convolution("last", 3, channels + 1, channels);
  const layer = (name: string, inputs: number, outputs: number) => {
    builder.normal(`${name}.kernel`, [inputs, outputs]);
    builder.constant(`${name}.bias`, [outputs]);
  };
  layer("dense", 16 * channels, channels);
  layer("verdict", channels, sizes.classes > 0 ? sizes.styleSize : 1);
  if (sizes.classes > 0) addMapping(builder, "mapping", sizes, 0);
  return { sizes, weights: builder.weights };
}

/**
 * Logits (batch, 1): above 0 the image seems real. With classes, the verdict is a projection (Miyato & Koyama 2018): the product
 * of the image's features and the label's, / √styleSize.
 *
 * @param images (batch, resolution, resolution, 3), about −1 to 1; the batch a multiple of 4 or below 4: images stand in groups
 *   of 4 neighbours, so that real and fake ones can be judged in one batch
 * @param labels one-hot (batch, classes)
 */
export function judge(
  discriminator: Stylegan2Discriminator,
  images: tf.Tensor4D,
  labels?: tf.Tensor2D,
): tf.Tensor2D {
  const { sizes, weights } = discriminator;
  return tf.tidy(() => {
    let x = convolve(images, weights, "colours");
    for (const side of resolutions(sizes).slice(1).reverse()) x = halve(x, weights, String(side));
    x = convolve(tf.concat([x, variationWithinGroups(x)], 3), weights, "last");
    const features = activate(dense(x.reshape([images.shape[0], -1]), weights, "dense"));
    const verdict = dense(features, weights, "verdict");
    if (labels === undefined) return verdict;
    const label = mapLatents(discriminator, undefined, labels);
    return verdict.mul(label).sum<tf.Tensor2D>(1, true).div(Math.sqrt(sizes.styleSize));
  });
}

/** A residual block: two convolutions, the second of stride 2, beside one of 1 × 1; both smoothed before they halve. */
function halve(x: tf.Tensor4D, weights: Weights, name: string): tf.Tensor4D {
  const side = x.shape[1];
  const small = resample(x, filterMatrix(side, { down: 2, before: 1, after: 1 }));
  // Each path carries half of the variance.
  const skip = tf.conv2d(small, scaledKernel(weights, `${name}.skip`, Math.SQRT1_2), 1, "same");
  const first = convolve(x, weights, `${name}.first`);
  const smoothed = resample(first, filterMatrix(side, { before: 2, after: 2 })); // side + 1
  const kernel = scaledKernel(weights, `${name}.second`);
  const y = tf.conv2d(smoothed, kernel, 2, "valid").add<tf.Tensor4D>(weights[`${name}.second.bias`]!);
  return tf.leakyRelu(y, SLOPE).add(skip); // gain √2 · √½
}

/** A convolution, its bias, and √2 · leakyReLU. The gain is taken into kernel and bias. */
function convolve(x: tf.Tensor4D, weights: Weights, name: string): tf.Tensor4D {
  const y = tf.conv2d(x, scaledKernel(weights, name, GAIN), 1, "same");
  return tf.leakyRelu(y.add<tf.Tensor4D>(weights[`${name}.bias`]!.mul(GAIN)), SLOPE);
}

/**
 * One plane for each image with the standard deviation within its group, averaged over places and channels: fakes that are all
 * alike give themselves away (minibatch standard deviation, Karras et al. 2018).
 *
 * @param x (batch, side, side, channels)
 * @returns (batch, side, side, 1)
 */
export function variationWithinGroups(x: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => {
    const [batch, height, width, channels] = x.shape;
    const size = Math.min(GROUP, batch);
    const groups = x.reshape([batch / size, size, height * width * channels]);
    const centred = groups.sub(groups.mean(1, true));
    const deviation = centred.square().mean(1).add(1e-8).sqrt().mean(1); // (groups)
    const planes = deviation.reshape([batch / size, 1, 1]).tile([1, size, height * width]);
    return planes.reshape([batch, height, width, 1]);
  });
}
