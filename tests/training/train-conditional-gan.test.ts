import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OptionError, ShapeError, TrainingError } from "../../lib/core/errors.ts";
import { Random } from "../../lib/core/random.ts";
import { tf } from "../../lib/core/tf.ts";
import { buildConditionalGan, type ConditionalGan } from "../../lib/models/conditional-gan.ts";
import {
  trainConditionalGan,
  type ConditionalGanProgress,
  type ConditionalGanTraining,
} from "../../lib/training/train-conditional-gan.ts";

/** Noise, dark for class 0 and bright for class 1: what is tested here is the bookkeeping, not the art. */
const labels = Uint8Array.from({ length: 24 }, (_, i) => i % 2);
function noise(side: number, channels: number) {
  const size = side * side * channels;
  const pixels = new Random(5)
    .uniforms(24 * size, 0, 0.5)
    .map((value, i) => value + 0.5 * labels[Math.floor(i / size)]!);
  return {
    images: { pixels, shape: [24, side, side, channels] as [number, number, number, number] },
    labels,
  };
}
const subjects = {
  planes: {
    examples: noise(28, 1),
    build: (classes = 2, seed = 2) =>
      buildConditionalGan({ conditioning: "planes", classes, latentSize: 4, filters: 4, seed }),
  },
  projection: {
    examples: noise(32, 3),
    build: (classes = 2, seed = 2) =>
      buildConditionalGan({
        conditioning: "projection",
        classes,
        latentSize: 4,
        classSize: 2,
        generatorFilters: [4, 4, 4, 4],
        discriminatorFilters: [4, 4, 6],
        seed,
      }),
  },
};

async function train(
  gan: ConditionalGan,
  options: ConditionalGanTraining,
): Promise<ConditionalGanProgress[]> {
  const seen: ConditionalGanProgress[] = [];
  const { examples } = subjects[gan.conditioning];
  for await (const value of trainConditionalGan(gan, examples, { batchSize: 8, seed: 3, ...options }))
    seen.push(value);
  return seen;
}
const bits = ({ generator, averaged, discriminator }: ConditionalGan) =>
  [generator.weights, averaged.weights, discriminator.weights, discriminator.state].flatMap((weights) =>
    Object.values(weights).map((variable) => [...variable.dataSync()]),
  );

describe.each(Object.values(subjects))("$examples.images.shape", ({ build }) => {
  test("a stopped training goes on from its snapshot to the same weights, bit for bit; no tensor is left", async () => {
    const folder = mkdtempSync(join(tmpdir(), "conditional-gan-"));
    try {
      const whole = build();
      const before = tf.memory().numTensors;
      const all = await train(whole, { steps: 7 });
      expect(tf.memory().numTensors).toBe(before);
      await train(build(), { steps: 3, snapshot: folder });
      const resumed = build(2, 99);
      const rest = await train(resumed, { steps: 7, snapshot: folder });
      const losses = (values: ConditionalGanProgress[]) => values.map((value) => ({ ...value, seconds: 0 }));
      expect(losses(rest)).toEqual(losses(all.slice(3)));
      expect(bits(resumed)).toEqual(bits(whole));
      await expect(train(build(), { steps: 9, snapshot: folder, beta1: 0.1 })).rejects.toThrow(/beta1/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("without labels there is a training too, and it is another one", async () => {
    const [told, untold] = [await train(build(), { steps: 2 }), await train(build(0), { steps: 2 })];
    expect(untold.at(-1)!.discriminatorLoss).not.toBe(told.at(-1)!.discriminatorLoss);
  });
});

test("the averaged generator follows the generator", async () => {
  const gan = subjects.projection.build();
  const start = bits(gan)[1]!;
  await train(gan, { steps: 30, averageDecay: 0.5 });
  const [name] = Object.keys(gan.generator.weights).slice(1);
  const now = [...gan.generator.weights[name!]!.dataSync()];
  const averaged = [...gan.averaged.weights[name!]!.dataSync()];
  const distance = (a: number[], b: number[]) => Math.hypot(...a.map((value, i) => value - b[i]!));
  expect(distance(averaged, now)).toBeLessThan(0.3 * distance(start, now));
  expect(distance(averaged, now)).toBeGreaterThan(0);
});

test("what does not fit is refused by name", async () => {
  const { build, examples } = subjects.planes;
  const first = (changes: Partial<typeof examples>, options: ConditionalGanTraining = {}) =>
    trainConditionalGan(build(), { ...examples, ...changes }, { batchSize: 8, ...options }).next();
  await expect(first({ labels: labels.slice(1) })).rejects.toThrow(ShapeError);
  await expect(first({ labels: labels.map((label) => label + 1) })).rejects.toThrow("from 0 to 1, got 2");
  await expect(first({ images: subjects.projection.examples.images })).rejects.toThrow(
    "expected (count, 28, 28, 1)",
  );
  await expect(first({}, { beta2: 1 })).rejects.toThrow(OptionError);
  await expect(first({}, { generatorRate: 0 })).rejects.toThrow("generatorRate: expected a number above 0");
  await expect(first({}, { loss: "mse" as "hinge" })).rejects.toThrow('expected "cross-entropy" or "hinge"');
  const broken = { pixels: examples.images.pixels.map(() => NaN), shape: examples.images.shape };
  await expect(first({ images: broken })).rejects.toThrow(TrainingError);
});
