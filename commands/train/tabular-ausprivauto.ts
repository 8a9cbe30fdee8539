/** The tabular WGAN-GP on ausprivauto0405 without privacy. */
import {
  buildTabularGan,
  prepareTable,
  progress,
  Random,
  sampleRecords,
  saveTabularGenerator,
  tabularTraining,
  trainTabularGan,
  useBackend,
} from "@actl/generative";
import { machine, type ModelTraining, publishFiles } from "./publish.ts";
import { splitAusprivauto, writeFidelity } from "./tabular.ts";

const SEED = 1;

export const training: ModelTraining = { steps: 6_000, leastSteps: 1, train };

async function train({ steps, work, out }: Parameters<ModelTraining["train"]>[0]): Promise<void> {
  const { device } = await useBackend();
  const { train: rows } = splitAusprivauto();
  const table = prepareTable(rows, { seed: SEED });
  const gan = buildTabularGan(table.encoder, { seed: SEED });
  const options = { steps, seed: SEED, snapshot: work };
  let seconds = 0;
  for await (const value of progress(trainTabularGan(gan, table, options), {
    label: "tabular-ausprivauto",
    total: steps,
  }))
    seconds = value.seconds;
  const synthetic = await sampleRecords(gan, rows.count, new Random(SEED).fork("sample"));
  const facts = {
    command: `./course train tabular-ausprivauto --steps ${steps}`,
    seed: String(SEED),
    steps: String(steps),
    rows: String(steps * tabularTraining.batchSize * tabularTraining.criticSteps),
    minutes: (seconds / 60).toFixed(1),
    machine: machine(device),
  };
  const files = await saveTabularGenerator(gan, out, { metadata: facts });
  const fidelity = await writeFidelity(out, "GAN", synthetic);
  publishFiles(out, [...files, fidelity], facts);
}
