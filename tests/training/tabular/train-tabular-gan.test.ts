import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OptionError, PrivacyError, ShapeError } from "../../../lib/core/errors.ts";
import { Random } from "../../../lib/core/random.ts";
import { tf } from "../../../lib/core/tf.ts";
import { loadAusprivauto, loadBeMtpl } from "../../../lib/data/motor.ts";
import { prepareTable } from "../../../lib/data/prepare-table.ts";
import {
  buildTabularGan,
  disposeTabularGan,
  sampleRecords,
  type TabularGan,
  type TabularGanOptions,
} from "../../../lib/models/tabular-gan.ts";
import type { TabularTraining } from "../../../lib/training/tabular/generator-step.ts";
import {
  type PrivateTabularTraining,
  sumInTiles,
  trainPrivateTabularGan,
} from "../../../lib/training/tabular/train-private-tabular-gan.ts";
import type { LoopProgress } from "../../../lib/training/training-loop.ts";
import { trainTabularGan } from "../../../lib/training/tabular/train-tabular-gan.ts";

const records = loadAusprivauto({ count: 600, seed: 2 });
const plain = () => prepareTable(records);
const quiet = () => prepareTable(records, { private: { noiseMultiplier: 3, seed: 9 } });
const small: TabularGanOptions = { latentSize: 6, generatorSizes: [12], criticSizes: [10, 8] };
const settings = { batchSize: 20, criticSteps: 2, seed: 3 } satisfies TabularTraining;
const privately = { ...settings, noiseMultiplier: 1.1, noiseSeed: 77 } satisfies PrivateTabularTraining;

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "tabular-gan-"))));
afterEach(() => rmSync(folder, { recursive: true }));

async function collect<T>(training: AsyncIterable<T>): Promise<T[]> {
  const seen: T[] = [];
  for await (const value of training) seen.push(value);
  return seen;
}

const bits = ({ generator, average, critic }: TabularGan) =>
  [generator, average, critic].flatMap((weights) =>
    Object.values(weights).map((weight) =>
      createHash("sha256").update(new Float32Array(weight.dataSync<"float32">())).digest("hex"),
    ),
  );

describe.each([
  [
    "without privacy",
    plain,
    (gan: TabularGan, options: object) => trainTabularGan(gan, plain(), { ...settings, ...options }),
  ],
  [
    "with privacy",
    quiet,
    (gan: TabularGan, options: object) => trainPrivateTabularGan(gan, quiet(), { ...privately, ...options }),
  ],
])("a training %s", (_, table, train) => {
  const build = (seed = 1) => buildTabularGan(table().encoder, { ...small, seed });

  test("is made of its seed, goes on from its snapshot bit for bit, and keeps no tensor", async () => {
    const whole = build();
    const before = tf.memory().numTensors;
    const during: number[] = [];
    for await (const { step } of train(whole, { steps: 7 })) during[step - 1] = tf.memory().numTensors;
    expect(new Set(during).size).toBe(1);
    expect(tf.memory().numTensors).toBe(before);

    await collect<LoopProgress>(train(build(), { steps: 4, snapshot: folder }));
    const resumed = build(99);
    const rest = await collect<LoopProgress>(train(resumed, { steps: 7, snapshot: folder }));
    expect(rest.map(({ step }) => step)).toEqual([5, 6, 7]);
    expect(bits(resumed)).toEqual(bits(whole));
    await expect(
      collect<LoopProgress>(train(build(), { steps: 9, snapshot: folder, batchSize: 30 })),
    ).rejects.toThrow(OptionError);
  });

  test("makes records of the table's schema, with amounts where there are claims and nowhere else", async () => {
    const gan = build();
    await collect<LoopProgress>(train(gan, { steps: 2 }));
    const before = tf.memory().numTensors;
    const fake = await sampleRecords(gan, 300, new Random(5));
    expect(tf.memory().numTensors).toBe(before);
    expect(fake.count).toBe(300);
    const { Exposure, ClaimNb, ClaimOcc, ClaimAmount, VehValue } = fake.columns;
    for (let row = 0; row < 300; row++) {
      expect(Exposure![row]! > 0 && Exposure![row]! <= 1).toBe(true);
      expect(ClaimAmount![row]! >= 200).toBe(ClaimNb![row]! > 0);
      expect(ClaimOcc![row]).toBe(Number(ClaimNb![row]! > 0));
      expect(VehValue![row]! >= 0 && VehValue![row]! <= 40).toBe(true);
    }
    expect((await sampleRecords(gan, 300, new Random(5))).columns).toEqual(fake.columns);
    disposeTabularGan(gan);
  });

  test.each<[PrivateTabularTraining, string]>([
    [{ batchSize: 0 }, "batchSize: expected a positive whole number, got 0"],
    [{ criticRate: 0 }, "criticRate: expected a number above 0, got 0"],
    [{ beta1: 1 }, "beta1: expected a number from 0 to below 1, got 1"],
    [{ averageDecay: 1 }, "averageDecay"],
  ])("%p is refused", async (options, message) => {
    await expect(collect<LoopProgress>(train(build(), { steps: 1, ...options }))).rejects.toThrow(
      OptionError,
    );
    await expect(collect<LoopProgress>(train(build(), { steps: 1, ...options }))).rejects.toThrow(message);
  });

  test("refuses rows of another encoder", async () => {
    const other = buildTabularGan(prepareTable(loadBeMtpl({ count: 200 })).encoder, small);
    await expect(collect<LoopProgress>(train(other, { steps: 1 }))).rejects.toThrow(ShapeError);
  });
});

describe("ε", () => {
  test("counts histograms and every noisy step, and those of a resumed training once", async () => {
    const table = quiet();
    const gan = buildTabularGan(table.encoder, small);
    await collect(trainPrivateTabularGan(gan, table, { ...privately, steps: 3, snapshot: folder }));
    await collect(trainPrivateTabularGan(gan, table, { ...privately, steps: 5, snapshot: folder }));
    const [histograms, gradients] = gan.encoder.ledger.entries;
    expect(histograms).toMatchObject({ noiseMultiplier: 3, sampleRate: 1, count: 1 });
    expect(gradients).toEqual({
      purpose: "the critic's gradients",
      noiseMultiplier: 1.1,
      sampleRate: 20 / table.encoder.count,
      count: 10,
    });
    expect(gan.encoder.ledger.state(1e-4, "rdp, canonne-2020").epsilon).toBeGreaterThan(0.5);
    // In another process the ledger begins with the histograms, and still knows of all ten steps.
    const again = quiet();
    const resumed = buildTabularGan(again.encoder, small);
    await collect(trainPrivateTabularGan(resumed, again, { ...privately, steps: 6, snapshot: folder }));
    expect(again.encoder.ledger.entries[1]!.count).toBe(12);
  });

  test("is of no use to a training that was not private, before or after", async () => {
    const table = quiet();
    const gan = buildTabularGan(table.encoder, small);
    await collect(trainPrivateTabularGan(gan, table, { ...privately, steps: 1 }));
    expect(gan.encoder.ledger.isPrivate).toBe(true);
    await collect(trainTabularGan(gan, table, { ...settings, steps: 1 }));
    expect(() => gan.encoder.ledger.state(1e-4)).toThrow(PrivacyError);
    await expect(collect(trainPrivateTabularGan(gan, table, { ...privately, steps: 1 }))).rejects.toThrow(
      "the critic saw the rows themselves",
    );
    const exact = plain();
    await expect(
      collect(
        trainPrivateTabularGan(buildTabularGan(exact.encoder, small), exact, { ...privately, steps: 1 }),
      ),
    ).rejects.toThrow("modes were fitted to exact histograms");
  });

  test("noise is another one in each training unless its seed is given", async () => {
    const train = async (noiseSeed?: number) => {
      const table = quiet();
      const gan = buildTabularGan(table.encoder, small);
      const rest = { ...settings, noiseMultiplier: 1.1 };
      await collect(
        trainPrivateTabularGan(gan, table, {
          ...rest,
          steps: 1,
          ...(noiseSeed !== undefined && { noiseSeed }),
        }),
      );
      return bits(gan);
    };
    expect(await train()).not.toEqual(await train());
    expect(await train(5)).toEqual(await train(5));
  });
});

test.each([0, 3, 4, 11])("%i rows are summed in tiles of four", (size) => {
  const numbers = Float32Array.from({ length: 20 }, (_, i) => i + 1);
  const taken = Uint32Array.from({ length: size }, (_, i) => 19 - i);
  const sum = tf.tidy(() => {
    const all = tf.tensor1d(numbers);
    const { total } = sumInTiles(taken, 4, (indices, mask) => ({
      total: all.gather(indices).mul(mask).sum(),
    }));
    return total!.dataSync()[0];
  });
  expect(sum).toBe([...taken].reduce((total, i) => total + numbers[i]!, 0));
});
