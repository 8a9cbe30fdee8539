/** What is compared for mode collapse, and the published numbers that it stands beside. */
import {
  gridOfGaussians,
  type PointGanTraining,
  type PointGanVariant,
  ringOfGaussians,
} from "@actl/generative";

export const mixtures = {
  ring: ringOfGaussians(),
  grid: gridOfGaussians(),
};
export type MixtureName = keyof typeof mixtures;

/**
 * Metz et al.'s demonstration (sizes, rates, β₁), with ReLU for its tanh; batches of 64 instead of 512, latent points of 64 numbers instead of
 * 256 and 5,000 steps instead of 25,000, so that ten seeds of everything are done in half an hour.
 */
export const network = { latentSize: 64, width: 128, numLayers: 2, activation: "relu" } as const;
const rates = { batchSize: 64, discriminatorRate: 1e-4, generatorRate: 1e-3, beta1: 0.5 };
export const STEPS = 5_000;
export const SEEDS = 10;

export interface Contender {
  name: string;
  variant: PointGanVariant;
  training: PointGanTraining;
}

const contend = (name: string, variant: PointGanVariant, changes: PointGanTraining = {}): Contender => ({
  name,
  variant,
  training: { ...rates, ...changes, variant },
});

export const contenders: readonly Contender[] = [
  contend("GAN", { kind: "gan" }),
  contend("unrolled, k = 0", { kind: "unrolled", unrolls: 0 }),
  contend("unrolled, k = 1", { kind: "unrolled", unrolls: 1 }),
  contend("unrolled, k = 5", { kind: "unrolled", unrolls: 5 }),
  contend("unrolled, k = 10", { kind: "unrolled", unrolls: 10 }),
  contend("PacGAN2", { kind: "pac", pack: 2 }),
  contend("PacGAN4", { kind: "pac", pack: 4 }),
  // λ as in the toy experiments of Gulrajani et al.; their rate of 1e-4 is for 100,000 steps.
  contend(
    "WGAN-GP",
    { kind: "wgan-gp", penaltyWeight: 0.1, criticSteps: 5 },
    { discriminatorRate: 1e-3, generatorRate: 1e-3 },
  ),
];

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
