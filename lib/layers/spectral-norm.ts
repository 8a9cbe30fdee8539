/**
 * Spectral normalisation (Miyato et al. 2018): a kernel divided by its largest singular value, so that the layer stretches nothing
 * by more than 1 and a discriminator's gradients stay bounded.
 */
import { tf } from "../core/tf";

/** Estimates of the singular vectors of the largest value; variables, so that a compiled step goes on from the last one's. */
export interface SingularVectors {
  /** (outputs) */
  right: tf.Variable;
  /** (everything but outputs) */
  left: tf.Variable;
}

/** Keeps the division finite; PyTorch's value. */
const EPSILON = 1e-12;

/**
 * One step of the power iteration for the matrix W (rows, outputs) that a kernel is: right u ← Wᵀv / |Wᵀv|, left v ← Wu / |Wu|, in PyTorch's order. To
 * be called before the loss whose gradient is taken: within it the vectors are constants, as Miyato et al. and PyTorch have it.
 */
export function iteratePower(kernel: tf.Tensor, { left, right }: SingularVectors): void {
  tf.tidy(() => {
    const matrix = asMatrix(kernel);
    right.assign(unit(tf.matMul(matrix, column(left), true)).flatten());
    left.assign(unit(tf.matMul(matrix, column(right))).flatten());
  });
}

/**
 * W / σ with σ = vᵀWu. Gradients flow through W and σ, not through the vectors.
 *
 * @param kernel of any rank, outputs last
 * @returns the same shape
 */
export function spectralNorm<T extends tf.Tensor>(kernel: T, { left, right }: SingularVectors): T {
  return tf.tidy(() => {
    const sigma = tf.matMul(
      tf.matMul(left.reshape<tf.Tensor2D>([1, left.size]), asMatrix(kernel)),
      column(right),
    );
    return kernel.div(sigma.reshape([]));
  });
}

const asMatrix = (kernel: tf.Tensor) => kernel.reshape<tf.Tensor2D>([-1, kernel.shape.at(-1)!]);
const column = (vector: tf.Tensor) => vector.reshape<tf.Tensor2D>([vector.size, 1]);
const unit = (vector: tf.Tensor) => vector.div(vector.norm().maximum(EPSILON));
