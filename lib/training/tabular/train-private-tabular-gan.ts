/**
 * Training a tabular WGAN-GP with differential privacy: DP-SGD (Abadi et al. 2016) on the critic, which alone sees real rows; the
 * generator learns from the critic, which costs nothing more ("post-processing").
 */
import { compile } from "../../core/compile";
import { OptionError } from "../../core/errors";
import { Random } from "../../core/random";
import { randomKey, type RandomKey, randomUniform } from "../../core/random-ops";
import { tf } from "../../core/tf";
import type { PreparedTable } from "../../data/prepare-table";
import { generateVectors, latentRows, type TabularGan } from "../../models/tabular-gan";
import type { PrivacyLedger } from "../../privacy/ledger";
import { poissonSample, secretSeed, wideNormals } from "../../privacy/noise";
import { checkRates, type LoopProgress, readNumbers, runTraining } from "../training-loop";
import { mixRows } from "../critic-loss";
import {
  buildPlayers,
  checkTabular,
  fixedSettings,
  tabularTraining,
  type TabularTraining,
} from "./generator-step";
import { clippedCriticGradients } from "./private-critic";
import { MIXING } from "./train-tabular-gan";

export interface PrivateTabularTraining extends TabularTraining {
  /**
   * Rows in a step on average: each row is taken with probability batchSize / encoder.count, by itself. Large batches drown the
   * noise sooner than they cost.
   */
  batchSize?: number;
  /** σ: the noise's deviation over clipNorm. `noiseForBudget` finds it for an ε. */
  noiseMultiplier?: number;
  /** C: gradients of single rows are shortened to this length. */
  clipNorm?: number;
  /**
   * Decides noise and samples. From the operating system unless given, and kept in the snapshot alone. Whoever knows it can take
   * the noise away: ε holds as long as nobody does. Give one in tests, never for what is published.
   */
  noiseSeed?: number;
}

export const privateTabularTraining = {
  ...tabularTraining,
  batchSize: 512,
  noiseMultiplier: 1,
  clipNorm: 1,
  criticSteps: 4,
} satisfies PrivateTabularTraining;

/** Nothing in it was computed of real rows but through the noise; so there is no loss of the critic on them. */
export interface PrivateTabularProgress extends LoopProgress {
  /** −mean D(fake). */
  generatorLoss: number;
  /** Noisy steps of the critic so far. */
  noisySteps: number;
}

/** What the ledger calls these steps. */
const PURPOSE = "the critic's gradients";

/** Steps of each training (by its noise) that a ledger has already: those repeated after a crash had the very same noise. */
const recordedSteps = new WeakMap<PrivacyLedger, Map<number, number>>();

/**
 * Trains both networks in place. Every real row's gradient, penalty included, is clipped to `clipNorm` before rows are summed; the
 * sum gets normal noise of deviation noiseMultiplier · clipNorm and is divided by the expected batch size. Each such step is written
 * to the encoder's ledger before its result is used:
 *
 *     const table = prepareTable(loadAusprivauto(), { private: { noiseMultiplier: 10 } });
 *     const gan = buildTabularGan(table.encoder);
 *     for await (const { noisySteps } of trainPrivateTabularGan(gan, table, { steps: 500, noiseMultiplier: 1.2 })) …
 *     console.log(String(gan.encoder.ledger.state(1e-6)));
 *
 * Not covered: floating-point attacks beyond what `wideNormals` blurs, and hyperparameters chosen by looking at the same data.
 * What a training prints of time or memory is not protected either, nor is its snapshot, which holds the secret seed.
 *
 * @throws PrivacyError where the encoder or the networks saw the data without noise before
 * @throws OptionError where an option makes no sense, or the snapshot was made with other ones
 * @throws TrainingError where a loss is no longer a number
 */
export async function* trainPrivateTabularGan(
  gan: TabularGan,
  table: Pick<PreparedTable, "vectors" | "records">,
  options: PrivateTabularTraining = {},
): AsyncGenerator<PrivateTabularProgress, void, undefined> {
  const settings = { ...privateTabularTraining, ...options };
  const name = "trainPrivateTabularGan";
  checkTabular(name, gan, table, settings);
  const { batchSize, criticSteps, noiseMultiplier, clipNorm, penaltyWeight } = settings;
  checkRates(name, { noiseMultiplier, clipNorm });
  const { ledger } = gan.encoder;
  ledger.requirePrivate();
  const sampleRate = batchSize / gan.encoder.count;
  if (sampleRate > 1)
    throw new OptionError(
      `${name}: batchSize: expected at most the ${gan.encoder.count} rows there are, got ${batchSize}.`,
    );
  const { count } = table.records;
  const players = buildPlayers(gan, settings, name);
  const rows = tf.tensor2d(table.vectors, [count, gan.encoder.width]);
  // Six deviations above the mean: a batch that needs a second tile is rare, and only slower.
  const tileSize = Math.min(count, Math.ceil((batchSize + 6 * Math.sqrt(batchSize)) / 16) * 16);
  const sumTile = compile(
    (all: tf.Tensor2D, indices: tf.Tensor1D, mask: tf.Tensor1D, key: RandomKey) => {
      const real = tf.gather(all, indices);
      const fake = generateVectors(gan, latentRows(gan, key, tileSize), key);
      const mixed = mixRows(real, fake, randomUniform(key, [tileSize, 1], MIXING) as tf.Tensor2D);
      return clippedCriticGradients(gan, { real, fake, mixed }, mask, {
        clipNorm: clipNorm * SAFETY,
        penaltyWeight,
      }).sums;
    },
    { name: `${name} critic`, eagerFirst: false },
  );
  const applyNoisy = compile(
    (sums: tf.NamedTensorMap, key: RandomKey) => {
      const noise = Object.fromEntries(
        Object.entries(sums).map(([weight, sum], i) => [weight, wideNormals(key, sum.shape, i)]),
      );
      players.criticAdam.apply(noisyMeans(sums, noise, { noiseMultiplier, clipNorm, batchSize }));
    },
    { name: `${name} noise`, eagerFirst: false },
  );
  // In the snapshot's state, so that a resumed training repeats no step with other noise.
  const state = { noiseSeed: settings.noiseSeed ?? secretSeed() };
  try {
    yield* runTraining(
      {
        name,
        batchSize: batchSize * criticSteps,
        parts: players.parts,
        fixed: { ...fixedSettings(gan, settings), noiseMultiplier, clipNorm, count: gan.encoder.count },
        state,
        takeStep,
        losses: ["generatorLoss"],
        limit: 1e6,
        remedy: `Lower criticRate (${settings.criticRate}) and generatorRate (${settings.generatorRate}), and start from new weights`,
      },
      settings,
    );
  } finally {
    players.dispose();
    sumTile.dispose();
    applyNoisy.dispose();
    rows.dispose();
  }

  async function takeStep(step: number, random: Random) {
    const secret = new Random(state.noiseSeed);
    const loss = tf.tidy(() => {
      for (let i = 0; i < criticSteps; i++) {
        const noisyStep = step * criticSteps + i;
        record(ledger, state.noiseSeed, noisyStep + 1, { noiseMultiplier, sampleRate });
        const taken = poissonSample(count, sampleRate, secret.fork("rows").fork(noisyStep));
        // Which fake a row meets depends on its place in the batch, and so on who else is there: unless chance decides it, secretly.
        const sums = sumRows(taken, secret.fork("fakes").fork(noisyStep));
        applyNoisy(sums, randomKey(secret.fork("noise").fork(noisyStep)));
      }
      return players.stepGenerator(randomKey(random.fork("generator")));
    });
    return { ...(await readNumbers(loss, ["generatorLoss"])), noisySteps: (step + 1) * criticSteps };
  }

  function sumRows(taken: Uint32Array, random: Random): tf.NamedTensorMap {
    return sumInTiles(taken, tileSize, (indices, mask, tile) =>
      sumTile(rows, indices, mask, randomKey(random.fork(tile))),
    );
  }
}

/**
 * Sums over all rows taken, in tiles of one shape, so that a step is recorded once whatever the sample's size. The last tile's
 * places that are left over have mask 0; no rows at all are a tile of nothing.
 */
export function sumInTiles(
  taken: Uint32Array,
  tileSize: number,
  sumTile: (indices: tf.Tensor1D, mask: tf.Tensor1D, tile: number) => tf.NamedTensorMap,
): tf.NamedTensorMap {
  return tf.tidy(() => {
    let sums: tf.NamedTensorMap | undefined;
    for (let start = 0, tile = 0; start === 0 || start < taken.length; start += tileSize, tile++) {
      const part = taken.subarray(start, start + tileSize);
      const indices = new Int32Array(tileSize);
      indices.set(part);
      const mask = new Float32Array(tileSize).fill(1, 0, part.length);
      const sum = sumTile(tf.tensor1d(indices, "int32"), tf.tensor1d(mask), tile);
      const before = sums;
      sums =
        before === undefined
          ? sum
          : Object.fromEntries(
              Object.entries(sum).map(([weight, value]) => [weight, value.add(before[weight]!)]),
            );
    }
    return sums!;
  });
}

/** Single precision may leave a clipped gradient a little longer than clipNorm; so it is aimed a little below. */
const SAFETY = 1 - 1e-5;

/** (Σ clipped gradients + noiseMultiplier · clipNorm · noise) / batchSize, for each weight. */
export function noisyMeans(
  sums: tf.NamedTensorMap,
  noise: tf.NamedTensorMap,
  { noiseMultiplier, clipNorm, batchSize }: { noiseMultiplier: number; clipNorm: number; batchSize: number },
): tf.NamedTensorMap {
  return Object.fromEntries(
    Object.entries(sums).map(([weight, sum]) => [
      weight,
      sum.add(noise[weight]!.mul(noiseMultiplier * clipNorm)).div(batchSize),
    ]),
  );
}

/** Writes to the ledger what it does not have yet of this training's first `steps` noisy steps. */
function record(
  ledger: PrivacyLedger,
  noiseSeed: number,
  steps: number,
  { noiseMultiplier, sampleRate }: { noiseMultiplier: number; sampleRate: number },
): void {
  const trainings = recordedSteps.get(ledger) ?? new Map<number, number>();
  recordedSteps.set(ledger, trainings);
  const had = trainings.get(noiseSeed) ?? 0;
  if (steps <= had) return;
  ledger.recordNoisy({ purpose: PURPOSE, noiseMultiplier, sampleRate, count: steps - had });
  trainings.set(noiseSeed, steps);
}
