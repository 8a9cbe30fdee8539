/**
 * Changes of images that leave what they show: flips, turns, shifts, brightness. All are ops on tensors that draw from a key, so
 * they are part of a compiled step, and gradients flow through them to the images (Zhao et al. 2020, "Differentiable augmentation
 * for data-efficient GAN training").
 */
import { OptionError } from "../core/errors";
import { randomUniform, type RandomKey } from "../core/random-ops";
import { tf } from "../core/tf";

export interface Augmentation {
  /** Mirror every other image, left and right. */
  flip?: boolean;
  /** Turn each image by 0°, 90°, 180° or 270°: for views from above, which have no up and down. Square images. */
  turn?: boolean;
  /** Shift each image by up to this share of its side, down or up and across, in whole pixels; what comes in is black. */
  translation?: number;
  /** Add to each image a number of up to ± this. */
  brightness?: number;
  /** Move each pixel's colours away from, or towards, their mean: by a factor in 1 ± this. */
  saturation?: number;
  /** The same for the image's mean. */
  contrast?: number;
}

/** Streams of the key for the parts; an image's numbers are one row of each. */
const streams = { flip: 0, turn: 1, down: 2, across: 3, brightness: 4, saturation: 5, contrast: 6 };

/**
 * Each image changed in a way of its own.
 *
 * @param images (batch, height, width, channels)
 * @param firstStream of the key; eight are used from there
 * @returns the same shape
 * @throws OptionError where an amount makes no sense
 */
export function augmentImages(
  images: tf.Tensor4D,
  key: RandomKey,
  options: Augmentation,
  firstStream = 0,
): tf.Tensor4D {
  const { flip = false, turn = false, translation = 0 } = options;
  checkAmounts(options);
  const [batch] = images.shape;
  const uniform = (stream: keyof typeof streams) =>
    randomUniform(key, [batch, 1, 1, 1], firstStream + streams[stream]);
  const around = (stream: keyof typeof streams, centre: number, amount: number) =>
    uniform(stream)
      .mul(2 * amount)
      .add(centre - amount);
  return tf.tidy(() => {
    let x: tf.Tensor4D = images;
    if (flip) x = choose(uniform("flip").less(0.5), x.reverse(2), x);
    if (turn) {
      const quarter = uniform("turn").mul(4).floor();
      x = choose(quarter.greaterEqual(2), x.reverse([1, 2]), x);
      x = choose(quarter.mod(2).greater(0.5), x.transpose<tf.Tensor4D>([0, 2, 1, 3]).reverse(1), x);
    }
    if (translation > 0) {
      x = shiftRows(x, uniform("down"), translation);
      x = shiftRows(x.transpose([0, 2, 1, 3]), uniform("across"), translation).transpose([0, 2, 1, 3]);
    }
    return changeColours(x, options, around);
  });
}

function changeColours(
  images: tf.Tensor4D,
  { brightness = 0, saturation = 0, contrast = 0 }: Augmentation,
  around: (stream: "brightness" | "saturation" | "contrast", centre: number, amount: number) => tf.Tensor,
): tf.Tensor4D {
  let x: tf.Tensor = images;
  if (brightness > 0) x = x.add(around("brightness", 0, brightness));
  if (saturation > 0) x = scaleAround(x, x.mean(3, true), around("saturation", 1, saturation));
  if (contrast > 0) x = scaleAround(x, x.mean([1, 2, 3], true), around("contrast", 1, contrast));
  return x as tf.Tensor4D;
}

const scaleAround = (x: tf.Tensor, centre: tf.Tensor, factor: tf.Tensor) =>
  x.sub(centre).mul(factor).add(centre);

/** As a mixture with weights 0 and 1, which has gradients of every order. */
function choose(condition: tf.Tensor, yes: tf.Tensor4D, no: tf.Tensor4D): tf.Tensor4D {
  const weight = condition.cast("float32");
  return yes.mul(weight).add(no.mul(tf.sub(1, weight)));
}

/**
 * Moves each image's rows by a number of its own, as a product with a matrix that has a 1 where a row goes.
 *
 * @param uniform (batch, 1, 1, 1) on [0, 1)
 */
function shiftRows(images: tf.Tensor4D, uniform: tf.Tensor, share: number): tf.Tensor4D {
  const [batch, height, width, channels] = images.shape;
  const most = Math.floor(share * height);
  const shift = uniform
    .mul(2 * most + 1)
    .floor()
    .sub(most)
    .reshape([batch, 1, 1]);
  const rows = tf.range(0, height);
  const from = rows.reshape([1, height, 1]).sub(shift); // which row comes here
  const moves = from.equal(rows.reshape([1, 1, height])).cast("float32"); // (batch, to, from)
  return tf
    .matMul(moves, images.reshape<tf.Tensor3D>([batch, height, width * channels]))
    .reshape(images.shape);
}

function checkAmounts({ translation, brightness, saturation, contrast }: Augmentation): void {
  for (const [name, amount] of Object.entries({ translation, brightness, saturation, contrast }))
    if (amount !== undefined && !(amount >= 0 && amount <= 1))
      throw new OptionError(`augmentation: ${name}: expected a number from 0 to 1, got ${amount}.`);
}
