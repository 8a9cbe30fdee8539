/** The conditional generators that the course ships make what they are asked for. */
import { OptionError } from "../../lib/core/errors.ts";
import { tf } from "../../lib/core/tf.ts";
import { loadHurricane } from "../../lib/data/hurricane.ts";
import { loadMnist } from "../../lib/data/mnist.ts";
import { reportConditional } from "../../lib/metrics/conditional-report.ts";
import { loadClassifier } from "../../lib/models/classifier.ts";
import { loadConditionalGenerator } from "../../lib/models/conditional-checkpoint.ts";

test("houses: the classifier is right within 0.08 of real photographs; without labels it guesses", async () => {
  const classifier = loadClassifier("hurricane");
  const real = await loadHurricane({ split: "test", count: 600, seed: 2 });
  const generators = {
    told: loadConditionalGenerator("cgan-hurricane"),
    untold: loadConditionalGenerator("cgan-hurricane", "unlabelled"),
  };
  const before = tf.memory().numTensors;
  const told = await reportConditional(generators.told, classifier, real, { count: 300 });
  const untold = await reportConditional(generators.untold, classifier, real, { count: 200 });
  expect(tf.memory().numTensors).toBe(before);
  expect(Math.abs(told.realAccuracy - told.accuracy)).toBeLessThan(0.08);
  expect(Math.abs(untold.accuracy - 0.5)).toBeLessThan(0.1);
  expect(told.classes.map(({ name }) => name)).toEqual(["undamaged", "damaged"]);
  expect(told.accuracy).toBeCloseTo((told.classes[0]!.accuracy + told.classes[1]!.accuracy) / 2, 6);
  // Photographs of the other class are 34 away, the networks of no training 15.
  for (const { frechet } of told.classes) expect(frechet).toBeLessThan(3);
});

test("digits: the classifier sees the digit that was asked for in at least 95 of 100", async () => {
  const real = await loadMnist({ split: "test", count: 400 });
  const report = await reportConditional(
    loadConditionalGenerator("cgan-mnist"),
    loadClassifier("mnist"),
    real,
    {
      count: 60,
    },
  );
  expect(report.accuracy).toBeGreaterThanOrEqual(0.95);
  expect(report.classes).toHaveLength(10);
});

test("unknown names and counts below 2 are refused", async () => {
  expect(() => loadConditionalGenerator("cgan-cats" as "cgan-mnist")).toThrow(OptionError);
  const real = await loadMnist({ split: "test", count: 20 });
  const report = reportConditional(loadConditionalGenerator("cgan-mnist"), loadClassifier("mnist"), real, {
    count: 1,
  });
  await expect(report).rejects.toThrow(OptionError);
});
