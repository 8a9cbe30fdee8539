import { ShapeError } from "../core/errors";
import { tf } from "../core/tf";

/** Keeps the division finite; PyTorch's value. */
const EPSILON = 1e-5;

/**
 * Layer normalisation (Ba et al. 2016) over the last axis: γ (x − mean) / √(variance + ε) + β.
 *
 * @param x (…, size)
 * @param gain γ (size)
 * @param bias β (size)
 * @returns (…, size)
 * @throws ShapeError where the last axis of x is not as long as gain and bias
 */
export function layerNorm(x: tf.Tensor, gain: tf.Tensor1D, bias: tf.Tensor1D, epsilon = EPSILON): tf.Tensor {
  const size = x.shape.at(-1);
  if (gain.shape.join() !== String(size) || bias.shape.join() !== String(size))
    throw new ShapeError(
      `layerNorm: expected gain and bias (${size}) for x (${x.shape.join(", ")}); got (${gain.shape.join(", ")}) and ` +
        `(${bias.shape.join(", ")}).`,
    );
  return tf.tidy(() => {
    const centred = x.sub(x.mean(-1, true));
    const deviation = centred.square().mean(-1, true).add(epsilon).rsqrt();
    return centred.mul(deviation).mul(gain).add(bias);
  });
}
