/**
 * Augmentations of ADA (Karras et al. 2020, "Training generative adversarial networks with limited data"): both players'
 * images are changed in the same random ways before they are judged, so that few photographs last longer. Differentiable, because
 * the generator learns through them.
 *
 * Every change of geometry here keeps lines along the axes: mirror, quarter turns, shifts, scaling, stretching. Then rows and
 * columns are resampled one after the other, by a small matrix for each image. The paper's turns by any angle need more and are left out.
 */
import { randomNormal, randomUniform, type RandomKey } from "../../core/random-ops";
import { tf } from "../../core/tf";
import { applyToBothAxes } from "../../models/stylegan2/resample";

/** How often each change is made, times p: 1 as often as the others, 0 never. */
export interface AugmentationOptions {
  mirror?: number;
  quarterTurns?: number;
  shift?: number;
  scale?: number;
  stretch?: number;
  fractionalShift?: number;
  brightness?: number;
  contrast?: number;
  lumaFlip?: number;
  hue?: number;
  saturation?: number;
}

/** Everything, as the authors' "bgc", but for turns by any angle. */
export const augmentationDefaults = {
  mirror: 1,
  quarterTurns: 1,
  shift: 1,
  scale: 1,
  stretch: 1,
  fractionalShift: 1,
  brightness: 1,
  contrast: 1,
  lumaFlip: 1,
  hue: 1,
  saturation: 1,
} satisfies AugmentationOptions;

/** Deviations and bounds of the paper's appendix B: shifts as a share of the side, factors as log₂, colours from −1 to 1. */
const SPREAD = {
  shift: 0.125,
  scale: 0.2,
  stretch: 0.2,
  fractionalShift: 0.125,
  brightness: 0.2,
  contrast: 0.5,
  saturation: 1,
};

/**
 * @param images (batch, side, side, 3), about −1 to 1
 * @param p probability of each single change, a scalar from 0 to 1
 */
export function augment(
  images: tf.Tensor4D,
  p: tf.Scalar,
  key: RandomKey,
  options: AugmentationOptions = {},
): tf.Tensor4D {
  return tf.tidy(() => {
    const draw = new Draws(images.shape[0], p, key, { ...augmentationDefaults, ...options });
    return changeColours(changeGeometry(images, draw), draw);
  });
}

/** Streams of a step's key from here on are the augmentations'. */
const FIRST_STREAM = 2000;

/** One number for each image and use, each with a stream of its own. */
class Draws {
  readonly #batch: number;
  readonly #p: tf.Scalar;
  readonly #key: RandomKey;
  readonly #rates: Required<AugmentationOptions>;
  #stream = FIRST_STREAM;

  constructor(batch: number, p: tf.Scalar, key: RandomKey, rates: Required<AugmentationOptions>) {
    this.#batch = batch;
    this.#p = p;
    this.#key = key;
    this.#rates = rates;
  }

  uniform(): tf.Tensor1D {
    return randomUniform(this.#key, [this.#batch], this.#stream++) as tf.Tensor1D;
  }

  normal(): tf.Tensor1D {
    return randomNormal(this.#key, [this.#batch], this.#stream++) as tf.Tensor1D;
  }

  /** The values with the change's probability, else 0. */
  sometimes(change: keyof AugmentationOptions, values: tf.Tensor): tf.Tensor1D {
    const made = this.uniform().less(this.#p.mul(this.#rates[change]));
    return values.mul<tf.Tensor1D>(made.cast("float32"));
  }

  /** 0 or 1. */
  coin(change: keyof AugmentationOptions): tf.Tensor1D {
    return this.sometimes(change, this.uniform().mul(2).floor());
  }

  spread(change: keyof typeof SPREAD): tf.Tensor1D {
    return this.sometimes(change, this.normal()).mul(SPREAD[change]);
  }
}

/**
 * The pixel at i of an axis of the result is taken from place a · (i − c) + b + c of the source, c being the middle. Where that is
 * between pixels, Keys's cubic (1981) of four neighbours; where it is outside, the mirror image.
 */
function changeGeometry(images: tf.Tensor4D, draw: Draws): tf.Tensor4D {
  const side = images.shape[1];
  const turns = draw.sometimes("quarterTurns", draw.uniform().mul(4).floor()); // 0 to 3
  const isTurn = (...which: number[]) =>
    which.map((turn) => turns.equal(turn).cast("float32")).reduce((a, b) => a.add(b));
  const mirror = draw.coin("mirror");
  const scale = draw.spread("scale");
  const stretch = draw.spread("stretch");
  const wholeShift = () => {
    const share = draw.sometimes("shift", draw.uniform().mul(2).sub(1));
    return share.mul(SPREAD.shift * side).round();
  };
  const shift = () => wholeShift().add(draw.spread("fractionalShift").mul(side));
  const axis = (flip: tf.Tensor, exponent: tf.Tensor) => {
    const a = tf.pow(2, exponent.neg()).mul(tf.sub(1, flip.mul(2)));
    return axisMatrices(side, a, shift());
  };
  // A quarter turn is the transposed image with one axis reversed.
  const transposed = tf.transpose(images, [0, 2, 1, 3]);
  const turned = images.add<tf.Tensor4D>(
    transposed.sub<tf.Tensor4D>(images).mul(isTurn(1, 3).reshape([-1, 1, 1, 1])),
  );
  const flipRows = isTurn(2, 3);
  const flipColumns = isTurn(1, 2).sub(mirror).abs();
  return applyToBothAxes(turned, axis(flipRows, scale.add(stretch)), axis(flipColumns, scale.sub(stretch)));
}

/** @returns (batch, 1, side, side): for each image and place of the result, the weights of the source's places */
function axisMatrices(side: number, a: tf.Tensor, b: tf.Tensor): tf.Tensor4D {
  const middle = (side - 1) / 2;
  const places = tf.range(0, side).sub(middle).reshape([1, side]);
  const wanted = places
    .mul(a.reshape([-1, 1]))
    .add(b.reshape([-1, 1]))
    .add(middle); // (batch, side)
  // The image, its mirror image before and after it.
  const neighbours = tf.range(-side, 2 * side).reshape([1, 1, 3 * side]);
  const bounded = wanted.clipByValue(-side, 2 * side - 1).expandDims(2);
  // Shrinking averages over as many pixels as become one.
  const width = a.abs().maximum(1).reshape([-1, 1, 1]);
  const weights = cubic(neighbours.sub(bounded).div(width));
  const normalised = weights.div(weights.sum(2, true));
  const [before, inside, after] = tf.split(normalised, 3, 2);
  const folded = inside!.add(before!.reverse(2)).add(after!.reverse(2));
  return folded.expandDims<tf.Tensor4D>(1);
}

/** Keys's kernel with a = −½: 1.5 |x|³ − 2.5 x² + 1 up to 1, −½ |x|³ + 2.5 x² − 4 |x| + 2 up to 2. */
function cubic(x: tf.Tensor): tf.Tensor {
  const distance = x.abs();
  const square = distance.square();
  const cube = square.mul(distance);
  const near = cube.mul(1.5).sub(square.mul(2.5)).add(1);
  const far = cube.mul(-0.5).add(square.mul(2.5)).sub(distance.mul(4)).add(2);
  return tf.where(distance.lessEqual(1), near, tf.where(distance.less(2), far, tf.zerosLike(far)));
}

/**
 * Brightness, contrast, turning the luminance over, hue and saturation as one linear map of each image's colours. The first,
 * second and third act along the grey axis v = (1, 1, 1) / √3, hue and saturation across it:
 *
 *     colour ↦ contrast · (±v vᵀ + saturation · (cos h (1 − v vᵀ) + sin h [v]×)) (colour + brightness)
 */
function changeColours(images: tf.Tensor4D, draw: Draws): tf.Tensor4D {
  const [batch, side] = images.shape;
  const scalars = (x: tf.Tensor) => x.reshape([batch, 1, 1]);
  const offset = draw.spread("brightness");
  const factor = tf.pow(2, draw.spread("contrast"));
  const over = tf.sub(1, draw.coin("lumaFlip").mul(2));
  const hue = draw.sometimes("hue", draw.uniform().mul(2).sub(1)).mul(Math.PI);
  const vivid = tf.pow(2, draw.spread("saturation"));
  const grey = tf.fill([1, 3, 3], 1 / 3);
  const across = tf.eye(3).expandDims(0).sub(grey);
  const r = 1 / Math.sqrt(3);
  const cross = tf.tensor3d([0, -r, r, r, 0, -r, -r, r, 0], [1, 3, 3]);
  const along = grey.mul(scalars(over));
  const turned = across.mul(scalars(hue.cos())).add(cross.mul(scalars(hue.sin())));
  const map = along.add(turned.mul(scalars(vivid))).mul(scalars(factor)); // (batch, 3, 3)
  const colours = images.reshape([batch, side * side, 3]).add(scalars(offset));
  return tf.matMul(colours, map, false, true).reshape(images.shape);
}
