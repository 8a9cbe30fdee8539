/** The tabular WGAN-GP on ausprivauto0405 with differential privacy. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  buildTabularGan,
  noiseForBudget,
  prepareTable,
  privacyAccounts,
  progress,
  Random,
  sampleRecords,
  saveTabularGenerator,
  secretSeed,
  trainPrivateTabularGan,
  useBackend,
} from "@actl/generative";
import { machine, type ModelTraining, publishFiles } from "./publish.ts";
import { ausprivauto, splitPortfolio, writeFidelity } from "./tabular.ts";

const SEED = 1;
const EPSILON = 3;
/** Well below 1 / 54,285. */
const DELTA = 1e-6;
/** Noise of the histograms, over their joint sensitivity: a small part of the budget. */
const HISTOGRAM_NOISE = 10;
const HISTOGRAM_BINS = 48;

/**
 * Clipped to length 1, most of a row's gradient would be the penalty's with the usual λ = 10: a weak one leaves more of it to real
 * against fake, and Adam's rate does the rest. Large batches, for the noise is on the sum.
 */
const settings = {
  batchSize: 1024,
  criticSteps: 4,
  criticRate: 2e-3,
  penaltyWeight: 0.3,
  clipNorm: 1,
};

export const training: ModelTraining = { steps: 1_000, leastSteps: 1, train };

async function train({ steps, work, out }: Parameters<ModelTraining["train"]>[0]): Promise<void> {
  const { device } = await useBackend();
  const { train: rows } = splitPortfolio(ausprivauto);
  const noiseSeed = readSecret(work);
  const table = prepareTable(rows, {
    seed: SEED,
    bins: HISTOGRAM_BINS,
    private: { noiseMultiplier: HISTOGRAM_NOISE, seed: noiseSeed },
  });
  const { ledger, count } = table.encoder;
  const plan = { sampleRate: settings.batchSize / count, count: steps * settings.criticSteps };
  const noiseMultiplier = noiseForBudget({ epsilon: EPSILON, delta: DELTA }, plan, ledger.entries);
  const gan = buildTabularGan(table.encoder, { seed: SEED, criticSizes: [64, 64] });
  const options = { ...settings, noiseMultiplier, noiseSeed, steps, seed: SEED, snapshot: work };
  let seconds = 0;
  for await (const value of progress(trainPrivateTabularGan(gan, table, options), {
    label: "tabular-ausprivauto-private",
    total: steps,
  }))
    seconds = value.seconds;
  const synthetic = await sampleRecords(gan, rows.count, new Random(SEED).fork("sample"));
  const facts = {
    command: `./course train tabular-ausprivauto-private --steps ${steps}`,
    steps: String(steps),
    noiseMultiplier: noiseMultiplier.toFixed(4),
    ...Object.fromEntries(
      privacyAccounts.map((account) => [`privacy, ${account}`, String(ledger.state(DELTA, account))]),
    ),
    minutes: (seconds / 60).toFixed(1),
    machine: machine(device),
  };
  const files = await saveTabularGenerator(gan, out, { metadata: facts });
  const fidelity = await writeFidelity(ausprivauto, out, "private GAN", synthetic);
  publishFiles(out, [...files, fidelity], facts);
}

/** The noise's seed stays in the working folder, beside the snapshot that needs it to go on. */
function readSecret(work: string): number {
  const path = join(work, "secret-seed");
  if (!existsSync(path)) writeFileSync(path, String(secretSeed()), { mode: 0o600 });
  return Number(readFileSync(path, "utf8"));
}
