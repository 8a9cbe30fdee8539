/** The steps of the games that are compared for mode collapse. All that is random comes in as an argument. */
import { tf } from "../core/tf";
import { generatePoints, judgePoints, type MlpWeights, type PointGan } from "../models/point-gan";
import type { Adam } from "./adam";
import { mixRows, slopePenalties } from "./critic-loss";
import { unrollAdam } from "./unrolled-adam";

/**
 * The saddle objective, with its sign turned: −ln D(x) − ln(1 − D(G(z))), means over the batch (Goodfellow et al. 2014,
 * eq. 1). The discriminator minimises it; the generator of the minimax game maximises it.
 */
export function saddleLoss(onReal: tf.Tensor, onFake: tf.Tensor): tf.Scalar {
  return tf.tidy(() =>
    tf.softplus(onReal.neg()).mean<tf.Scalar>().add<tf.Scalar>(tf.softplus(onFake).mean<tf.Scalar>()),
  );
}

/** The dealer's step down the saddle objective. @returns the loss before the step; the caller disposes of it */
export function trainPointDiscriminator(
  gan: PointGan,
  optimizer: Adam,
  real: tf.Tensor2D,
  z: tf.Tensor2D,
): tf.Scalar {
  return tf.tidy(() => {
    const fake = generatePoints(gan, z);
    return optimizer.minimize(() => saddleLoss(...judgeBoth(gan, real, fake)));
  });
}

/** The forger's step in the plain game, −ln D(G(z)). @returns the loss before the step; the caller disposes of it */
export function trainPointGenerator(gan: PointGan, optimizer: Adam, z: tf.Tensor2D): tf.Scalar {
  return optimizer.minimize(() =>
    tf.softplus(judgePoints(gan, generatePoints(gan, z)).neg()).mean<tf.Scalar>(),
  );
}

/**
 * What the forger of an unrolled GAN minimises: minus the saddle objective for the dealer as it would be after `unrolls`
 * more steps of its optimiser (Metz et al. 2017, eq. 8). With 0 it is the minimax game of Goodfellow et al. 2014.
 */
export function unrolledGeneratorLoss(
  gan: PointGan,
  discriminatorAdam: Adam,
  real: tf.Tensor2D,
  z: tf.Tensor2D,
  unrolls: number,
): tf.Scalar {
  return tf.tidy(() => {
    const fake = generatePoints(gan, z);
    const loss = (weights: MlpWeights) => saddleLoss(...judgeBoth(gan, real, fake, weights));
    const ahead = unrollAdam(discriminatorAdam, gan.discriminator, loss, unrolls);
    return loss(ahead).neg();
  });
}

/**
 * The critic's step of a Wasserstein GAN with gradient penalty (Gulrajani et al. 2017, eq. 3):
 *
 *     mean D(G(z)) − mean D(x) + λ · mean (‖∇ D(x̂)‖ − 1)²        x̂ = ε x + (1 − ε) G(z)
 *
 * @param mix ε (batch, 1), uniform on [0, 1]
 * @returns the loss before the step; the caller disposes of it
 */
export function trainPointCritic(
  gan: PointGan,
  optimizer: Adam,
  { real, z, mix }: { real: tf.Tensor2D; z: tf.Tensor2D; mix: tf.Tensor2D },
  penaltyWeight: number,
): tf.Scalar {
  return tf.tidy(() => {
    const fake = generatePoints(gan, z);
    const mixed = mixRows(real, fake, mix);
    return optimizer.minimize(() => {
      const [onReal, onFake] = judgeBoth(gan, real, fake);
      const penalty = slopePenalties((points) => judgePoints(gan, points), mixed).mean<tf.Scalar>();
      return onFake.mean<tf.Scalar>().sub(onReal.mean()).add(penalty.mul(penaltyWeight));
    });
  });
}

/** The forger's step against a critic, −mean D(G(z)). @returns the loss before the step; the caller disposes of it */
export function trainPointGeneratorOnCritic(gan: PointGan, optimizer: Adam, z: tf.Tensor2D): tf.Scalar {
  return optimizer.minimize(() => judgePoints(gan, generatePoints(gan, z)).mean<tf.Scalar>().neg());
}

/** The verdicts on real and fake points, by one call of the network. */
function judgeBoth(
  gan: PointGan,
  real: tf.Tensor2D,
  fake: tf.Tensor2D,
  weights?: MlpWeights,
): [onReal: tf.Tensor, onFake: tf.Tensor] {
  const [onReal, onFake] = tf.split(judgePoints(gan, tf.concat([real, fake]), weights), 2);
  return [onReal!, onFake!];
}
