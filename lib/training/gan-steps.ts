/**
 * The two steps of the game. All that is random comes in as an argument, so that a step is a function of tensors: the same
 * inputs make the same step, and it can be traced once and run many times.
 */
import type { Gan } from "../models/gan";
import { tf } from "../core/tf";
import type { Random } from "../core/random";
import type { Adam } from "./adam";
import { discriminatorLoss, generatorLoss } from "./losses";

/** What the dealer's step tells. The caller disposes of all three. */
export type DiscriminatorStep = {
  loss: tf.Scalar;
  /** Mean probability "real" that the dealer gave to the real images, before the step. */
  onReal: tf.Scalar;
  /** The same for the fakes. */
  onFake: tf.Scalar;
};

/**
 * First step, the dealer learns. Fakes made of `z` are mixed with real images; the targets are the right answers (with some
 * noise); only the discriminator's weights move.
 *
 * @param real (batch, 28, 28, 1)
 * @param z (batch, latentSize)
 * @param labels (2 · batch, 1): the targets of the real images, then those of the fakes
 */
export function trainDiscriminatorOneStep(
  { generator, discriminator }: Gan,
  optimizer: Adam,
  real: tf.Tensor4D,
  z: tf.Tensor2D,
  labels: tf.Tensor2D,
): DiscriminatorStep {
  return tf.tidy(() => {
    const fake = generator.apply(z) as tf.Tensor4D;
    const mixed = tf.concat([real, fake]); // (2 · batch, 28, 28, 1)
    let verdicts: tf.Tensor | undefined;
    const loss = optimizer.minimize(() => {
      const logits = discriminator.apply(mixed, { training: true }) as tf.Tensor2D; // (2 · batch, 1)
      verdicts = tf.keep(logits.sigmoid());
      return discriminatorLoss(labels, logits);
    });
    const [onReal, onFake] = tf.split(verdicts!, 2).map((half) => half.mean<tf.Scalar>());
    verdicts!.dispose();
    return { loss, onReal: onReal!, onFake: onFake! };
  });
}

/**
 * Second step, the forger learns. The dealer judges fakes made of `z`; the loss asks that all of them pass for real and
 * flows back through the discriminator, whose weights stay as they are: only the generator's move.
 *
 * @param z (batch, latentSize)
 * @returns the loss before the step; the caller disposes of it
 */
export function trainGeneratorOneStep(
  { generator, discriminator }: Gan,
  optimizer: Adam,
  z: tf.Tensor2D,
): tf.Scalar {
  return optimizer.minimize(() => {
    const fake = generator.apply(z, { training: true }) as tf.Tensor4D;
    return generatorLoss(discriminator.apply(fake, { training: true }) as tf.Tensor2D);
  });
}

/**
 * The dealer's targets (2 · batchSize, 1): 1 for the real half, 0 for the fake half, each moved towards the other by
 * noise · u with u uniform on [0, 1), so that it is never quite certain and never stops learning.
 *
 * The Keras example adds the noise to both halves. Above 1 the cross-entropy has no lower bound (the loss falls for ever as
 * the logit grows), so here labels stay between 0 and 1.
 */
export function noisyLabels(rng: Random, batchSize: number, noise: number): tf.Tensor2D {
  const moves = rng.uniforms(2 * batchSize, 0, noise);
  return tf.tensor2d(
    moves.map((move, i) => (i < batchSize ? 1 - move : move)),
    [2 * batchSize, 1],
  );
}
