import { ShapeError } from "../core/errors";
import { tf } from "../core/tf";
import { hasOwnKernels, nativeOp } from "./native-op";

/** Keeps the division finite; PyTorch's value. */
export const EPSILON = 1e-5;

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
  return hasOwnKernels() ? fused(x, gain, bias, epsilon) : composed(x, gain, bias, epsilon);
}

/** In one op, lib/native/kernels/layer_norm_kernel.cc. */
function fused(x: tf.Tensor, gain: tf.Tensor1D, bias: tf.Tensor1D, epsilon: number): tf.Tensor {
  const op = tf.customGrad((...args) => {
    const [rows, factor, shift, save] = args as unknown as [
      tf.Tensor2D,
      tf.Tensor1D,
      tf.Tensor1D,
      tf.GradSaveFunc,
    ];
    const [y, means, deviations] = nativeOp("GenerativeLayerNorm", [rows, factor, shift], { epsilon }, 3);
    save([rows, factor, means!, deviations!]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) =>
      nativeOp("GenerativeLayerNormGrad", [...saved, dy], {}, 3);
    return { value: y!, gradFunc };
  });
  return tf.tidy(() => op(x.reshape([-1, gain.size]), gain, bias).reshape(x.shape));
}

function composed(x: tf.Tensor, gain: tf.Tensor1D, bias: tf.Tensor1D, epsilon: number): tf.Tensor {
  return tf.tidy(() => {
    const centred = x.sub(x.mean(-1, true));
    const deviation = centred.square().mean(-1, true).add(epsilon).rsqrt();
    return centred.mul(deviation).mul(gain).add(bias);
  });
}
