/** What the players of a Wasserstein GAN with gradient penalty minimise (Gulrajani et al. 2017). */
import { tf } from "../core/tf";

/** What a critic is for its losses: rows (batch, width) to scores (batch, 1). */
export type Critic = (rows: tf.Tensor2D) => tf.Tensor2D;

/** Keeps the gradient of a length finite where the length is 0. */
export const SMALLEST_SQUARE = 1e-12;

/** Points on the lines from fake to real rows: u · real + (1 − u) · fake, with u (batch, 1) uniform. */
export function mixRows(real: tf.Tensor2D, fake: tf.Tensor2D, u: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => fake.add(real.sub(fake).mul(u)));
}

/** (‖∇ₓ D(x)‖ − 1)² for each row, (batch): the critic's slope should be 1 between real and fake. */
export function slopePenalties(critic: Critic, mixed: tf.Tensor2D): tf.Tensor1D {
  return tf.tidy(() => {
    const slopes = tf.grad((rows) => critic(rows as tf.Tensor2D).sum())(mixed);
    return slopes.square().sum(1).add(SMALLEST_SQUARE).sqrt().sub(1).square() as tf.Tensor1D;
  });
}

/**
 * The critic's loss row by row, (batch): D(fake) − D(real) + λ (‖∇ D(mixed)‖ − 1)², equation 3 of the paper before its means.
 *
 * @param penaltyWeight λ
 */
export function criticLosses(
  critic: Critic,
  { real, fake, mixed }: { real: tf.Tensor2D; fake: tf.Tensor2D; mixed: tf.Tensor2D },
  penaltyWeight: number,
): { losses: tf.Tensor1D; advantage: tf.Scalar } {
  const gaps = critic(real).sub(critic(fake)).squeeze<tf.Tensor1D>([1]);
  const losses = slopePenalties(critic, mixed).mul<tf.Tensor1D>(penaltyWeight).sub<tf.Tensor1D>(gaps);
  return { losses, advantage: gaps.mean() };
}
