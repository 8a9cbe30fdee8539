/** Training a GAN of points, by the plain game or by one of the remedies against mode collapse. */
import { compile, type CompiledStep } from "../core/compile";
import { OptionError } from "../core/errors";
import { type Random } from "../core/random";
import { randomKey, type RandomKey, randomNormal, randomUniform } from "../core/random-ops";
import { tf } from "../core/tf";
import type { GaussianMixture } from "../data/gaussian-mixtures";
import { mixtureBatch } from "../data/tensors";
import type { PointGan } from "../models/point-gan";
import { savedVariables } from "../models/weights";
import { Adam } from "./adam";
import {
  trainPointCritic,
  trainPointDiscriminator,
  trainPointGenerator,
  trainPointGeneratorOnCritic,
  unrolledGeneratorLoss,
} from "./point-gan-steps";
import {
  checkRates,
  checkWhole,
  loopDefaults,
  readNumbers,
  runTraining,
  type LoopOptions,
  type LoopProgress,
} from "./training-loop";

/** Which game is played. */
export type PointGanVariant =
  /** The forger minimises −ln D(G(z)) (Goodfellow et al. 2014). */
  | { kind: "gan" }
  /** The forger plays against the dealer as it will be `unrolls` steps later (Metz et al. 2017). */
  | { kind: "unrolled"; unrolls: number }
  /** The dealer judges `pack` points together, and sees that they are all alike (Lin et al. 2018); the gan must be built so. */
  | { kind: "pac"; pack: number }
  /** A critic, kept from being steep, that makes `criticSteps` steps to one of the forger's (Gulrajani et al. 2017). */
  | { kind: "wgan-gp"; penaltyWeight: number; criticSteps: number };

export interface PointGanTraining extends LoopOptions {
  variant?: PointGanVariant;
  /** Verdicts on real and on fake points in a step: so many packs, of one point each unless the variant is "pac". */
  batchSize?: number;
  discriminatorRate?: number;
  generatorRate?: number;
  /** Adam's memory of past gradients, for both players. */
  beta1?: number;
}

/** The numbers of the demonstration that Metz et al. 2017 published for the ring. */
export const pointGanTraining = {
  ...loopDefaults,
  variant: { kind: "gan" } as PointGanVariant,
  batchSize: 512,
  discriminatorRate: 1e-4,
  generatorRate: 1e-3,
  beta1: 0.5,
} satisfies PointGanTraining;

export interface PointGanProgress extends LoopProgress {
  discriminatorLoss: number;
  generatorLoss: number;
}

/**
 * Trains both networks in place on points of a mixture, fresh ones in each step, and tells of each step:
 *
 *     for await (const { step } of trainPointGan(gan, ringOfGaussians(), { variant: { kind: "unrolled", unrolls: 5 } })) …
 *
 * Everything random is derived from `seed` and the step's number; it is seeded, resumed and stopped as trainGan is.
 *
 * @throws OptionError where an option makes no sense, the gan is not packed as the variant says, or the snapshot was made with other ones
 * @throws TrainingError where a loss is no longer a number
 */
export async function* trainPointGan(
  gan: PointGan,
  mixture: GaussianMixture,
  options: PointGanTraining = {},
): AsyncGenerator<PointGanProgress, void, undefined> {
  const settings = { ...pointGanTraining, ...options };
  checkSettings(gan, settings);
  const { batchSize, discriminatorRate, generatorRate, beta1, variant } = settings;
  const discriminatorAdam = new Adam(gan.discriminator, { learningRate: discriminatorRate, beta1 });
  const generatorAdam = new Adam(gan.generator, { learningRate: generatorRate, beta1 });
  const takeStep = compileStep({ gan, mixture, discriminatorAdam, generatorAdam, variant, batchSize });
  try {
    yield* runTraining(
      {
        name: "trainPointGan",
        batchSize: batchSize * gan.options.pack,
        parts: {
          generator: savedVariables(byPlace(gan.generator)),
          discriminator: savedVariables(byPlace(gan.discriminator)),
          generatorAdam,
          discriminatorAdam,
        },
        fixed: {
          batchSize,
          discriminatorRate,
          generatorRate,
          beta1,
          variant: JSON.stringify(variant),
          mixture: JSON.stringify(mixture),
        },
        takeStep: trainOneStep,
        losses: ["discriminatorLoss", "generatorLoss"],
        remedy:
          `Lower discriminatorRate (${discriminatorRate}) and generatorRate (${generatorRate}), ` +
          "and start from new weights",
      },
      settings,
    );
  } finally {
    takeStep.dispose();
    discriminatorAdam.dispose();
    generatorAdam.dispose();
  }

  async function trainOneStep(_: number, random: Random): Promise<StepNumbers> {
    const key = randomKey(random);
    const losses = takeStep(key);
    key.dispose();
    return readNumbers(losses, ["discriminatorLoss", "generatorLoss"]);
  }
}

type StepNumbers = Pick<PointGanProgress, "discriminatorLoss" | "generatorLoss">;

interface Players {
  gan: PointGan;
  mixture: GaussianMixture;
  discriminatorAdam: Adam;
  generatorAdam: Adam;
  variant: PointGanVariant;
  batchSize: number;
}

/** Both players' steps compiled into one, which draws all it needs from its key; gives StepNumbers in their order, (2). */
function compileStep(players: Players): CompiledStep<[RandomKey], tf.Tensor1D> {
  return compile((key: RandomKey) => tf.stack(playRound(players, drawBy(key, players))) as tf.Tensor1D, {
    name: "trainPointGan",
    eagerFirst: false,
  });
}

/** The dealer learns, then the forger. */
function playRound(
  { gan, discriminatorAdam, generatorAdam, variant }: Players,
  draw: ReturnType<typeof drawBy>,
): [discriminatorLoss: tf.Scalar, generatorLoss: tf.Scalar] {
  if (variant.kind === "wgan-gp") {
    let loss: tf.Scalar | undefined;
    for (let i = 0; i < variant.criticSteps; i++)
      loss = trainPointCritic(
        gan,
        discriminatorAdam,
        { real: draw.real(), z: draw.z(), mix: draw.mix() },
        variant.penaltyWeight,
      );
    return [loss!, trainPointGeneratorOnCritic(gan, generatorAdam, draw.z())];
  }
  const dealer = trainPointDiscriminator(gan, discriminatorAdam, draw.real(), draw.z());
  if (variant.kind !== "unrolled") return [dealer, trainPointGenerator(gan, generatorAdam, draw.z())];
  const [real, z] = [draw.real(), draw.z()];
  const forger = generatorAdam.minimize(() =>
    unrolledGeneratorLoss(gan, discriminatorAdam, real, z, variant.unrolls),
  );
  return [dealer, forger];
}

/** Draws batches of one key, each from streams of its own. */
function drawBy(key: RandomKey, { gan, mixture, batchSize }: Players) {
  const points = batchSize * gan.options.pack;
  let stream = 0;
  return {
    real: () => mixtureBatch(key, mixture, points, (stream += 2) - 2),
    z: () => randomNormal(key, [points, gan.options.latentSize], stream++) as tf.Tensor2D,
    mix: () => randomUniform(key, [points, 1], stream++) as tf.Tensor2D,
  };
}

function checkSettings(
  { options: { pack } }: PointGan,
  settings: Required<Omit<PointGanTraining, "signal" | "snapshot">>,
): void {
  const { variant, batchSize, discriminatorRate, generatorRate, beta1 } = settings;
  checkWhole("trainPointGan", { batchSize });
  checkRates("trainPointGan", { discriminatorRate, generatorRate });
  if (!(beta1 >= 0 && beta1 < 1))
    throw new OptionError(`trainPointGan: beta1: expected a number from 0 to below 1, got ${beta1}.`);
  const packed = variant.kind === "pac" ? variant.pack : 1;
  if (packed !== pack)
    throw new OptionError(
      `trainPointGan: variant: expected a gan that judges ${packed} ${packed === 1 ? "point" : "points"} at a time, ` +
        `got one of ${pack}. Build it with buildPointGan({ pack: ${packed} }).`,
    );
  switch (variant.kind) {
    case "gan":
    case "pac":
      break;
    case "unrolled":
      if (!Number.isInteger(variant.unrolls) || variant.unrolls < 0)
        throw new OptionError(
          `trainPointGan: unrolls: expected a whole number from 0, got ${variant.unrolls}.`,
        );
      break;
    case "wgan-gp":
      checkWhole("trainPointGan", { criticSteps: variant.criticSteps });
      checkRates("trainPointGan", { penaltyWeight: variant.penaltyWeight });
  }
}

/** "0", "1", …: names for a snapshot. */
const byPlace = (variables: readonly tf.Variable[]) => Object.fromEntries(variables.entries());
