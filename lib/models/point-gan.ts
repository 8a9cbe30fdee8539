/**
 * A GAN of points in the plane, as small as can be: two multilayer perceptrons. Their sizes and orthogonal first weights are those of the
 * demonstration that Metz et al. 2017 (Unrolled GAN) published for a ring of Gaussians. The ReLU is not: with the
 * demonstration's tanh the plain game, too, finds all modes of the ring, and there is nothing to mend.
 */
import { OptionError } from "../core/errors";
import { Random } from "../core/random";
import { tf } from "../core/tf";
import { linear } from "../layers/linear";
import { orthogonalMatrix } from "./orthogonal";

export interface PointGanOptions {
  /** Length of a latent point. */
  latentSize?: number;
  /** Units of a hidden layer, in both networks. */
  width?: number;
  /** Hidden layers, in both networks. */
  numLayers?: number;
  /** What a hidden unit does with its sum. */
  activation?: "tanh" | "relu";
  /** How many points the discriminator judges together (Lin et al. 2018, PacGAN). */
  pack?: number;
  /** Decides the first weights. */
  seed?: number;
}

export const pointGanDefaults = {
  latentSize: 256,
  width: 128,
  numLayers: 2,
  activation: "relu",
  pack: 1,
  seed: 0,
} satisfies PointGanOptions;

/** Kernel and bias of the first layer, of the second, …: variables, or tensors that take their place. */
export type MlpWeights<Weight extends tf.Tensor = tf.Tensor> = readonly Weight[];

export interface PointGan {
  options: Required<PointGanOptions>;
  generator: MlpWeights<tf.Variable>;
  discriminator: MlpWeights<tf.Variable>;
}

/** Metz et al.'s gain of the first weights: about √2, what a ReLU takes from a signal (He et al. 2015). */
const GAIN = 1.4;

/**
 * Both networks, with weights that `seed` decides.
 *
 * @throws OptionError where a size is no positive whole number
 */
export function buildPointGan(options: PointGanOptions = {}): PointGan {
  const settings = { ...pointGanDefaults, ...options };
  const { latentSize, width, numLayers, activation, pack, seed } = settings;
  for (const [name, size] of Object.entries({ latentSize, width, numLayers, pack }))
    if (!Number.isInteger(size) || size < 1)
      throw new OptionError(`buildPointGan: ${name}: expected a positive whole number, got ${size}.`);
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- notebooks may come without types
  if (activation !== "tanh" && activation !== "relu")
    throw new OptionError(
      `buildPointGan: activation: expected "tanh" or "relu", got ${JSON.stringify(activation)}.`,
    );
  const hidden = Array.from({ length: numLayers }, () => width);
  const random = new Random(seed).fork("point-gan");
  return {
    options: settings,
    generator: buildMlp([latentSize, ...hidden, 2], random.fork("generator")),
    discriminator: buildMlp([2 * pack, ...hidden, 1], random.fork("discriminator")),
  };
}

/**
 * The forger: latent points z (batch, latentSize) to points (batch, 2). The caller disposes of them.
 */
export function generatePoints(gan: PointGan, z: tf.Tensor2D): tf.Tensor2D {
  return applyMlp(gan.generator, z, gan.options.activation);
}

/**
 * The dealer: points (batch, 2) to logits (batch / pack, 1), one for every `pack` points that follow each other. The sigmoid of
 * a logit is the probability that they are real.
 *
 * @param weights other weights in the place of the discriminator's own, such as those of an unrolled step
 * @throws ShapeError where the batch is not a multiple of `pack`
 */
export function judgePoints(
  gan: PointGan,
  points: tf.Tensor2D,
  weights: MlpWeights = gan.discriminator,
): tf.Tensor2D {
  const { pack, activation } = gan.options;
  return tf.tidy(() => applyMlp(weights, points.reshape([-1, 2 * pack]), activation));
}

function buildMlp(sizes: readonly number[], random: Random): tf.Variable[] {
  return sizes.slice(1).flatMap((outputs, i) => {
    const inputs = sizes[i]!;
    const values = orthogonalMatrix(inputs, outputs, GAIN, random.fork(i));
    return tf.tidy(() => [
      tf.variable(tf.tensor2d(values, [inputs, outputs])),
      tf.variable(tf.zeros([outputs])),
    ]);
  });
}

function applyMlp(weights: MlpWeights, x: tf.Tensor2D, activation: "tanh" | "relu"): tf.Tensor2D {
  return tf.tidy(() => {
    let y: tf.Tensor = x;
    for (let i = 0; i < weights.length; i += 2) {
      y = linear(y, weights[i] as tf.Tensor2D, weights[i + 1] as tf.Tensor1D);
      if (i + 2 < weights.length) y = tf[activation](y);
    }
    return y as tf.Tensor2D;
  });
}
