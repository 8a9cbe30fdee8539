/** The tabular WGAN-GP without privacy, on both portfolios. */
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
import {
  ausprivauto as ausprivautoPortfolio,
  beMtpl as beMtplPortfolio,
  type Portfolio,
  splitPortfolio,
  writeFidelity,
} from "./tabular.ts";

const SEED = 1;

export const ausprivauto = trainingOf("tabular-ausprivauto", ausprivautoPortfolio, 6_000);
export const beMtpl = trainingOf("tabular-bemtpl", beMtplPortfolio, 12_000);

function trainingOf(name: string, portfolio: Portfolio, length: number): ModelTraining {
  return { steps: length, leastSteps: 1, train };

  async function train({ steps, work, out }: Parameters<ModelTraining["train"]>[0]): Promise<void> {
    const { device } = await useBackend();
    const { train: rows } = splitPortfolio(portfolio);
    const table = prepareTable(rows, { seed: SEED });
    const gan = buildTabularGan(table.encoder, { seed: SEED });
    const options = { steps, seed: SEED, snapshot: work };
    let seconds = 0;
    for await (const value of progress(trainTabularGan(gan, table, options), { label: name, total: steps }))
      seconds = value.seconds;
    const synthetic = await sampleRecords(gan, rows.count, new Random(SEED).fork("sample"));
    const facts = {
      command: `./course train ${name} --steps ${steps}`,
      seed: String(SEED),
      steps: String(steps),
      rows: String(steps * tabularTraining.batchSize * tabularTraining.criticSteps),
      minutes: (seconds / 60).toFixed(1),
      machine: machine(device),
    };
    const files = await saveTabularGenerator(gan, out, { metadata: facts });
    const fidelity = await writeFidelity(portfolio, out, "GAN", synthetic);
    publishFiles(out, [...files, fidelity], facts);
  }
}
