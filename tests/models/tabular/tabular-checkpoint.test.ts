import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataError, PrivacyError } from "../../../lib/core/errors.ts";
import { Random } from "../../../lib/core/random.ts";
import { loadAusprivauto, loadBeMtpl } from "../../../lib/data/motor.ts";
import { prepareTable } from "../../../lib/data/prepare-table.ts";
import { splitRecords } from "../../../lib/data/records.ts";
import { compareAssociations } from "../../../lib/metrics/tabular/associations.ts";
import { attackByDistance } from "../../../lib/metrics/tabular/attacks.ts";
import { compareMarginals } from "../../../lib/metrics/tabular/marginals.ts";
import { independentRecords } from "../../../lib/models/tabular-baselines/baselines.ts";
import { loadTabularGenerator, saveTabularGenerator } from "../../../lib/models/tabular-checkpoint.ts";
import { buildTabularGan, sampleRecords } from "../../../lib/models/tabular-gan.ts";

const records = loadAusprivauto({ count: 500, seed: 1 });
let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "tabular-checkpoint-"))));
afterEach(() => rmSync(folder, { recursive: true }));

test("a saved generator makes the same rows, and remembers what it saw", async () => {
  const table = prepareTable(records);
  const gan = buildTabularGan(table.encoder, { generatorSizes: [8], latentSize: 5, temperature: 0.5 });
  expect(await saveTabularGenerator(gan, folder, { dtype: "F32" })).toEqual([
    "generator.safetensors",
    "table.json",
  ]);
  const loaded = loadTabularGenerator({ folder });
  const [before, after] = [
    await sampleRecords(gan, 50, new Random(3)),
    await sampleRecords(loaded, 50, new Random(3)),
  ];
  expect(after.columns).toEqual(before.columns);
  expect(() => loaded.encoder.ledger.state(1e-5)).toThrow(PrivacyError);
  writeFileSync(join(folder, "table.json"), "{}");
  expect(() => loadTabularGenerator({ folder })).toThrow(DataError);
  writeFileSync(join(folder, "table.json"), "no");
  expect(() => loadTabularGenerator({ folder })).toThrow("is no JSON");
});

describe("the shipped models", () => {
  test.each([
    ["tabular-ausprivauto", loadAusprivauto],
    ["tabular-ausprivauto-private", loadAusprivauto],
    ["tabular-bemtpl", loadBeMtpl],
  ] as const)(
    "%s: margins near the real ones, associations far better than none, and nobody given away",
    async (name, load) => {
      const { train, holdout } = splitRecords(load(), 0.8, new Random(1).fork("split"));
      const synthetic = await sampleRecords(loadTabularGenerator(name), 20_000, new Random(2));
      const distances = compareMarginals(train, synthetic).map(({ distance }) => distance);
      expect(distances.reduce((a, b) => a + b) / distances.length).toBeLessThan(0.04);
      const independent = independentRecords(train, 20_000, new Random(2));
      const { meanDifference } = compareAssociations(train, synthetic);
      expect(meanDifference).toBeLessThan(compareAssociations(train, independent).meanDifference / 2);
      const some = (rows: typeof train) => splitRecords(rows, 2000 / rows.count, new Random(4)).train;
      const { auc, margin } = await attackByDistance({
        train: some(train),
        holdout: some(holdout),
        synthetic,
      });
      expect(auc - 0.5).toBeLessThan(2 * margin);
    },
  );

  test("the private one states its ε, the other states none", () => {
    const { ledger } = loadTabularGenerator("tabular-ausprivauto-private").encoder;
    const { epsilon } = ledger.state(1e-6);
    expect(epsilon).toBeGreaterThan(2.9);
    expect(epsilon).toBeLessThanOrEqual(3);
    expect(ledger.entries.map(({ purpose }) => purpose)).toEqual([
      "histograms of numbers",
      "the critic's gradients",
    ]);
    const other = loadTabularGenerator("tabular-ausprivauto").encoder.ledger;
    expect(() => other.state(1e-6)).toThrow("the critic saw the rows themselves");
  });
});
