import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OptionError, ShapeError, TrainingError } from "../../lib/core/errors.ts";
import { Random } from "../../lib/core/random.ts";
import { tf } from "../../lib/core/tf.ts";
import type { ImageBatch } from "../../lib/data/images.ts";
import { buildPix2pix, type Pix2pix } from "../../lib/models/pix2pix.ts";
import {
  trainPix2pix,
  type Pix2pixProgress,
  type Pix2pixTraining,
} from "../../lib/training/train-pix2pix.ts";

/** Ten photographs of noise: what is tested here is the bookkeeping, not the art. */
const photos: ImageBatch = { pixels: new Random(5).uniforms(10 * 16 * 16 * 3), shape: [10, 16, 16, 3] };
/** With dropout: its masks must come back too. */
const build = (seed = 2) => buildPix2pix({ channels: [3, 4, 5], patch: 16, discriminatorChannels: 2, seed });
const settings = { batchSize: 4, seed: 3 } satisfies Pix2pixTraining;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "train-pix2pix-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function train(
  networks: Pix2pix,
  options: Pix2pixTraining,
  images = photos,
): Promise<Pix2pixProgress[]> {
  const seen: Pix2pixProgress[] = [];
  for await (const progress of trainPix2pix(networks, images, { ...settings, ...options }))
    seen.push(progress);
  return seen;
}

/** Fingerprints of all weights, bit for bit. */
const bits = ({ generator, discriminator }: Pix2pix) =>
  [...generator.getWeights(), ...discriminator.getWeights()].map((weight) =>
    createHash("sha256").update(new Float32Array(weight.dataSync<"float32">())).digest("hex"),
  );

test("each step tells its number, kimg and losses", async () => {
  const seen = await train(build(), { steps: 5 });
  expect(seen.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5]);
  expect(seen.at(-1)!.kimg).toBe(0.02);
  for (const { discriminatorLoss, adversarialLoss, l1 } of seen)
    for (const loss of [discriminatorLoss, adversarialLoss, l1]) expect(loss).toBeGreaterThan(0);
  // A discriminator that knows nothing: ½ (ln 2 + ln 2).
  expect(seen[0]!.discriminatorLoss).toBeCloseTo(Math.log(2), 1);
});

test("it learns colours that follow from lightness", async () => {
  // Dark is blue, bright is yellow.
  const shades = new Random(7).uniforms(64 * 256);
  const pixels = Float32Array.from({ length: 64 * 256 * 3 }, (_, i) => {
    const shade = shades[256 * Math.floor(i / 768)]!; // one for each photograph
    return i % 3 === 2 ? 0.8 - 0.6 * shade : 0.1 + 0.8 * shade;
  });
  const even: ImageBatch = { pixels, shape: [64, 16, 16, 3] };
  const options = { steps: 150, batchSize: 16, learningRate: 5e-3 };
  for (const adversarialWeight of [0, 1]) {
    const networks = buildPix2pix({ channels: [8, 8], patch: 16, discriminatorChannels: 4, dropout: 0 });
    const seen = await train(networks, { ...options, adversarialWeight }, even);
    expect(seen.at(-1)!.l1).toBeLessThan(0.3 * seen[0]!.l1);
  }
});

test("by L1 alone the discriminator stays as it is, and its losses are 0", async () => {
  const networks = build();
  const before = bits(networks);
  const seen = await train(networks, { steps: 3, adversarialWeight: 0 });
  const after = bits(networks);
  const own = networks.generator.getWeights().length;
  expect(after.slice(own)).toEqual(before.slice(own));
  expect(after.slice(0, own)).not.toEqual(before.slice(0, own));
  for (const { discriminatorLoss, adversarialLoss } of seen)
    expect([discriminatorLoss, adversarialLoss]).toEqual([0, 0]);
});

test("the same seed makes the same training, another seed another", async () => {
  const trained = async (seed: number) => {
    const networks = build();
    await train(networks, { steps: 2, seed });
    return bits(networks);
  };
  const first = await trained(3);
  expect(await trained(3)).toEqual(first);
  expect(await trained(4)).not.toEqual(first);
});

test("no tensor is left behind, nor gathers while training", async () => {
  const networks = build();
  const before = tf.memory().numTensors;
  const during: number[] = [];
  for await (const { step } of trainPix2pix(networks, photos, { ...settings, steps: 10 }))
    during[step - 1] = tf.memory().numTensors;
  expect(during).toHaveLength(10);
  expect(new Set(during).size).toBe(1);
  expect(tf.memory().numTensors).toBe(before);
});

test("a training that was stopped goes on from its snapshot to the same weights, bit for bit", async () => {
  const whole = build();
  const uninterrupted = await train(whole, { steps: 7 });
  await train(build(), { steps: 4, snapshot: folder });
  const resumed = build(99); // its own weights must not matter
  const rest = await train(resumed, { steps: 7, snapshot: folder });
  const losses = (progress: Pix2pixProgress[]) => progress.map((numbers) => ({ ...numbers, seconds: 0 }));
  expect(losses(rest)).toEqual(losses(uninterrupted.slice(4)));
  expect(bits(resumed)).toEqual(bits(whole));
});

test("a training that was killed goes on from its last snapshot to the same weights", async () => {
  // The child prints each step and is killed at the seventh; its snapshots are of steps 2, 4, 6, …
  const program = join(import.meta.dirname, "..", "fixtures", "pix2pix", "train-until-killed.cjs");
  const child = spawn(process.execPath, [program, folder], { stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  child.stdout.on("data", (text: Buffer) => {
    printed += text.toString();
    if (printed.includes("step 7\n")) child.kill("SIGKILL");
  });
  const [, signal] = (await once(child, "exit")) as [number | null, string | null];
  expect(signal).toBe("SIGKILL");

  const resumed = build();
  const rest = await train(resumed, { steps: 12, snapshot: folder });
  expect(rest[0]!.step % 2).toBe(1);
  expect(rest[0]!.step).toBeGreaterThanOrEqual(7);
  const whole = build();
  await train(whole, { steps: 12 });
  expect(bits(resumed)).toEqual(bits(whole));
});

test("a signal ends it after its step", async () => {
  const stop = new AbortController();
  const seen: number[] = [];
  for await (const { step } of trainPix2pix(build(), photos, { ...settings, signal: stop.signal })) {
    seen.push(step);
    if (step === 2) stop.abort();
  }
  expect(seen).toEqual([1, 2]);
});

test("a snapshot of other settings is refused by name", async () => {
  await train(build(), { steps: 1, snapshot: folder });
  const other = train(build(), { steps: 2, snapshot: folder, adversarialWeight: 0 });
  await expect(other).rejects.toThrow(/of a training with adversarialWeight 1, this one has 0/);
});

test("losses that are no numbers are explained", async () => {
  const broken: ImageBatch = { pixels: photos.pixels.map(() => NaN), shape: photos.shape };
  const training = train(build(), { steps: 2 }, broken);
  await expect(training).rejects.toThrow(TrainingError);
  await expect(training).rejects.toThrow(/step 1: the losses are no longer numbers.*lower learningRate/);
});

test.each<[Pix2pixTraining, string]>([
  [{ batchSize: 0 }, "batchSize: expected a positive whole number, got 0"],
  [{ batchSize: 11 }, "batchSize: expected an integer from 1 to the 10 examples"],
  [{ learningRate: 0 }, "learningRate: expected a number above 0, got 0"],
  [{ beta1: 1 }, "beta1: expected a number from 0 to below 1"],
  [{ l1Weight: -1 }, "l1Weight: expected a number of at least 0, got -1"],
  [{ l1Weight: 0, adversarialWeight: 0 }, "with both weights 0 there is nothing to learn"],
])("%p is refused", async (options, message) => {
  const training = train(build(), { steps: 1, ...options });
  await expect(training).rejects.toThrow(OptionError);
  await expect(training).rejects.toThrow(message);
});

test.each([
  [[10, 16, 16, 1], "got (10, 16, 16, 1)"],
  [[10, 20, 16, 3], "sides that are multiples of 8 (the generator halves 3 times), got (10, 20, 16, 3)"],
])("photographs of shape %p are refused", async (shape, message) => {
  const size = shape.reduce((a, b) => a * b, 1);
  const wrong = { pixels: new Float32Array(size), shape } as ImageBatch;
  const training = train(build(), { steps: 1 }, wrong);
  await expect(training).rejects.toThrow(ShapeError);
  await expect(training).rejects.toThrow(message);
});
