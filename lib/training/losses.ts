/** What the two players of a GAN minimise. */
import { tf } from "../core/tf";

/**
 * Mean binary cross-entropy −y ln σ(a) − (1 − y) ln(1 − σ(a)) of logits a against labels y, as softplus(a) − y·a: the same
 * number, finite for every finite logit.
 *
 * @param labels (batch, 1), from 0 (fake) to 1 (real)
 * @param logits (batch, 1)
 */
export function binaryCrossEntropy(labels: tf.Tensor, logits: tf.Tensor): tf.Scalar {
  return tf.tidy(() => tf.softplus(logits).sub(labels.mul(logits)).mean<tf.Scalar>());
}

/**
 * The dealer's loss: the cross-entropy of its verdicts on real and fake images mixed (Goodfellow et al. 2014, eq. 1,
 * negated because optimisers minimise, and halved by the mean).
 */
export function discriminatorLoss(labels: tf.Tensor, logits: tf.Tensor): tf.Scalar {
  return binaryCrossEntropy(labels, logits);
}

/**
 * The forger's loss: the cross-entropy of the verdicts on its fakes against "all of them are real" (Goodfellow et al.
 * 2014, section 3: −ln D(G(z)) instead of ln(1 − D(G(z))), which teaches nothing while the fakes are poor).
 */
export function generatorLoss(fakeLogits: tf.Tensor): tf.Scalar {
  return tf.tidy(() => binaryCrossEntropy(tf.onesLike(fakeLogits), fakeLogits));
}

/**
 * The dealer's hinge loss (Lim & Ye 2017; Miyato et al. 2018), the mean of max(0, 1 − a) over real images plus the mean of
 * max(0, 1 + a) over fakes: it asks for a margin of 1 and nothing beyond, so certain verdicts teach nothing more.
 *
 * @param onReal logits (batch, 1)
 * @param onFake logits (batch, 1)
 */
export function hingeDiscriminatorLoss(onReal: tf.Tensor, onFake: tf.Tensor): tf.Scalar {
  return tf.tidy(() =>
    tf.sub(1, onReal).relu().mean<tf.Scalar>().add(onFake.add(1).relu().mean<tf.Scalar>()),
  );
}

/** The forger's loss beside it: −a, its mean. Without a hinge, so that a poor fake always has a gradient. */
export function hingeGeneratorLoss(onFake: tf.Tensor): tf.Scalar {
  return tf.tidy(() => onFake.mean<tf.Scalar>().neg());
}

/**
 * Asks that a real image's own class win against another one by a margin of 1: the mean of max(0, 1 − (a_own − a_other)). What a
 * logit says of "real" whatever the class is in both and cancels, so this teaches the dealer what the classes look like and
 * nothing else. (The pairs of matching-aware discriminators, Reed et al. 2016, with the margin of Crammer & Singer 2001.)
 *
 * @param own logits (batch, 1) of real images with their labels
 * @param other logits (batch, 1) of the same images with wrong labels
 */
export function classMarginLoss(own: tf.Tensor, other: tf.Tensor): tf.Scalar {
  return tf.tidy(() => other.sub(own).add(1).relu().mean<tf.Scalar>());
}
