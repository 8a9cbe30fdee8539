/** What is compared for mode collapse, and the published numbers that it stands beside. */
import {
  type GaussianMixture,
  gridOfGaussians,
  type PointGanOptions,
  type PointGanTraining,
  type PointGanVariant,
  ringOfGaussians,
} from "@actl/generative";

export type MixtureName = "ring" | "grid";
export const SEEDS = 10;

/** What all contenders on a mixture have in common. */
export interface SetUp {
  mixture: GaussianMixture;
  network: Pick<Required<PointGanOptions>, "latentSize" | "width" | "numLayers" | "activation" | "scale">;
  rates: Pick<Required<PointGanTraining>, "discriminatorRate" | "generatorRate">;
  steps: number;
}

/**
 * Ring: Metz et al.'s demonstration (sizes, rates, β₁), with ReLU for its tanh. Grid: its tanh, and rates of 10⁻³ for both, as in VEEGAN's code: with
 * ReLU unrolled games made no more than a smear over the whole grid, 2 to 4 % of high quality, and with slower discriminators all games did. Batches are of 64
 * instead of 512, latent points of 64 numbers instead of 256, steps 8,000 and 7,000 instead of 25,000, so that ten seeds of everything are done in about
 * twenty minutes.
 */
export const setUps: Record<MixtureName, SetUp> = {
  ring: {
    mixture: ringOfGaussians(),
    network: { latentSize: 64, width: 128, numLayers: 2, activation: "relu", scale: 1 },
    rates: { discriminatorRate: 1e-4, generatorRate: 1e-3 },
    steps: 8_000,
  },
  grid: {
    mixture: gridOfGaussians(),
    network: { latentSize: 64, width: 128, numLayers: 2, activation: "tanh", scale: 2 },
    rates: { discriminatorRate: 1e-3, generatorRate: 1e-3 },
    steps: 7_000,
  },
};
export const mixtureNames = Object.keys(setUps) as MixtureName[];

export interface Contender {
  name: string;
  variant: PointGanVariant;
  /** What is not as in the set-up. */
  changes?: Partial<SetUp["rates"]>;
}

export const contenders: readonly Contender[] = [
  { name: "GAN", variant: { kind: "gan" } },
  { name: "unrolled, k = 0", variant: { kind: "unrolled", unrolls: 0 } },
  { name: "unrolled, k = 1", variant: { kind: "unrolled", unrolls: 1 } },
  { name: "unrolled, k = 5", variant: { kind: "unrolled", unrolls: 5 } },
  { name: "unrolled, k = 10", variant: { kind: "unrolled", unrolls: 10 } },
  { name: "PacGAN2", variant: { kind: "pac", pack: 2 } },
  { name: "PacGAN4", variant: { kind: "pac", pack: 4 } },
  // λ as in the toy experiments of Gulrajani et al.; their rate of 1e-4 is for 100,000 steps.
  {
    name: "WGAN-GP",
    variant: { kind: "wgan-gp", penaltyWeight: 0.1, criticSteps: 5 },
    changes: { discriminatorRate: 1e-3, generatorRate: 1e-3 },
  },
];

/** The options of a contender's training on a mixture. */
export function trainingOf({ variant, changes }: Contender, { rates, steps }: SetUp): PointGanTraining {
  return { variant, batchSize: 64, beta1: 0.5, ...rates, ...changes, steps };
}

export interface Published {
  name: string;
  source: string;
  modes: string;
  highQuality: string;
}

/** VEEGAN: Srivastava et al. 2017, table 1, means of five runs. PacGAN: Lin et al. 2018, table 1, means of ten with standard errors. */
export const published: Record<MixtureName, readonly Published[]> = {
  ring: [
    { name: "GAN", source: "VEEGAN", modes: "1", highQuality: "99.3" },
    { name: "Unrolled GAN", source: "VEEGAN", modes: "7.6", highQuality: "35.6" },
    { name: "VEEGAN", source: "VEEGAN", modes: "8", highQuality: "52.9" },
    { name: "GAN", source: "PacGAN", modes: "6.3 ± 0.5", highQuality: "98.2 ± 0.2" },
    { name: "PacGAN2", source: "PacGAN", modes: "7.9 ± 0.1", highQuality: "95.6 ± 2.0" },
    { name: "PacGAN4", source: "PacGAN", modes: "7.8 ± 0.1", highQuality: "95.9 ± 1.4" },
  ],
  grid: [
    { name: "GAN", source: "VEEGAN", modes: "3.3", highQuality: "–" },
    { name: "ALI", source: "VEEGAN", modes: "15.8", highQuality: "–" },
    { name: "Unrolled GAN", source: "VEEGAN", modes: "23.6", highQuality: "–" },
    { name: "VEEGAN", source: "VEEGAN", modes: "24.6", highQuality: "–" },
    { name: "GAN", source: "PacGAN", modes: "17.3 ± 0.8", highQuality: "94.8 ± 0.7" },
    { name: "PacGAN2", source: "PacGAN", modes: "23.8 ± 0.7", highQuality: "91.3 ± 0.8" },
    { name: "PacGAN4", source: "PacGAN", modes: "24.8 ± 0.2", highQuality: "93.6 ± 0.6" },
  ],
};
