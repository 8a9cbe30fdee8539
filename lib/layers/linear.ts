import { ShapeError } from "../core/errors";
import { tf } from "../core/tf";

/**
 * y = x W + b on the last axis, as one product of matrices whatever the rank of x.
 *
 * @param x (…, inputs)
 * @param kernel (inputs, outputs)
 * @param bias (outputs), or none
 * @returns (…, outputs)
 * @throws ShapeError where the last axis of x is not the kernel's first
 */
export function linear(x: tf.Tensor, kernel: tf.Tensor2D, bias?: tf.Tensor1D): tf.Tensor {
  const [inputs, outputs] = kernel.shape;
  if (x.shape.at(-1) !== inputs)
    throw new ShapeError(`linear: x: expected (…, ${inputs}), got (${x.shape.join(", ")}).`);
  return tf.tidy(() => {
    // No op is spent on the shape of what is a matrix already.
    const isMatrix = x.rank === 2;
    const product = tf.matMul(isMatrix ? x : x.reshape([-1, inputs]), kernel);
    const y = bias === undefined ? product : product.add(bias);
    return isMatrix ? y : y.reshape([...x.shape.slice(0, -1), outputs]);
  });
}
