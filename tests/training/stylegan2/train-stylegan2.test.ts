import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OptionError, ShapeError, TrainingError } from "../../../lib/core/errors.ts";
import { Random } from "../../../lib/core/random.ts";
import { tf } from "../../../lib/core/tf.ts";
import type { ImageBatch } from "../../../lib/data/images.ts";
import { buildStylegan2, disposeStylegan2, type Stylegan2 } from "../../../lib/models/stylegan2/stylegan2.ts";
import { describeTick, ticks, type Tick } from "../../../lib/training/stylegan2/ticks.ts";
import {
  trainStylegan2,
  type Stylegan2Progress,
  type Stylegan2Training,
} from "../../../lib/training/stylegan2/train-stylegan2.ts";

const images: ImageBatch = { pixels: new Random(5).uniforms(40 * 8 * 8 * 3), shape: [40, 8, 8, 3] };
const labels = Array.from({ length: 40 }, (_, i) => i % 2);
const sizes = {
  resolution: 8,
  classes: 2,
  latentSize: 4,
  styleSize: 4,
  channelBase: 32,
  channelMax: 4,
  seed: 2,
};
const settings = { batchSize: 8, seed: 3, labels, r1Every: 3, pathLengthEvery: 2, augmentKimg: 0.1 };
type Options = Stylegan2Training & { labels?: number[] };

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "train-stylegan2-"))));
afterEach(() => rmSync(folder, { recursive: true }));

async function train(networks: Stylegan2, options: Options): Promise<Stylegan2Progress[]> {
  const seen: Stylegan2Progress[] = [];
  for await (const progress of trainStylegan2(networks, images, { ...settings, ...options }))
    seen.push(progress);
  return seen;
}

const bits = ({ generator, average, discriminator }: Stylegan2) =>
  [generator, average, discriminator]
    .flatMap(({ weights }) => Object.values(weights))
    .map((weight) =>
      createHash("sha256").update(Buffer.from(weight.dataSync().slice().buffer)).digest("hex"),
    );

test("goes on from its snapshot to the same weights, bit for bit, and leaves no tensor behind", async () => {
  const whole = buildStylegan2(sizes);
  const before = tf.memory().numTensors;
  const uninterrupted = await train(whole, { steps: 11 });
  expect(tf.memory().numTensors).toBe(before);
  expect(uninterrupted.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  expect(new Set(uninterrupted.map(({ pathLength }) => pathLength)).size).toBe(6); // every other step
  expect(new Set(uninterrupted.map(({ gradientPenalty }) => gradientPenalty)).size).toBe(4); // every third

  await train(buildStylegan2(sizes), { steps: 5, snapshot: folder });
  const resumed = buildStylegan2({ ...sizes, seed: 99 });
  const rest = await train(resumed, { steps: 11, snapshot: folder });
  const timeless = (progress: Stylegan2Progress[]) => progress.map((each) => ({ ...each, seconds: 0 }));
  expect(timeless(rest)).toEqual(timeless(uninterrupted.slice(5)));
  expect(bits(resumed)).toEqual(bits(whole));
  await expect(train(resumed, { steps: 12, snapshot: folder, r1Weight: 5 })).rejects.toThrow(
    /r1Weight 0.0016, this one has 5/,
  );
});

test("while training the count of tensors is flat, and the average follows the generator", async () => {
  const networks = buildStylegan2(sizes);
  const during: number[] = [];
  for await (const { step } of trainStylegan2(networks, images, { ...settings, steps: 12 }))
    during[step - 1] = tf.memory().numTensors;
  expect(new Set(during).size).toBe(1);
  const far = (name: string) =>
    tf.tidy(() => {
      const [own, average] = [networks.generator.weights[name]!, networks.average.weights[name]!];
      return own.sub(average).abs().max().dataSync()[0]!;
    });
  expect(far("8.second.kernel")).toBeGreaterThan(0);
  expect(far("8.second.kernel")).toBeLessThan(0.1);
  expect(far("8.second.noise")).toBe(0);
  expect(far("mapping.average")).toBe(0);
  disposeStylegan2(networks);
});

test("augmentation rises while the discriminator is sure of the real images, in the paper's steps", async () => {
  // 4 steps of 8 images of the 100 in which p goes from 0 to 1.
  const moves = await train(buildStylegan2(sizes), { steps: 40 });
  const steps = moves.map(({ augment }, i) => augment - (moves[i - 1]?.augment ?? 0));
  steps.forEach((move, i) => {
    if (i % 4 !== 3) expect(move).toBe(0);
    else if (moves[i]!.augment > 0 && moves[i]!.augment < 1) expect(Math.abs(move)).toBeCloseTo(0.32, 6);
  });
  const none = await train(buildStylegan2(sizes), { steps: 9, augmentTarget: 0 });
  expect(none.every(({ augment }) => augment === 0)).toBe(true);
});

test("networks without classes, without mixing and without path lengths train too", async () => {
  const { batchSize, seed, r1Every } = settings;
  const networks = buildStylegan2({ ...sizes, classes: 0 });
  const options = { batchSize, seed, r1Every, steps: 4, styleMixing: 0, pathLengthEvery: 0, mirror: false };
  const seen: Stylegan2Progress[] = [];
  for await (const progress of trainStylegan2(networks, images, options)) seen.push(progress);
  expect(seen.map(({ pathLength }) => pathLength)).toEqual([0, 0, 0, 0]);
  for (const { generatorLoss, discriminatorLoss } of seen) {
    expect(generatorLoss).toBeGreaterThan(0);
    expect(discriminatorLoss).toBeGreaterThan(0);
  }
});

test("each tick has the authors' status line", async () => {
  const seen: Tick[] = [];
  const training = trainStylegan2(buildStylegan2(sizes), images, { ...settings, steps: 10 });
  for await (const tick of ticks(training, 0.024)) seen.push(tick);
  expect(seen.map(({ tick, step }) => [tick, step])).toEqual([
    [1, 3],
    [2, 6],
    [3, 9],
  ]);
  const line = describeTick({
    ...seen[1]!,
    kimg: 128.04,
    seconds: 3725.5,
    secondsPerTick: 12.34,
    secondsPerKimg: 3.085,
    maintenance: 0.44,
    cpuMemory: 1.2,
    augment: 0.0336,
  });
  expect(line.split(/\s{2,}/)).toEqual([
    "tick 2",
    "kimg 128.0",
    "time 1h 02m 05s",
    "sec/tick 12.3",
    "sec/kimg 3.08",
    "maintenance 0.4",
    "cpumem 1.20",
    "gpumem 0.00",
    "augment 0.034",
  ]);
});

test("images that are no numbers end the training with a word on why", async () => {
  const broken: ImageBatch = {
    pixels: new Float32Array(images.pixels.length).fill(NaN),
    shape: images.shape,
  };
  const training = trainStylegan2(buildStylegan2(sizes), broken, { ...settings, steps: 3 });
  await expect(training.next()).rejects.toThrow(TrainingError);
});

test.each([
  [{ batchSize: 6 }, OptionError, /batchSize: expected a multiple of 4/],
  [{ styleMixing: 1.5 }, OptionError, /styleMixing: expected a number from 0 to 1/],
  [{ pathLengthEvery: -1 }, OptionError, /pathLengthEvery: expected a whole number from 0/],
  [{ labels: [0] }, ShapeError, /labels: expected 40/],
  [{ labels: labels.map((label) => label + 1) }, OptionError, /classes from 0 to 1, got 2/],
] as const)("%j is refused", async (options, kind, message) => {
  const training = () => train(buildStylegan2(sizes), { steps: 1, ...(options as Options) });
  await expect(training()).rejects.toThrow(kind);
  await expect(training()).rejects.toThrow(message);
});
