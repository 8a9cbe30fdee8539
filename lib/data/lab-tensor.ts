/** Lab colours within a compiled step: lab.ts with TensorFlow's ops. */
import { ShapeError } from "../core/errors";
import { tf } from "../core/tf";
import { LAB_KNEE, SRGB_KNEE, WHITE, XYZ_OF_RGB } from "./lab";

/**
 * `rgbToLab` of a tensor: red, green and blue in [0, 1] to L in [0, 100], a and b, in single precision.
 *
 * @param rgb (…, 3)
 * @returns (…, 3); the caller disposes of it
 * @throws ShapeError where the last axis is not of three
 */
export function rgbTensorToLab<T extends tf.Tensor>(rgb: T): T {
  if (rgb.shape.at(-1) !== 3)
    throw new ShapeError(`rgbTensorToLab: expected (…, 3), got (${rgb.shape.join(", ")}).`);
  return tf.tidy(() => {
    const linear = tf.where<tf.Tensor>(
      rgb.greater(SRGB_KNEE),
      rgb.add(0.055).div(1.055).pow(2.4),
      rgb.div(12.92),
    );
    // (3, 3): a column for each of X, Y and Z, white being 1
    const toXyz = tf.tensor2d([0, 1, 2].map((from) => XYZ_OF_RGB.map((row, i) => row[from]! / WHITE[i]!)));
    const xyz = tf.matMul(linear.reshape([-1, 3]), toXyz);
    const curve = tf.where<tf.Tensor2D>(
      xyz.greater(LAB_KNEE),
      xyz.maximum(LAB_KNEE).pow(1 / 3),
      xyz.mul(7.787).add(16 / 116),
    );
    const toLab = tf.tensor2d([
      [0, 500, 0],
      [116, -500, 200],
      [0, 0, -200],
    ]);
    return tf
      .matMul(curve, toLab)
      .sub(tf.tensor1d([16, 0, 0]))
      .reshape<T>(rgb.shape);
  });
}
