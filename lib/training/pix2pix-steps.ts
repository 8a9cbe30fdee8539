/**
 * The two steps of pix2pix and what they minimise (Isola et al. 2017, eq. 1 to 4). All that is random comes in as a key, so that a
 * step is a function of tensors.
 */
import { withRandomKey } from "../core/dropout";
import type { RandomKey } from "../core/random-ops";
import { tf } from "../core/tf";
import { judgePatches, type Pix2pix } from "../models/pix2pix";
import type { Adam } from "./adam";
import { binaryCrossEntropy, generatorLoss } from "./losses";

/** A batch of photographs as the networks have them, and the key of the dropout's masks. */
export interface ColourPair {
  /** (batch, height, width, 1) in [−1, 1] */
  lightness: tf.Tensor4D;
  /** (batch, height, width, 2) in [−1, 1] */
  truth: tf.Tensor4D;
  key: RandomKey;
}

/** Of the generator's loss. */
export interface LossWeights {
  adversarialWeight: number;
  l1Weight: number;
}

/**
 * First step: real and fake colours of the same lightness; only the discriminator's weights move.
 *
 * @returns the loss before the step; the caller disposes of it
 */
export function trainPatchDiscriminatorOneStep(
  networks: Pix2pix,
  optimizer: Adam,
  { lightness, truth, key }: ColourPair,
): tf.Scalar {
  return tf.tidy(() => {
    const fake = paint(networks, lightness, key);
    return optimizer.minimize(() =>
      patchDiscriminatorLoss(
        judgePatches(networks, lightness, truth),
        judgePatches(networks, lightness, fake),
      ),
    );
  });
}

/**
 * Second step: the generator colours the same lightness with the same masks, and its loss flows back through the discriminator,
 * whose weights stay as they are. With an adversarial weight of 0 the discriminator is not asked.
 *
 * @returns both parts of the loss before the step, without their weights; the caller disposes of them
 */
export function trainColouristOneStep(
  networks: Pix2pix,
  optimizer: Adam,
  { lightness, truth, key }: ColourPair,
  { adversarialWeight, l1Weight }: LossWeights,
): { adversarialLoss: tf.Scalar; l1: tf.Scalar } {
  return tf.tidy(() => {
    const parts: tf.Scalar[] = [];
    optimizer.minimize(() => {
      const fake = paint(networks, lightness, key);
      const l1 = l1Loss(fake, truth);
      const adversarialLoss =
        adversarialWeight === 0 ? tf.scalar(0) : generatorLoss(judgePatches(networks, lightness, fake));
      parts.push(tf.keep(adversarialLoss), tf.keep(l1));
      return adversarialLoss.mul(adversarialWeight).add(l1.mul<tf.Scalar>(l1Weight));
    });
    const [adversarialLoss, l1] = parts.map((part) => {
      const copy = part.clone();
      part.dispose();
      return copy;
    });
    return { adversarialLoss: adversarialLoss!, l1: l1! };
  });
}

function paint({ generator }: Pix2pix, lightness: tf.Tensor4D, key: RandomKey): tf.Tensor4D {
  return withRandomKey(key, () => generator.apply(lightness, { training: true }) as tf.Tensor4D);
}

/**
 * The discriminator's loss over all patches, halved as in the paper (section 3.3), "which slows down the rate at which D learns
 * relative to G": ½ (mean −ln σ(real) + mean −ln(1 − σ(fake))).
 *
 * @param realLogits (batch, rows, columns, 1)
 * @param fakeLogits (batch, rows, columns, 1)
 */
export function patchDiscriminatorLoss(realLogits: tf.Tensor, fakeLogits: tf.Tensor): tf.Scalar {
  return tf.tidy(() =>
    binaryCrossEntropy(tf.onesLike(realLogits), realLogits)
      .add(binaryCrossEntropy(tf.zerosLike(fakeLogits), fakeLogits))
      .mul<tf.Scalar>(0.5),
  );
}

/** Mean |fake − truth| over pixels and axes; the paper's L1, which asks for the median colour where several are possible. */
export function l1Loss(fake: tf.Tensor, truth: tf.Tensor): tf.Scalar {
  return tf.tidy(() => fake.sub(truth).abs().mean<tf.Scalar>());
}
