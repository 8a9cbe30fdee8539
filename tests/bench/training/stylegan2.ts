/**
 * StyleGAN2-ADA of the hurricane photographs, 32 pixels and two classes, batch 32: one step of the discriminator, one of R1, one of
 * the generator, each with its own step of Adam as in the training. R1 comes in every step here, and not in one of 16, so that the gradient of
 * a gradient is measured. So that all engines compute the same: latent points are inputs, the noise is the networks' fixed one, and there is
 * neither style mixing nor augmentation, nor path lengths. Peers: stylegan2_peers.py.
 */
import { createRequire } from "node:module";
import type * as generative from "@actl/generative";
import { normal, type Workload } from "./workloads.ts";

const { Adam, buildStylegan2, countStyles, gradientPenalty, judge, mapLatents, Random, synthesize, tf } =
  createRequire(import.meta.url)("@actl/generative") as typeof generative;

type Tensor2D = generative.tf.Tensor2D;
type Tensor4D = generative.tf.Tensor4D;
type Scalar = generative.tf.Scalar;
type Inputs = { real: Tensor4D; y: Tensor2D; y1: Tensor2D; y2: Tensor2D; z1: Tensor2D; z2: Tensor2D };

const BATCH = 32;
const CLASSES = 2;
/** As in the training, but at a tenth of its rate, so that rounding does not grow into other losses within a few steps. */
const ADAM = { learningRate: 0.00025, beta1: 0, beta2: 0.99, epsilon: 1e-8 };
/** γ/2 of the training's R1 term. */
const R1_WEIGHT = (0.0002 * 32 ** 2) / BATCH / 2;

/** @param share divides the batch */
export function stylegan2(share = 1): Workload {
  const batch = BATCH / share;
  const { generator, discriminator, average, sizes } = buildStylegan2({ classes: CLASSES, seed: 1 });
  tf.dispose(average.weights);
  const named = (prefix: string, weights: generative.Weights) =>
    Object.entries(weights).map(([name, variable]) => [`${prefix}.${name}`, variable] as const);
  const [adamG, adamD] = [generator, discriminator].map(
    ({ weights }) =>
      new Adam(
        Object.values(weights).filter(({ trainable }) => trainable),
        ADAM,
      ),
  ) as [generative.Adam, generative.Adam];
  const random = new Random(9);
  const labels = () => {
    const classes = Int32Array.from({ length: batch }, () => random.integer(CLASSES));
    return tf.oneHot(tf.tensor1d(classes, "int32"), CLASSES).cast<Tensor2D>("float32");
  };
  const generate = (z: Tensor2D, y: Tensor2D) => {
    const w = mapLatents(generator, z, y);
    return synthesize(generator, new Array<Tensor2D>(countStyles(sizes)).fill(w), "fixed");
  };
  /** Mean softplus(−logits): what those lose who should be taken for real. */
  const realLoss = (logits: generative.tf.Tensor) => tf.softplus(logits.neg()).mean<Scalar>();
  return {
    parameters: Object.fromEntries([...named("g", generator.weights), ...named("d", discriminator.weights)]),
    inputs: {
      real: normal(batch, sizes.resolution, sizes.resolution, 3).tanh(),
      y: labels(),
      y1: labels(),
      y2: labels(),
      z1: normal(batch, sizes.latentSize),
      z2: normal(batch, sizes.latentSize),
    },
    step: (inputs) => {
      const { real, y, y1, y2, z1, z2 } = inputs as Inputs;
      const both = tf.concat([real, generate(z1, y1)]);
      const lossD = adamD.minimize(() => {
        const [onReal, onFake] = tf.split(judge(discriminator, both, tf.concat([y, y1])), 2);
        return realLoss(onReal!).add(tf.softplus(onFake!).mean());
      });
      const penalty = adamD.minimize(() => gradientPenalty(discriminator, real, y).mul(R1_WEIGHT));
      const lossG = adamG.minimize(() => realLoss(judge(discriminator, generate(z2, y2), y2)));
      return lossD.add(penalty).add(lossG);
    },
    // The generator forwards twice and backwards once. The discriminator: three passes on real and on fake; for R1 forwards, back to
    // the pixels, and for its gradient two of each again (variation within groups is not linear); for the generator, there and back.
    flops: 2 * batch * (4 * generatorProducts(sizes) + (6 + 6 + 2) * discriminatorProducts(sizes)),
  };
}

const channelsAt = (side: number, sizes: generative.Stylegan2Sizes) =>
  Math.min(sizes.channelBase / side, sizes.channelMax);

function sides({ resolution }: generative.Stylegan2Sizes): number[] {
  return Array.from({ length: Math.log2(resolution) - 1 }, (_, i) => 4 * 2 ** i);
}

/** Multiplications for one image in the convolutions: a transposed one of each side, one of 3 × 3, one to colours. */
function generatorProducts(sizes: generative.Stylegan2Sizes): number {
  return sides(sizes).reduce((sum, side) => {
    const [before, channels] = [channelsAt(side / 2, sizes), channelsAt(side, sizes)];
    const doubling = side > 4 ? (side / 2) ** 2 * 9 * before * channels : 0;
    return sum + doubling + side ** 2 * (9 * channels ** 2 + 3 * channels);
  }, 0);
}

/** The same of the discriminator: a convolution, a halving one and a skip of each side, and the last. */
function discriminatorProducts(sizes: generative.Stylegan2Sizes): number {
  const { resolution } = sizes;
  const blocks = sides(sizes)
    .slice(1)
    .reduce((sum, side) => {
      const [channels, after] = [channelsAt(side, sizes), channelsAt(side / 2, sizes)];
      return sum + side ** 2 * 9 * channels ** 2 + (side / 2) ** 2 * 10 * channels * after;
    }, 0);
  const last = channelsAt(4, sizes);
  return (
    resolution ** 2 * 3 * channelsAt(resolution, sizes) + blocks + 16 * (9 * (last + 1) * last + last ** 2)
  );
}
