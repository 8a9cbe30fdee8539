/**
 * Linear maps of an image's rows and columns: upsampling and downsampling with the filter (1, 3, 3, 1) that StyleGAN2 smooths
 * with. As products with small matrices they are fast, and can be differentiated as often as one likes.
 */
import { tf } from "../../core/tf";

/** Rows of output pixels, one number for each input pixel: (output, input). */
export interface ResampleMatrix {
  rows: number;
  columns: number;
  values: Float32Array;
}

export interface ResampleOptions {
  /** Zeros put between pixels: up − 1 of them. */
  up?: number;
  /** Every how many pixels of the filtered line are kept. */
  down?: number;
  /** Zeros put around the line before it is filtered. */
  before: number;
  after: number;
}

const FILTER = [1 / 8, 3 / 8, 3 / 8, 1 / 8];

/**
 * One axis of the paper's `upfirdn2d`: put zeros between pixels and around them, filter, keep every `down`-th. The values are
 * multiplied by `up`, so that a flat image keeps its value.
 */
export function filterMatrix(
  size: number,
  { up = 1, down = 1, before, after }: ResampleOptions,
): ResampleMatrix {
  const padded = size * up + before + after;
  const rows = Math.floor((padded - FILTER.length) / down) + 1;
  const values = new Float32Array(rows * size);
  for (let row = 0; row < rows; row++)
    FILTER.forEach((weight, tap) => {
      const place = row * down + tap - before;
      if (place >= 0 && place < size * up && place % up === 0)
        values[row * size + place / up]! += weight * up;
    });
  return { rows, columns: size, values };
}

/** The matrix applied to the rows and to the columns of every channel: (batch, s, s, channels) → (batch, s', s', channels). */
export function resample(x: tf.Tensor4D, { rows, columns, values }: ResampleMatrix): tf.Tensor4D {
  return tf.tidy(() => {
    const matrix = tf.tensor4d(values, [1, 1, rows, columns]);
    return applyToBothAxes(x, matrix, matrix);
  });
}

/**
 * A matrix for the rows of every image and one for its columns.
 *
 * @param x (batch, h, w, channels)
 * @param vertical (batch or 1, 1, h', h)
 * @param horizontal (batch or 1, 1, w', w)
 * @returns (batch, h', w', channels)
 */
export function applyToBothAxes(x: tf.Tensor4D, vertical: tf.Tensor4D, horizontal: tf.Tensor4D): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const rows = vertical.shape[2];
  const lines = tf.matMul(vertical, x.reshape([batch, 1, height, width * channels])); // (batch, 1, h', w · channels)
  return tf.matMul(horizontal, lines.reshape([batch, rows, width, channels]));
}
