/** From arrays to tensors: the one file of this folder that loads TensorFlow. */
import { ShapeError } from "../core/errors";
import { randomNormal, type RandomKey, randomUniform } from "../core/random-ops";
import { tf } from "../core/tf";
import type { GaussianMixture } from "./gaussian-mixtures";
import type { ImageBatch } from "./images";

/**
 * The images as a tensor of the same shape (batch, height, width, channels), float32. The caller disposes of it.
 *
 * @throws ShapeError where the shape does not account for the pixels
 */
export function imagesToTensor({ pixels, shape }: ImageBatch<Float32Array | Uint8Array>): tf.Tensor4D {
  const expected = shape.reduce((product, size) => product * size, 1);
  if (pixels.length !== expected)
    throw new ShapeError(
      `images: expected ${expected} values for (${shape.join(", ")}), got ${pixels.length}.`,
    );
  return tf.tensor4d(pixels, shape, "float32");
}

/**
 * Points of a mixture (count, 2), drawn by a key, so that a compiled step can draw them. The caller disposes of them.
 *
 * @param stream takes this stream of the key and the next
 */
export function mixtureBatch(
  key: RandomKey,
  { modes, std }: GaussianMixture,
  count: number,
  stream = 0,
): tf.Tensor2D {
  return tf.tidy(() => {
    const means = tf.tensor2d(modes.flat(), [modes.length, 2]);
    const which = randomUniform(key, [count], stream).mul(modes.length).floor().cast("int32");
    return tf.gather(means, which as tf.Tensor1D).add(randomNormal(key, [count, 2], stream + 1).mul(std));
  });
}
