import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OptionError, ShapeError } from "../../lib/core/errors.ts";
import { Random } from "../../lib/core/random.ts";
import { tf } from "../../lib/core/tf.ts";
import { classifierAccuracy } from "../../lib/metrics/classifier-accuracy.ts";
import { buildClassifier, type Classifier } from "../../lib/models/classifier.ts";
import {
  trainClassifier,
  type ClassifierProgress,
  type ClassifierTraining,
} from "../../lib/training/train-classifier.ts";

/** Noise with a bright half: left for class 0, right for class 1. */
const SIDE = 8;
const labels = Uint8Array.from({ length: 120 }, (_, i) => i % 2);
const noise = new Random(1).uniforms(labels.length * SIDE * SIDE, 0, 0.6);
const pixels = noise.map((value, i) => {
  const right = i % SIDE >= SIDE / 2;
  return value + (right === (labels[Math.floor(i / SIDE ** 2)] === 1) ? 0.4 : 0);
});
const examples = {
  images: { pixels, shape: [120, SIDE, SIDE, 1] as [number, number, number, number] },
  labels,
};
const build = (seed = 2) =>
  buildClassifier({
    imageShape: [SIDE, SIDE, 1],
    classes: ["left", "right"],
    filters: [4, 8, 8, 8, 8],
    seed,
  });

async function train(classifier: Classifier, options: ClassifierTraining): Promise<ClassifierProgress[]> {
  const seen: ClassifierProgress[] = [];
  const settings = { batchSize: 20, seed: 3, augmentation: { translation: 0.13 }, ...options };
  for await (const value of trainClassifier(classifier, examples, settings)) seen.push(value);
  return seen;
}
const bits = ({ network }: Classifier) => network.getWeights().map((weight) => [...weight.dataSync()]);

test("learns what tells the classes apart, and leaves no tensor behind", async () => {
  const classifier = build();
  const before = tf.memory().numTensors;
  const seen = await train(classifier, { steps: 150, learningRate: 5e-3, averageDecay: 0.9 });
  expect(seen.at(-1)!.loss).toBeLessThan(0.2);
  const { accuracy, perClass, confusion } = await classifierAccuracy(classifier, examples.images, labels);
  expect(accuracy).toBeGreaterThan(0.95);
  expect(perClass[0]! + perClass[1]!).toBeCloseTo(2 * accuracy, 6);
  expect(confusion.flat().reduce((a, b) => a + b)).toBe(120);
  // What it says of the wrong labels is the rest.
  const wrong = await classifierAccuracy(classifier, examples.images, labels.map((label) => 1 - label)); // prettier-ignore
  expect(wrong.accuracy).toBeCloseTo(1 - accuracy, 6);
  expect(tf.memory().numTensors).toBe(before);
});

test("goes on from its snapshot to the same weights, bit for bit", async () => {
  const folder = mkdtempSync(join(tmpdir(), "train-classifier-"));
  try {
    const whole = build();
    await train(whole, { steps: 9 });
    await train(build(), { steps: 4, snapshot: folder });
    const resumed = build(99);
    const rest = await train(resumed, { steps: 9, snapshot: folder });
    expect(rest.map(({ step }) => step)).toEqual([5, 6, 7, 8, 9]);
    expect(bits(resumed)).toEqual(bits(whole));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("labels that do not fit are refused", async () => {
  const first = (wrong: ArrayLike<number>) =>
    trainClassifier(build(), { images: examples.images, labels: wrong }).next();
  await expect(first(labels.slice(1))).rejects.toThrow(ShapeError);
  await expect(first(labels.map((label) => label + 1))).rejects.toThrow(OptionError);
  await expect(first(labels.map((label) => label + 1))).rejects.toThrow("from 0 to 1, got 2 at place 1");
});
