/** The conditional GAN of the hurricane photographs, one step of each player, batch 64, without augmentation: for peers see conditional_gan.py. */
import { createRequire } from "node:module";
import type * as generative from "@actl/generative";
import { ADAM, normal, tokens, type Workload } from "./workloads.ts";

const {
  Adam,
  buildConditionalGan,
  conditionalGanDefaults,
  tf,
  trainConditionalDiscriminatorOneStep,
  trainConditionalGeneratorOneStep,
} = createRequire(import.meta.url)("@actl/generative") as typeof generative;

/** @param share divides the batch */
export function conditionalGan(share = 1): Workload {
  const batch = 64 / share;
  const gan = buildConditionalGan({ conditioning: "projection", seed: 1 });
  const { generator, discriminator } = gan;
  const named = (prefix: string, weights: generative.Weights) =>
    Object.entries(weights).map(([name, variable]) => [`${prefix}.${name}`, variable] as const);
  const adamG = new Adam(Object.values(generator.weights), ADAM);
  const adamD = new Adam(Object.values(discriminator.weights), ADAM);
  return {
    parameters: Object.fromEntries([
      ...named("g", generator.weights),
      ...named("d", discriminator.weights),
      ...named("state", discriminator.state),
    ]),
    inputs: {
      real: normal(batch, 32, 32, 3).sigmoid(),
      y: tokens(2, [batch]),
      z1: normal(batch, generator.latentSize),
      y1: tokens(2, [batch]),
      z2: normal(batch, generator.latentSize),
      y2: tokens(2, [batch]),
    },
    step: (inputs) => {
      const { real, y, z1, y1, z2, y2 } = inputs as Record<"real" | "y" | "z1" | "y1" | "z2" | "y2", never>;
      const images = tf.concat<generative.tf.Tensor4D>([real, generator.generate(z1, y1)]);
      const labels = tf.concat<generative.tf.Tensor1D>([y, y1]);
      const dealer = trainConditionalDiscriminatorOneStep(gan, adamD, "hinge", { images, labels });
      return dealer.loss.add(trainConditionalGeneratorOneStep(gan, adamG, "hinge", { z: z2, labels: y2 }));
    },
    flops: 2 * batch * (4 * generatorProducts() + 8 * discriminatorProducts()),
  };
}

/** Multiplications for one image: the plan, three doublings, the colours. */
function generatorProducts(): number {
  const { generatorFilters: f, latentSize, classSize } = conditionalGanDefaults.projection;
  const doublings = [0, 1, 2].map((i) => (4 * 2 ** i) ** 2 * 16 * f[i]! * f[i + 1]!);
  return (latentSize + classSize) * 16 * f[0] + doublings.reduce((a, b) => a + b) + 32 * 32 * 9 * f[3] * 3;
}

/** The same of the discriminator's six convolutions. */
function discriminatorProducts(): number {
  const { discriminatorFilters: f } = conditionalGanDefaults.projection;
  const sides = [16, 8, 4];
  return sides.reduce((sum, side, i) => sum + side ** 2 * (16 * (f[i - 1] ?? 3) * f[i]! + 9 * f[i]! ** 2), 0);
}
