/** What both trainings of a tabular GAN share: the generator's step, and the form of their options. */
import { compile, type CompiledStep } from "../../core/compile";
import { createHash } from "node:crypto";
import { OptionError, ShapeError } from "../../core/errors";
import type { RandomKey } from "../../core/random-ops";
import type { tf } from "../../core/tf";
import { encoderToJson } from "../../data/table-encoder";
import type { PreparedTable } from "../../data/prepare-table";
import { criticScores, generateVectors, latentRows, type TabularGan } from "../../models/tabular-gan";
import { savedVariables } from "../../models/weights";
import { Adam } from "../adam";
import { checkRates, checkWhole, loopDefaults, type LoopOptions } from "../training-loop";
import { WeightAverage } from "../weight-average";

export interface TabularTraining extends LoopOptions {
  batchSize?: number;
  /** Steps of the critic for each one of the generator. */
  criticSteps?: number;
  /** Adam's learning rates. */
  criticRate?: number;
  generatorRate?: number;
  beta1?: number;
  beta2?: number;
  /** λ of the gradient penalty. */
  penaltyWeight?: number;
  /** Memory of the generator's average weights, from one step to the next. */
  averageDecay?: number;
}

/** Rates and memories of CTGAN (Xu et al. 2019); five steps of the critic as Gulrajani et al. 2017. */
export const tabularTraining = {
  ...loopDefaults,
  batchSize: 256,
  criticSteps: 5,
  criticRate: 5e-4,
  generatorRate: 5e-4,
  beta1: 0.5,
  beta2: 0.9,
  penaltyWeight: 10,
  averageDecay: 0.998,
} satisfies TabularTraining;

export type TabularSettings = typeof tabularTraining & TabularTraining;

/** Both optimisers and the compiled step of the generator; to be disposed of. */
export function buildPlayers(gan: TabularGan, settings: TabularSettings, name: string) {
  const { criticRate, generatorRate, beta1, beta2, batchSize } = settings;
  const criticAdam = new Adam(Object.values(gan.critic), { learningRate: criticRate, beta1, beta2 });
  const generatorAdam = new Adam(Object.values(gan.generator), { learningRate: generatorRate, beta1, beta2 });
  const averages = Object.keys(gan.generator).map((part) => gan.average[part]!);
  const average = new WeightAverage(Object.values(gan.generator), settings.averageDecay, averages);
  const stepGenerator: CompiledStep<[RandomKey], tf.Scalar> = compile(
    (key: RandomKey) => {
      const loss = generatorAdam.minimize(() => {
        const fake = generateVectors(gan, latentRows(gan, key, batchSize), key);
        return criticScores(gan, fake).mean<tf.Scalar>().neg();
      });
      average.update();
      return loss;
    },
    { name: `${name} generator`, eagerFirst: false },
  );
  return {
    criticAdam,
    generatorAdam,
    stepGenerator,
    parts: {
      generator: savedVariables(gan.generator),
      average,
      critic: savedVariables(gan.critic),
      generatorAdam,
      criticAdam,
    },
    dispose: () => {
      stepGenerator.dispose();
      criticAdam.dispose();
      generatorAdam.dispose();
      average.dispose();
    },
  };
}

/** What makes a training another one: its settings but for where and how long, and the encoder. */
export function fixedSettings(
  gan: TabularGan,
  settings: TabularSettings,
): Record<string, number | string | boolean> {
  const { batchSize, criticSteps, criticRate, generatorRate, beta1, beta2, penaltyWeight, averageDecay } =
    settings;
  const { schema, modes } = encoderToJson(gan.encoder);
  const encoder = createHash("sha256")
    .update(JSON.stringify([schema, modes]))
    .digest("hex")
    .slice(0, 12);
  const { classes, temperature } = gan.sizes;
  return {
    ...{ batchSize, criticSteps, criticRate, generatorRate, beta1, beta2, penaltyWeight, averageDecay },
    ...{ classes, temperature, encoder },
  };
}

/** The real rows, (count, width). @throws ShapeError where they are of another encoder */
export function checkTabular(
  name: string,
  gan: TabularGan,
  { vectors, records }: Pick<PreparedTable, "vectors" | "records">,
  settings: TabularSettings,
): void {
  const { batchSize, criticSteps, criticRate, generatorRate, beta1, beta2, penaltyWeight, averageDecay } =
    settings;
  checkWhole(name, { batchSize, criticSteps });
  checkRates(name, { criticRate, generatorRate, penaltyWeight });
  for (const [option, value] of Object.entries({ beta1, beta2, averageDecay }))
    if (!(value >= 0 && value < 1))
      throw new OptionError(`${name}: ${option}: expected a number from 0 to below 1, got ${value}.`);
  if (vectors.length !== records.count * gan.encoder.width)
    throw new ShapeError(
      `${name}: table: expected rows of ${gan.encoder.width} numbers, for which the networks are built; got ` +
        `${vectors.length / records.count}. Build them with this table's encoder.`,
    );
}
