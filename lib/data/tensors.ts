/** From arrays to tensors: the one file of this folder that loads TensorFlow. */
import { ShapeError } from "../core/errors";
import { tf } from "../core/tf";
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
