import { tf } from "../core/tf";
import { hasOwnKernels, nativeOp } from "./native-op";

/** Gaussian error linear unit (Hendrycks & Gimpel 2016), exact: x Φ(x) with Φ the normal distribution function. */
export function gelu(x: tf.Tensor): tf.Tensor {
  return hasOwnKernels() ? fused(x) : tf.tidy(() => x.mul(0.5).mul(x.mul(Math.SQRT1_2).erf().add(1)));
}

/** In one op, lib/native/kernels/elementwise_kernel.cc. */
function fused(x: tf.Tensor): tf.Tensor {
  const op = tf.customGrad((...args) => {
    const [input, save] = args as unknown as [tf.Tensor, tf.GradSaveFunc];
    const [y] = nativeOp("GenerativeGelu", [input], {}, 1);
    save([input]);
    const gradFunc = (dy: tf.Tensor, [saved]: tf.Tensor[]) =>
      nativeOp("GenerativeGeluGrad", [saved!, dy], {}, 1);
    return { value: y!, gradFunc };
  });
  return op(x);
}
