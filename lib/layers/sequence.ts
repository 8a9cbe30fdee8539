/** What recurrent layers share; sequences are time first, (time, batch, size). */
import { tf } from "../core/tf";

/** All times and rows of the batch as one matrix, (time · batch, size). */
export function rowsOf(sequence: tf.Tensor3D): tf.Tensor2D {
  const [time, batch, size] = sequence.shape;
  return sequence.reshape([time * batch, size]);
}

/** One matrix (batch, size) for each time. */
export function timesOf(sequence: tf.Tensor3D): tf.Tensor2D[] {
  // The gradient of tfjs's unstack fails where it gives one tensor.
  return sequence.shape[0] === 1 ? [sequence.squeeze([0])] : (tf.unstack(sequence) as tf.Tensor2D[]);
}

/** Gradient of an input's weights: Σₜ xₜᵀ dₜ, as one product over all times and rows. */
export function inputGradient(x: tf.Tensor3D, d: tf.Tensor3D): tf.Tensor2D {
  return tf.matMul(rowsOf(x), rowsOf(d), true);
}

/** Gradient of recurrent weights: Σₜ hₜ₋₁ᵀ dₜ, where h₋₁ is 0. */
export function recurrentGradient(h: tf.Tensor3D, d: tf.Tensor3D): tf.Tensor2D {
  return inputGradient(h.slice(0, h.shape[0] - 1), d.slice(1));
}
