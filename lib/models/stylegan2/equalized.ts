/**
 * Layers with an equalised learning rate (Karras et al. 2018, section 4.1): weights are drawn from a normal of deviation 1 and
 * scaled where they are used, so that Adam moves all layers alike.
 */
import { tf } from "../../core/tf";
import type { Weights } from "../weights";

/** Slope of the leaky ReLU below zero, and the gain that keeps the variance. */
export const SLOPE = 0.2;
export const GAIN = Math.SQRT2;

/** x (batch, inputs) → (batch, outputs): x · W / √inputs · rate + b · rate. */
export function dense(x: tf.Tensor2D, weights: Weights, name: string, rate = 1): tf.Tensor2D {
  const kernel = weights[`${name}.kernel`]!;
  const product = tf.matMul<tf.Tensor2D>(x, kernel.mul(rate / Math.sqrt(kernel.shape[0])));
  const bias = weights[`${name}.bias`];
  return bias === undefined ? product : product.add(bias.mul(rate));
}

/** √2 · leakyReLU(x): the gain keeps the variance of normal numbers about 1. */
export function activate<T extends tf.Tensor>(x: T): T {
  return tf.leakyRelu<T>(x.mul<T>(GAIN), SLOPE);
}

/** Kernels (height, width, inputs, outputs) scaled by 1 / √(height · width · inputs) and a gain of their own. */
export function scaledKernel(weights: Weights, name: string, gain = 1): tf.Tensor4D {
  const kernel = weights[`${name}.kernel`] as tf.Tensor as tf.Tensor4D;
  const [height, width, inputs] = kernel.shape;
  return kernel.mul(gain / Math.sqrt(height * width * inputs));
}
