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
