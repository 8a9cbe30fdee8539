/** The classifiers that the course ships find what real test images show. */
import { OptionError, ShapeError } from "../../lib/core/errors.ts";
import { tf } from "../../lib/core/tf.ts";
import { loadHurricane } from "../../lib/data/hurricane.ts";
import { loadMnist } from "../../lib/data/mnist.ts";
import { imagesToTensor } from "../../lib/data/tensors.ts";
import { classifierAccuracy } from "../../lib/metrics/classifier-accuracy.ts";
import { frechetDistance } from "../../lib/metrics/frechet.ts";
import { loadClassifier } from "../../lib/models/classifier.ts";

test("hurricane: at least 0.92 of 800 test photographs", async () => {
  const classifier = loadClassifier("hurricane");
  const { images, labels } = await loadHurricane({ split: "test", count: 800, seed: 1 });
  const { accuracy, perClass } = await classifierAccuracy(classifier, images, labels);
  expect(accuracy).toBeGreaterThan(0.92);
  for (const share of perClass) expect(share).toBeGreaterThan(0.87);
});

test("mnist: at least 0.985 of the test digits", async () => {
  const classifier = loadClassifier("mnist");
  const { images, labels } = await loadMnist({ split: "test" });
  expect((await classifierAccuracy(classifier, images, labels)).accuracy).toBeGreaterThanOrEqual(0.985);
});

test("features of photographs of one class are nearer to each other than to the other class's", async () => {
  const classifier = loadClassifier("hurricane");
  const before = tf.memory().numTensors;
  const features = async (damaged: boolean, split: "test" | "validation") => {
    const { images } = await loadHurricane({ split, damaged, count: 300 });
    return classifier.features(images);
  };
  const damaged = await features(true, "test");
  expect(damaged.shape).toEqual([300, 128]);
  const [same, other] = [await features(true, "validation"), await features(false, "validation")];
  const near = await frechetDistance(damaged, same);
  const far = await frechetDistance(damaged, other);
  expect(far).toBeGreaterThan(3 * near);
  tf.dispose([damaged, same, other]);
  expect(tf.memory().numTensors).toBe(before);
});

test("an image's logits do not depend on the others, nor on how it is given", async () => {
  const classifier = loadClassifier("mnist");
  const { images } = await loadMnist({ count: 300 });
  tf.tidy(() => {
    const tensor = imagesToTensor(images);
    const whole = classifier.logits(images);
    const last = classifier.logits(tensor.slice([299]));
    expect(whole.shape).toEqual([300, 10]);
    expect(
      last
        .sub(whole.slice([299]))
        .abs()
        .max()
        .dataSync()[0],
    ).toBeLessThan(1e-3);
  });
});

test("images of another size, and unknown names, are refused", () => {
  expect(() => loadClassifier("mnist").logits(tf.zeros([2, 32, 32, 3]))).toThrow(ShapeError);
  expect(() => loadClassifier("mnist").features(tf.zeros([2, 32, 32, 3]))).toThrow(
    "expected (count, 28, 28, 1), got (2, 32, 32, 3)",
  );
  expect(() => loadClassifier("cats" as "mnist")).toThrow(OptionError);
});
