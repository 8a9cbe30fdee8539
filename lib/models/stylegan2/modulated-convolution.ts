/**
 * The heart of StyleGAN2 (Karras et al. 2020, section 2.2): a convolution whose kernel is scaled by the style, image by image,
 * and whose outputs are brought back to variance 1.
 *
 *     w'_(k,i,o) = s_i · w_(k,i,o)        w''_(k,i,o) = w'_(k,i,o) / √(Σ_(k,i) w'² + 1e-8)
 *
 * A kernel of its own for each image would be slow. Scaling the input channels by s before one shared convolution, and the
 * output channels by 1 / √(…) after it, gives the same numbers.
 */
import { tf } from "../../core/tf";
import { filterMatrix, resample } from "./resample";

export interface ModulationOptions {
  /** Doubles the sides: a transposed convolution of stride 2, then the smoothing filter. */
  up?: boolean;
  /** Brings the outputs back to variance 1; the layer that makes colours goes without. */
  demodulate?: boolean;
  /** Multiplies the outputs. */
  gain?: number;
}

/**
 * @param x (batch, side, side, inputs)
 * @param kernel (k, k, inputs, outputs), scaled already
 * @param styles (batch, inputs)
 * @returns (batch, side, side, outputs), or twice the side where `up`
 */
export function modulatedConvolution(
  x: tf.Tensor4D,
  kernel: tf.Tensor4D,
  styles: tf.Tensor2D,
  options: ModulationOptions = {},
): tf.Tensor4D {
  const { up = false, demodulate = true, gain = 1 } = options;
  return tf.tidy(() => {
    const scaled = x.mul<tf.Tensor4D>(acrossPixels(styles));
    const y = up ? convolveUp(scaled, kernel) : tf.conv2d(scaled, kernel, 1, "same");
    if (!demodulate) return gain === 1 ? y : y.mul(gain);
    const squares = kernel.square().sum<tf.Tensor2D>([0, 1]); // (inputs, outputs)
    const norms = tf.matMul<tf.Tensor2D>(styles.square(), squares).add<tf.Tensor2D>(1e-8); // (batch, outputs)
    return y.mul(acrossPixels(norms.rsqrt().mul(gain)));
  });
}

/** (batch, channels) → (batch, 1, 1, channels). */
function acrossPixels(perChannel: tf.Tensor2D): tf.Tensor4D {
  const [batch, channels] = perChannel.shape;
  return perChannel.reshape([batch, 1, 1, channels]);
}

/** Stride 2, so that each pixel stamps its kernel two pixels apart (side 2 s + 1), then smoothed to side 2 s. */
function convolveUp(x: tf.Tensor4D, kernel: tf.Tensor4D): tf.Tensor4D {
  const [batch, side] = x.shape;
  const outputs = kernel.shape[3];
  const size = 2 * side + kernel.shape[0] - 2;
  const stamped = tf.conv2dTranspose(
    x,
    kernel.transpose([0, 1, 3, 2]),
    [batch, size, size, outputs],
    2,
    "valid",
  );
  const smoothed = resample(stamped, filterMatrix(size, { before: 1, after: 1 }));
  // Zeros between the pixels took three quarters of the brightness.
  return smoothed.mul(4);
}
