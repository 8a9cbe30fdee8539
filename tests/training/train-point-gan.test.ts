import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OptionError, TrainingError } from "../../lib/core/errors.ts";
import { tf } from "../../lib/core/tf.ts";
import { ringOfGaussians } from "../../lib/data/gaussian-mixtures.ts";
import { buildPointGan, type PointGan } from "../../lib/models/point-gan.ts";
import {
  trainPointGan,
  type PointGanTraining,
  type PointGanVariant,
} from "../../lib/training/train-point-gan.ts";

const variants: PointGanVariant[] = [
  { kind: "gan" },
  { kind: "unrolled", unrolls: 0 },
  { kind: "unrolled", unrolls: 2 },
  { kind: "pac", pack: 2 },
  { kind: "wgan-gp", penaltyWeight: 0.1, criticSteps: 2 },
];
const ring = ringOfGaussians();
const build = (variant: PointGanVariant, seed = 1) =>
  buildPointGan({ latentSize: 3, width: 6, pack: variant.kind === "pac" ? variant.pack : 1, seed });
const weights = ({ generator, discriminator }: PointGan) =>
  [...generator, ...discriminator].map((weight) => Array.from(weight.dataSync()));

async function train(gan: PointGan, options: PointGanTraining) {
  const seen = [];
  for await (const progress of trainPointGan(gan, ring, { batchSize: 8, seed: 3, ...options }))
    seen.push(progress);
  return seen;
}

describe.each(variants)("$kind $unrolls", (variant) => {
  test("a seed decides the training; no tensor is left behind, nor gathers", async () => {
    const first = build(variant);
    const before = tf.memory().numTensors;
    const during: number[] = [];
    for await (const { step } of trainPointGan(first, ring, { batchSize: 8, seed: 3, variant, steps: 6 }))
      during[step - 1] = tf.memory().numTensors;
    expect(during).toHaveLength(6);
    expect(new Set(during).size).toBe(1);
    expect(tf.memory().numTensors).toBe(before);

    const second = build(variant);
    const seen = await train(second, { variant, steps: 6 });
    expect(seen.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(seen[5]!.kimg).toBe((6 * 8 * (variant.kind === "pac" ? 2 : 1)) / 1000);
    expect(weights(second)).toEqual(weights(first));
    const other = build(variant);
    await train(other, { variant, steps: 6, seed: 4 });
    expect(weights(other)).not.toEqual(weights(first));
  });

  test("stopped, it goes on from its snapshot to the same weights, bit for bit", async () => {
    const folder = mkdtempSync(join(tmpdir(), "train-point-gan-"));
    try {
      const whole = build(variant);
      await train(whole, { variant, steps: 7 });
      await train(build(variant), { variant, steps: 4, snapshot: folder });
      const resumed = build(variant, 99);
      expect((await train(resumed, { variant, steps: 7, snapshot: folder })).map(({ step }) => step)).toEqual(
        [5, 6, 7],
      );
      expect(weights(resumed)).toEqual(weights(whole));
      await expect(
        train(build(variant), { variant, steps: 8, snapshot: folder, batchSize: 4 }),
      ).rejects.toThrow("with batchSize 8, this one has 4");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

test("the variant and the network must be packed alike", async () => {
  const variant: PointGanVariant = { kind: "pac", pack: 2 };
  await expect(train(build({ kind: "gan" }), { variant })).rejects.toThrow(
    "Build it with buildPointGan({ pack: 2 })",
  );
  await expect(train(build(variant), {})).rejects.toThrow(
    "expected a gan that judges 1 point at a time, got one of 2",
  );
});

test("options that make no training are refused", async () => {
  const gan = build({ kind: "gan" });
  await expect(train(gan, { variant: { kind: "unrolled", unrolls: -1 } })).rejects.toThrow(OptionError);
  await expect(
    train(gan, { variant: { kind: "wgan-gp", penaltyWeight: 0, criticSteps: 1 } }),
  ).rejects.toThrow("penaltyWeight");
  await expect(train(gan, { batchSize: 0 })).rejects.toThrow(
    "batchSize: expected a positive whole number, got 0",
  );
  await expect(train(gan, { beta1: 1 })).rejects.toThrow("beta1");
});

test("a training that diverges says what to do", async () => {
  const gan = build({ kind: "gan" });
  gan.generator[0]!.assign(tf.fill(gan.generator[0]!.shape, NaN));
  await expect(train(gan, { steps: 2 })).rejects.toThrow(TrainingError);
  await expect(train(gan, { steps: 2 })).rejects.toThrow(/no longer numbers.*Lower discriminatorRate/);
});
