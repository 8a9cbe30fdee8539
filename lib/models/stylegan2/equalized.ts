/**
 * Layers with an equalised learning rate (Karras et al. 2018, section 4.1): weights are drawn from a normal of deviation 1 and
 * scaled where they are used, so that Adam moves all layers alike.
 */
import type { Random } from "../../core/random";
import { tf } from "../../core/tf";

/** Slope of the leaky ReLU below zero, and the gain that keeps the variance. */
export const SLOPE = 0.2;
export const GAIN = Math.SQRT2;

/** A network's variables by name. */
export type Weights = Readonly<Record<string, tf.Variable>>;

/** Collects variables; each is drawn from a stream of its own name. */
export class WeightBuilder {
  readonly weights: Record<string, tf.Variable> = {};
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  normal(name: string, shape: number[], deviation = 1): void {
    const size = shape.reduce((a, b) => a * b, 1);
    const values = this.#random.fork(name).normals(size);
    this.#add(name, shape, values.map((value) => value * deviation), true); // prettier-ignore
  }

  constant(name: string, shape: number[], value = 0, trainable = true): void {
    const size = shape.reduce((a, b) => a * b, 1);
    this.#add(name, shape, new Float32Array(size).fill(value), trainable);
  }

  /** Numbers that are drawn once and never learnt. */
  fixedNormal(name: string, shape: number[]): void {
    this.#add(name, shape, this.#random.fork(name).normals(shape.reduce((a, b) => a * b, 1)), false);
  }

  #add(name: string, shape: number[], values: Float32Array, trainable: boolean): void {
    this.weights[name] = tf.tidy(() => tf.variable(tf.tensor(values, shape, "float32"), trainable));
  }
}

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
