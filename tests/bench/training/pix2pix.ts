/** pix2pix as the course trains it, both steps, on batches of 16 photographs of 64 pixels; without dropout, whose masks differ. */
import { createRequire } from "node:module";
import type * as generative from "@actl/generative";
import { ADAM, type Workload } from "./workloads.ts";

const {
  Adam,
  buildPix2pix,
  Random,
  randomKey,
  tf,
  trainableVariables,
  trainColouristOneStep,
  trainPatchDiscriminatorOneStep,
} = createRequire(import.meta.url)("@actl/generative") as typeof generative;

const BATCH = 16;
const SIDE = 64;

/** @param share divides the batch */
export function pix2pix(share = 1): Workload {
  const batch = BATCH / share;
  const random = new Random(8);
  const networks = buildPix2pix({ dropout: 0, seed: 1 });
  const [generatorAdam, discriminatorAdam] = [networks.generator, networks.discriminator].map(
    (network) => new Adam(trainableVariables(network), ADAM),
  ) as [generative.Adam, generative.Adam];
  const key = randomKey(random); // asked for, and without dropout not used
  const weights = { adversarialWeight: 1, l1Weight: 100 };
  const uniform = (channels: number, range: number) =>
    tf.tensor4d(random.uniforms(batch * SIDE * SIDE * channels, -range, range), [
      batch,
      SIDE,
      SIDE,
      channels,
    ]);
  return {
    parameters: { ...named("g", networks.generator), ...named("d", networks.discriminator) },
    inputs: { lightness: uniform(1, 1), truth: uniform(2, 0.2) },
    step: ({ lightness, truth }) => {
      const pair = {
        lightness: lightness as generative.tf.Tensor4D,
        truth: truth as generative.tf.Tensor4D,
        key,
      };
      const onPatches = trainPatchDiscriminatorOneStep(networks, discriminatorAdam, pair);
      const { adversarialLoss, l1 } = trainColouristOneStep(networks, generatorAdam, pair, weights);
      return onPatches.add(adversarialLoss).add(l1);
    },
    // The generator forwards once and backwards; the discriminator so on real and fake, and once more for the generator's loss.
    flops: 2 * batch * (3 * products(GENERATOR) + 8 * products(DISCRIMINATOR)),
  };
}

/** "g_down1_kernel" and so on. */
function named(player: string, network: generative.tf.LayersModel): Record<string, generative.tf.Variable> {
  const variables = trainableVariables(network);
  const names = network.layers.flatMap((layer) =>
    layer.trainableWeights.map(
      ({ originalName }) => `${player}_${layer.name}_${originalName.split("/").at(-1)!}`,
    ),
  );
  return Object.fromEntries(names.map((name, i) => [name, variables[i]!]));
}

type Convolution = [places: number, from: number, to: number];
const GENERATOR: Convolution[] = [
  [32 ** 2, 1, 32],
  [16 ** 2, 32, 64],
  [8 ** 2, 64, 96],
  [4 ** 2, 96, 128],
  [4 ** 2, 128, 96],
  [8 ** 2, 192, 64],
  [16 ** 2, 128, 32],
  [32 ** 2, 64, 2],
];
const DISCRIMINATOR: Convolution[] = [
  [32 ** 2, 3, 32],
  [16 ** 2, 32, 64],
  [15 ** 2, 64, 128],
  [14 ** 2, 128, 1],
];

/** Products of one example's forward pass; every kernel is 4 × 4. */
function products(convolutions: readonly Convolution[]): number {
  return convolutions.reduce((sum, [places, from, to]) => sum + 16 * places * from * to, 0);
}
