/** The two steps of a conditional game. As in gan-steps.ts, all that is random comes in as an argument. */
import { tf } from "../core/tf";
import type { ConditionalNetworks } from "../models/conditional-networks";
import type { Adam } from "./adam";
import type { DiscriminatorStep } from "./gan-steps";
import { discriminatorLoss, generatorLoss, hingeDiscriminatorLoss, hingeGeneratorLoss } from "./losses";

/** The lecture's cross-entropy, or the hinge. */
export type ConditionalLoss = "cross-entropy" | "hinge";

/**
 * The dealer learns from real images and fakes in one batch, each with the class it is said to show.
 *
 * @param images (2 · batch, height, width, channels), the real ones first
 * @param labels int32 (2 · batch)
 * @returns the loss before the step, and the mean logits of real images and of fakes; the caller disposes of them
 */
export function trainConditionalDiscriminatorOneStep(
  { discriminator }: ConditionalNetworks,
  optimizer: Adam,
  kind: ConditionalLoss,
  { images, labels }: { images: tf.Tensor4D; labels: tf.Tensor1D },
): DiscriminatorStep {
  return tf.tidy(() => {
    discriminator.prepare();
    const half = images.shape[0] / 2;
    const targets = tf.concat([tf.ones([half, 1]), tf.zeros([half, 1])]);
    const verdicts: tf.Tensor[] = [];
    const loss = optimizer.minimize(() => {
      const logits = discriminator.judge(images, labels);
      verdicts.push(tf.keep(logits.clone()));
      if (kind === "cross-entropy") return discriminatorLoss(targets, logits);
      const [onReal, onFake] = tf.split(logits, 2);
      return hingeDiscriminatorLoss(onReal!, onFake!);
    });
    const [onReal, onFake] = tf.split(verdicts[0]!, 2).map((part) => part.mean<tf.Scalar>());
    tf.dispose(verdicts);
    return { loss, onReal: onReal!, onFake: onFake! };
  });
}

/**
 * The forger learns: the dealer judges its fakes together with the classes they were asked to show, and only the generator's
 * weights move.
 *
 * @param z (batch, latentSize)
 * @param labels int32 (batch), the classes asked for
 * @param change what is done to the fakes before the dealer sees them
 * @returns the loss before the step; the caller disposes of it
 */
export function trainConditionalGeneratorOneStep(
  { generator, discriminator }: ConditionalNetworks,
  optimizer: Adam,
  kind: ConditionalLoss,
  {
    z,
    labels,
    change = (images) => images,
  }: { z: tf.Tensor2D; labels: tf.Tensor1D; change?: (images: tf.Tensor4D) => tf.Tensor4D },
): tf.Scalar {
  return optimizer.minimize(() => {
    const logits = discriminator.judge(change(generator.generate(z, labels)), labels);
    return kind === "hinge" ? hingeGeneratorLoss(logits) : generatorLoss(logits);
  });
}
