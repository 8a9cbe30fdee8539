import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataError, OptionError, ShapeError, TrainingError } from "../../lib/core/errors.ts";
import { Random } from "../../lib/core/random.ts";
import { tf } from "../../lib/core/tf.ts";
import type { ImageBatch } from "../../lib/data/images.ts";
import { buildGan, type Gan } from "../../lib/models/gan.ts";
import { trainGan, type GanProgress, type GanTraining } from "../../lib/training/train-gan.ts";

/** Forty images of noise: what is tested here is the bookkeeping, not the art. */
const images: ImageBatch = { pixels: new Random(5).uniforms(40 * 28 * 28), shape: [40, 28, 28, 1] };
const small = { latentSize: 5, filters: 4, seed: 2 };
const settings = { batchSize: 8, seed: 3 } satisfies GanTraining;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "train-gan-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function train(gan: Gan, options: GanTraining): Promise<GanProgress[]> {
  const seen: GanProgress[] = [];
  for await (const progress of trainGan(gan, images, { ...settings, ...options })) seen.push(progress);
  return seen;
}

/** Fingerprints of all weights, bit for bit. */
const bits = ({ generator, discriminator }: Gan) =>
  [...generator.getWeights(), ...discriminator.getWeights()].map((weight) =>
    createHash("sha256").update(new Float32Array(weight.dataSync<"float32">())).digest("hex"),
  );

test("each step tells its number, kimg, time, losses and the dealer's opinion", async () => {
  const seen = await train(buildGan(small), { steps: 7 });
  expect(seen.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(seen.map(({ kimg }) => kimg)).toEqual([0.008, 0.016, 0.024, 0.032, 0.04, 0.048, 0.056]);
  seen.forEach(({ seconds, discriminatorLoss, generatorLoss, onReal, onFake }, i) => {
    expect(seconds).toBeGreaterThan(i === 0 ? 0 : seen[i - 1]!.seconds);
    for (const loss of [discriminatorLoss, generatorLoss]) expect(loss).toBeGreaterThan(0);
    for (const probability of [onReal, onFake]) expect(Math.abs(probability - 0.5)).toBeLessThan(0.5);
  });
});

test("the same seed makes the same training, another seed another", async () => {
  const trained = async (seed: number) => {
    const gan = buildGan(small);
    await train(gan, { steps: 3, seed });
    return bits(gan);
  };
  const first = await trained(3);
  expect(await trained(3)).toEqual(first);
  expect(await trained(4)).not.toEqual(first);
});

test("no tensor is left behind, nor gathers while training", async () => {
  const gan = buildGan(small);
  const before = tf.memory().numTensors;
  const during: number[] = [];
  for await (const { step } of trainGan(gan, images, { ...settings, steps: 20 }))
    during[step - 1] = tf.memory().numTensors;
  expect(during).toHaveLength(20);
  expect(new Set(during).size).toBe(1);
  expect(tf.memory().numTensors).toBe(before);
});

describe("a training that was stopped", () => {
  test("goes on from its snapshot to the same weights, bit for bit", async () => {
    const whole = buildGan(small);
    const uninterrupted = await train(whole, { steps: 13 });

    await train(buildGan(small), { steps: 7, snapshot: folder });
    const resumed = buildGan({ ...small, seed: 99 }); // its own weights must not matter
    const rest = await train(resumed, { steps: 13, snapshot: folder });
    expect(rest.map(({ step }) => step)).toEqual([8, 9, 10, 11, 12, 13]);
    const losses = (progress: GanProgress[]) => progress.map((numbers) => ({ ...numbers, seconds: 0 }));
    expect(losses(rest)).toEqual(losses(uninterrupted.slice(7)));
    expect(rest[0]!.seconds).toBeGreaterThan(0);
    expect(bits(resumed)).toEqual(bits(whole));
  });

  test("by kill -9, goes on from the last snapshot to the same weights", async () => {
    // The child prints each step and is killed at the seventh; its snapshots are of steps 2, 4, 6, …
    const program = join(import.meta.dirname, "..", "fixtures", "gan", "train-until-killed.cjs");
    const child = spawn(process.execPath, [program, folder], { stdio: ["ignore", "pipe", "inherit"] });
    let printed = "";
    child.stdout.on("data", (text: Buffer) => {
      printed += text.toString();
      if (printed.includes("step 7\n")) child.kill("SIGKILL");
    });
    const [, signal] = (await once(child, "exit")) as [number | null, string | null];
    expect(signal).toBe("SIGKILL");

    const resumed = buildGan(small);
    const rest = await train(resumed, { steps: 12, snapshot: folder });
    expect(rest[0]!.step % 2).toBe(1);
    expect(rest[0]!.step).toBeGreaterThanOrEqual(7);
    const whole = buildGan(small);
    await train(whole, { steps: 12 });
    expect(bits(resumed)).toEqual(bits(whole));
  });

  test("stops after its step by a signal, with that step in the snapshot", async () => {
    const stop = new AbortController();
    const seen: number[] = [];
    for await (const { step } of trainGan(buildGan(small), images, {
      ...settings,
      snapshot: folder,
      signal: stop.signal,
    })) {
      seen.push(step);
      if (step === 3) stop.abort();
    }
    expect(seen).toEqual([1, 2, 3]);
    const [next] = await train(buildGan(small), { steps: 4, snapshot: folder });
    expect(next!.step).toBe(4);
  });

  test("throws on the notebook's stop button, after its step", async () => {
    const button = new AbortController();
    const hook = Symbol.for("jupyter.interrupt");
    (globalThis as Record<symbol, unknown>)[hook] = () => button.signal;
    const before = tf.memory().numTensors;
    const gan = buildGan(small);
    const own = tf.memory().numTensors - before;
    const seen: number[] = [];
    try {
      const training = (async () => {
        for await (const { step } of trainGan(gan, images, settings)) {
          seen.push(step);
          if (step === 2) button.abort(new Error("the stop button"));
        }
      })();
      await expect(training).rejects.toThrow("the stop button");
    } finally {
      Reflect.deleteProperty(globalThis, hook);
    }
    expect(seen).toEqual([1, 2]);
    expect(tf.memory().numTensors).toBe(before + own);
  });

  test("by leaving the loop, disposes of its optimisers", async () => {
    const gan = buildGan(small);
    const before = tf.memory().numTensors;
    for await (const { step } of trainGan(gan, images, settings)) if (step === 2) break;
    expect(tf.memory().numTensors).toBe(before);
  });

  test("is done when its snapshot has all the steps", async () => {
    await train(buildGan(small), { steps: 3, snapshot: folder });
    expect(await train(buildGan(small), { steps: 3, snapshot: folder })).toEqual([]);
  });
});

describe("a snapshot", () => {
  beforeEach(() => train(buildGan(small), { steps: 2, snapshot: folder }));
  const file = () => join(folder, "snapshot.safetensors");

  test("of other settings is refused by name", async () => {
    const before = readFileSync(file());
    for (const [option, message] of [
      [
        { batchSize: 4 },
        /of a training with batchSize 8, this one has 4\. Use the same value, or another folder/,
      ],
      [{ seed: 8 }, /of a training with seed 3, this one has 8\./],
    ] as const) {
      const other = train(buildGan(small), { steps: 4, snapshot: folder, ...option });
      await expect(other).rejects.toThrow(OptionError);
      await expect(other).rejects.toThrow(message);
    }
    expect(readFileSync(file()).equals(before)).toBe(true);
  });

  test("of a network of another size is refused, and its weights stay", async () => {
    const gan = buildGan({ ...small, filters: 6 });
    const before = bits(gan);
    await expect(train(gan, { steps: 4, snapshot: folder })).rejects.toThrow(
      /expected \(.*\), got \(.*\)\. Build the network/,
    );
    expect(bits(gan)).toEqual(before);
  });

  test("that was cut off is named", async () => {
    truncateSync(file(), 5_000);
    const training = train(buildGan(small), { steps: 4, snapshot: folder });
    await expect(training).rejects.toThrow(DataError);
    await expect(training).rejects.toThrow(file());
    expect(readFileSync(file()).length).toBe(5_000); // what may be mended by hand is not replaced by a new start
  });

  test("leaves no temporary file", () => {
    expect(existsSync(file())).toBe(true);
    expect(readFileSync(file()).length).toBeGreaterThan(1000);
  });
});

test("a snapshot folder that cannot be written ends the training with the reason, and no tensor is left", async () => {
  const blocked = join(folder, "file");
  writeFileSync(blocked, "");
  const gan = buildGan(small);
  const before = tf.memory().numTensors;
  await expect(train(gan, { steps: 3, snapshot: join(blocked, "sub"), snapshotEvery: 1 })).rejects.toThrow(
    /cannot be written: a part of the path is a file/,
  );
  expect(tf.memory().numTensors).toBe(before);
});

test("losses that are no numbers are explained, and the last good snapshot stays", async () => {
  const gan = buildGan(small);
  await train(gan, { steps: 2, snapshot: folder });
  const good = readFileSync(join(folder, "snapshot.safetensors"));
  const broken: ImageBatch = {
    pixels: images.pixels.map((_, i) => (i % 784 === 0 ? NaN : 0)),
    shape: images.shape,
  };
  const training = trainGan(buildGan(small), broken, { ...settings, steps: 4, snapshot: folder }).next();
  await expect(training).rejects.toThrow(TrainingError);
  await expect(training).rejects.toThrow(
    /step 3: the losses are no longer numbers.*still has the last good ones/,
  );
  expect(readFileSync(join(folder, "snapshot.safetensors")).equals(good)).toBe(true);
});

test.each<[GanTraining, string]>([
  [{ batchSize: 0 }, "batchSize: expected a positive whole number, got 0"],
  [{ batchSize: 41 }, "batchSize: expected an integer from 1 to the 40 examples"],
  [{ steps: 1.5 }, "steps: expected a positive whole number, got 1.5"],
  [{ generatorRate: -1 }, "generatorRate: expected a number above 0, got -1"],
  [{ discriminatorRate: NaN }, "discriminatorRate: expected a number above 0, got NaN"],
  [{ labelNoise: 0.5 }, "labelNoise: expected a number from 0 to below 0.5"],
  [{ beta1: 1 }, "beta1: expected a number from 0 to below 1"],
  [{ seed: -1 }, "seed: expected a whole number"],
])("%p is refused", async (options, message) => {
  await expect(train(buildGan(small), options)).rejects.toThrow(OptionError);
  await expect(train(buildGan(small), options)).rejects.toThrow(message);
});

test("images of another size are refused", async () => {
  const wrong: ImageBatch = { pixels: new Float32Array(40 * 32 * 32), shape: [40, 32, 32, 1] };
  const training = trainGan(buildGan(small), wrong, settings).next();
  await expect(training).rejects.toThrow(ShapeError);
  await expect(training).rejects.toThrow(
    "expected (count, 28, 28, 1), which the discriminator takes; got (40, 32, 32, 1)",
  );
});
