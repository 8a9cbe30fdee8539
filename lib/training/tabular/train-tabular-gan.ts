/** Training a tabular WGAN-GP without privacy: the critic sees the rows as they are. */
import { compile } from "../../core/compile";
import type { Random } from "../../core/random";
import { randomKey, type RandomKey, randomUniform } from "../../core/random-ops";
import { tf } from "../../core/tf";
import { resumableBatches } from "../../data/batches";
import type { PreparedTable } from "../../data/prepare-table";
import { criticScores, generateVectors, latentRows, type TabularGan } from "../../models/tabular-gan";
import { type LoopProgress, readNumbers, runTraining } from "../training-loop";
import { criticLosses, mixRows } from "../critic-loss";
import {
  buildPlayers,
  checkTabular,
  fixedSettings,
  tabularTraining,
  type TabularTraining,
} from "./generator-step";

export interface TabularProgress extends LoopProgress {
  /** The critic's loss in its last step, penalty included. */
  criticLoss: number;
  /** −mean D(fake). */
  generatorLoss: number;
  /** mean D(real) − mean D(fake): what the critic tells them apart by, an estimate of their Wasserstein distance. */
  advantage: number;
}

/** Streams of a step's key: lib/models/tabular-gan.ts has 0 and 1. */
export const MIXING = 2;

/**
 * Trains both networks in place, `criticSteps` steps of the critic and one of the generator at a time:
 *
 *     const table = prepareTable(loadAusprivauto());
 *     const gan = buildTabularGan(table.encoder);
 *     for await (const { step, advantage } of trainTabularGan(gan, table, { steps: 3000 })) …
 *
 * The encoder's ledger is told that the rows were seen without noise: no ε can be stated of the networks from then on.
 *
 * @throws OptionError where an option makes no sense, or the snapshot was made with other ones
 * @throws ShapeError where the table was prepared by another encoder
 * @throws TrainingError where a loss is no longer a number
 */
export async function* trainTabularGan(
  gan: TabularGan,
  table: Pick<PreparedTable, "vectors" | "records">,
  options: TabularTraining = {},
): AsyncGenerator<TabularProgress, void, undefined> {
  const settings = { ...tabularTraining, ...options };
  const name = "trainTabularGan";
  checkTabular(name, gan, table, settings);
  const { batchSize, criticSteps, seed, penaltyWeight } = settings;
  const { count } = table.records;
  gan.encoder.ledger.recordExposure("trainTabularGan: the critic saw the rows themselves");
  const players = buildPlayers(gan, settings, name);
  const rows = tf.tensor2d(table.vectors, [count, gan.encoder.width]);
  const stepCritic = compile(
    (all: tf.Tensor2D, indices: tf.Tensor1D, key: RandomKey) => {
      const real = tf.gather(all, indices);
      const fake = generateVectors(gan, latentRows(gan, key, batchSize), key);
      const mixed = mixRows(real, fake, randomUniform(key, [batchSize, 1], MIXING) as tf.Tensor2D);
      let told: tf.Scalar | undefined;
      const loss = players.criticAdam.minimize(() => {
        const critic = (x: tf.Tensor2D) => criticScores(gan, x);
        const { losses, advantage } = criticLosses(critic, { real, fake, mixed }, penaltyWeight);
        told = tf.keep(advantage);
        return losses.mean<tf.Scalar>();
      });
      const numbers = tf.stack([loss, told!]) as tf.Tensor1D;
      told!.dispose();
      return numbers;
    },
    { name: `${name} critic`, eagerFirst: false },
  );
  const batches = resumableBatches(count, batchSize, seed);
  try {
    yield* runTraining(
      {
        name,
        batchSize: batchSize * criticSteps,
        parts: players.parts,
        fixed: fixedSettings(gan, settings),
        state: batches.position,
        takeStep,
        losses: ["criticLoss", "generatorLoss"],
        limit: 1e6,
        remedy: `Lower criticRate (${settings.criticRate}) and generatorRate (${settings.generatorRate}), and start from new weights`,
      },
      settings,
    );
  } finally {
    players.dispose();
    stepCritic.dispose();
    rows.dispose();
  }

  async function takeStep(_: number, random: Random) {
    const numbers = tf.tidy(() => {
      let onCritic: tf.Tensor1D | undefined;
      for (let i = 0; i < criticSteps; i++) {
        onCritic = stepCritic(
          rows,
          tf.tensor1d(Int32Array.from(batches.next()), "int32"),
          randomKey(random.fork(i)),
        );
      }
      const onGenerator = players.stepGenerator(randomKey(random.fork("generator")));
      return tf.concat([onCritic!, onGenerator.reshape([1])]);
    });
    return readNumbers(numbers, ["criticLoss", "advantage", "generatorLoss"]);
  }
}
