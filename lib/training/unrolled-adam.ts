/**
 * Adam's steps as a differentiable function (Metz et al. 2017, "Unrolled generative adversarial networks"): where k steps would take the
 * discriminator's weights, through which the generator's gradient flows.
 */
import { OptionError } from "../core/errors";
import { tf } from "../core/tf";
import type { Adam } from "./adam";

/** Below any square that counts beside ε² (1e-14), above what single precision rounds to 0, where a root has no slope. */
const LEAST_SQUARE = 1e-30;

/**
 * The weights after `unrolls` more steps of `optimizer` down `loss`, as functions of `weights`, of the optimiser's state and of all that
 * `loss` uses: the gradient of what is computed from them includes how the steps themselves would change (of second order). Neither the
 * variables nor the optimiser's state move.
 *
 * Metz et al. write θᵏ⁺¹ = θᵏ + η ∂f/∂θᵏ (eq. 7) for the steps; their demonstration unrolls Adam, and so does this, from the state that
 * the optimiser has: then the weights looked ahead to are those it will reach. Plain descent of the same rate looks almost nowhere: on
 * the ring the mean gradient of a weight is 10⁻³, and Adam moves each weight by about the rate.
 *
 * @param weights what the steps start from, in the order of the optimiser's variables
 * @param loss of weights in that order; each step takes it of the same batch, as Metz et al. do
 * @returns `weights` themselves where `unrolls` is 0
 * @throws OptionError where `unrolls` is no whole number from 0
 */
export function unrollAdam(
  optimizer: Adam,
  weights: readonly tf.Tensor[],
  loss: (weights: tf.Tensor[]) => tf.Scalar,
  unrolls: number,
): tf.Tensor[] {
  if (!Number.isInteger(unrolls) || unrolls < 0)
    throw new OptionError(`unrollAdam: unrolls: expected a whole number from 0, got ${unrolls}.`);
  if (unrolls === 0) return [...weights];
  const { options, step, ...state } = optimizer.state;
  const { learningRate, beta1, beta2, epsilon } = options;
  // All weights in one vector: a sixth of the ops that a step of Adam is.
  const join = (parts: readonly tf.Tensor[]): tf.Tensor => tf.concat(parts.map((part) => part.flatten()));
  const sizes = weights.map(({ size }) => size);
  const separate = (joined: tf.Tensor) =>
    tf.split(joined, sizes).map((part, i) => part.reshape(weights[i]!.shape));
  const gradientAt = tf.grad((joined) => loss(separate(joined)));
  let [current, mean, square] = [join(weights), join(state.means), join(state.squares)];
  for (let k = 1; k <= unrolls; k++) {
    const gradient = gradientAt(current);
    // 1 − βᵗ, as in Adam.
    const correct = (beta: number) => step.add(k).mul(Math.log(beta)).expm1().neg();
    mean = mean.mul(beta1).add(gradient.mul(1 - beta1));
    square = square.mul(beta2).add(gradient.square().mul(1 - beta2));
    const root = square.div(correct(beta2)).maximum(LEAST_SQUARE).sqrt();
    const rate = tf.div(learningRate, correct(beta1));
    current = current.sub(mean.mul(rate).div(root.add(epsilon)));
  }
  return separate(current);
}
