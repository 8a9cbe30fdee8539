/** The two steps of a conditional game. As in gan-steps.ts, all that is random comes in as an argument. */
import { tf } from "../core/tf";
import type { ConditionalNetworks } from "../models/conditional-networks";
import type { Adam } from "./adam";
import type { DiscriminatorStep } from "./gan-steps";
import {
  classMarginLoss,
  discriminatorLoss,
  generatorLoss,
  hingeDiscriminatorLoss,
  hingeGeneratorLoss,
} from "./losses";

/** The lecture's cross-entropy, or the hinge. */
export type ConditionalLoss = "cross-entropy" | "hinge";

export interface DealerExamples {
  /** (2 · batch, height, width, channels), the real ones first. */
  images: tf.Tensor4D;
  /** int32 (2 · batch), what they are said to show. */
  labels: tf.Tensor1D;
  /** What the real ones do not show, int32 (batch), and the weight of classMarginLoss with it. */
  wrong?: { labels: tf.Tensor1D; weight: number };
}

/**
 * The dealer learns from real images and fakes in one batch, each with the class it is said to show.
 *
 * @returns the loss before the step, and the mean logits of real images and of fakes; the caller disposes of them
 */
export function trainConditionalDiscriminatorOneStep(
  { discriminator }: ConditionalNetworks,
  optimizer: Adam,
  kind: ConditionalLoss,
  { images, labels, wrong }: DealerExamples,
): DiscriminatorStep {
  return tf.tidy(() => {
    discriminator.prepare();
    const half = images.shape[0] / 2;
    const targets = tf.concat([tf.ones([half, 1]), tf.zeros([half, 1])]);
    // All images twice, real ones with wrong labels the second time; of the fakes' second verdicts nothing is made.
    const said = wrong === undefined ? labels : tf.concat([labels, wrong.labels, labels.slice(half)]);
    const kept: tf.Tensor[] = [];
    const loss = optimizer.minimize(() => {
      const verdicts = discriminator.judge(images, said);
      const [onReal, onFake, onWrong] = tf.split(verdicts, verdicts.shape[0] / half) as [
        tf.Tensor,
        tf.Tensor,
        tf.Tensor?,
      ];
      kept.push(tf.keep(onReal.clone()), tf.keep(onFake.clone()));
      const judged =
        kind === "hinge"
          ? hingeDiscriminatorLoss(onReal, onFake)
          : discriminatorLoss(targets, tf.concat([onReal, onFake]));
      return wrong === undefined ? judged : judged.add(classMarginLoss(onReal, onWrong!).mul(wrong.weight));
    });
    const [onReal, onFake] = kept.map((logits) => logits.mean<tf.Scalar>());
    tf.dispose(kept);
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
