import { DataError, OptionError } from "../../lib/core/errors.ts";
import { Random } from "../../lib/core/random.ts";
import { tf } from "../../lib/core/tf.ts";
import { buildConditionalGan, type ConditionalGanOptions } from "../../lib/models/conditional-gan.ts";
import { labelPlanes } from "../../lib/models/label-plane-gan.ts";
import { readVariables, writeVariables } from "../../lib/models/weights.ts";
import { sampleClasses } from "../../lib/sampling/conditional.ts";

describe("label planes", () => {
  const size = { height: 28, width: 28, classes: 10 };
  const labels = tf.tensor1d([3, 0, 9, 3], "int32");

  test("are tf.oneHot of the label at every pixel", () => {
    tf.tidy(() => {
      const planes = labelPlanes(labels, size);
      expect(planes.shape).toEqual([4, 28, 28, 10]);
      const expected = Array.from(tf.oneHot(labels, 10).dataSync());
      const values = planes.dataSync();
      for (let pixel = 0; pixel < 4 * 784; pixel++) {
        const image = Math.floor(pixel / 784);
        expect(Array.from(values.subarray(10 * pixel, 10 * pixel + 10))).toEqual(
          expected.slice(10 * image, 10 * image + 10),
        );
      }
    });
  });

  test("fill all 784 pixels of one plane, where the Keras example fills 78 or 79 of each", () => {
    tf.tidy(() => {
      const ones = (planes: tf.Tensor) => Array.from(planes.sum([1, 2]).slice([0, 0], [1, 10]).dataSync());
      expect(ones(labelPlanes(labels, size))).toEqual([0, 0, 0, 784, 0, 0, 0, 0, 0, 0]);
      // keras.io/examples/generative/conditional_gan: ops.repeat(one_hot[:, :, None, None], repeats=[784]), then a reshape to
      // (-1, 28, 28, 10): each number 784 times in a row, cut into pixels of ten.
      const oneHot = Array.from(tf.oneHot(labels, 10).slice([0, 0], [1, 10]).dataSync());
      const repeated = oneHot.flatMap((value) => Array.from({ length: 784 }, () => value));
      const theirs = ones(tf.tensor(repeated, [1, 28, 28, 10]));
      expect(theirs.reduce((a, b) => a + b)).toBe(784);
      for (const count of theirs) expect([78, 79]).toContain(count);
    });
  });
});

const small = [
  { conditioning: "planes", classes: 3, latentSize: 4, filters: 2 },
  {
    conditioning: "projection",
    classes: 3,
    latentSize: 4,
    classSize: 2,
    generatorFilters: [4, 4, 4, 4],
    discriminatorFilters: [2, 3, 4],
  },
] satisfies ConditionalGanOptions[];

describe.each(small)("$conditioning", (options) => {
  const { generator, averaged, discriminator } = buildConditionalGan(options);
  const z = tf.tensor2d(new Random(3).normals(8), [2, 4]);
  const y = tf.tensor1d([2, 0], "int32");
  const numbers = (value: tf.Tensor) => Array.from(value.dataSync());

  test("makes images in [0, 1] and judges them, and leaves no tensors", () => {
    const before = tf.memory().numTensors;
    const images = generator.generate(z, y);
    const logits = discriminator.judge(images, y);
    discriminator.prepare();
    expect(images.shape).toEqual([2, ...generator.imageShape]);
    expect(logits.shape).toEqual([2, 1]);
    for (const value of images.dataSync()) expect(Math.abs(value - 0.5)).toBeLessThanOrEqual(0.5);
    tf.dispose([images, logits]);
    expect(tf.memory().numTensors).toBe(before);
  });

  test("both networks depend on the class, and an image on no other of its batch", () => {
    tf.tidy(() => {
      const images = generator.generate(z, y);
      const other = tf.tensor1d([1, 0], "int32");
      const changed = generator.generate(z, other);
      expect(numbers(changed.slice(0, 1))).not.toEqual(numbers(images.slice(0, 1)));
      expect(changed.sub(images).slice(1).abs().max().dataSync()[0]).toBeLessThan(1e-6);
      const [first, second] = numbers(discriminator.judge(images, y).sub(discriminator.judge(images, other)));
      expect(Math.abs(first!)).toBeGreaterThan(1e-6);
      expect(Math.abs(second!)).toBeLessThan(1e-6);
    });
  });

  test("images judged twice, with other labels the second time, are judged as one by one", () => {
    tf.tidy(() => {
      const images = generator.generate(z, y);
      const other = tf.tensor1d([1, 1], "int32");
      const both = discriminator.judge(images, tf.concat([y, other]));
      expect(both.shape).toEqual([4, 1]);
      const apart = tf.concat([discriminator.judge(images, y), discriminator.judge(images, other)]);
      expect(both.sub(apart).abs().max().dataSync()[0]).toBeLessThan(1e-6);
    });
  });

  test("without classes, neither looks at labels", () => {
    tf.tidy(() => {
      const plain = buildConditionalGan({ ...options, classes: 0 });
      const [some, others] = [y, tf.tensor1d([1, 1], "int32")];
      const images = plain.generator.generate(z, some);
      expect(numbers(plain.generator.generate(z, others))).toEqual(numbers(images));
      expect(numbers(plain.discriminator.judge(images, others))).toEqual(
        numbers(plain.discriminator.judge(images, some)),
      );
    });
  });

  test("the average begins as the generator, and weights go into another network by name", async () => {
    const [made, again] = [generator.generate(z, y), averaged.generate(z, y)];
    expect(numbers(again)).toEqual(numbers(made));
    const other = buildConditionalGan({ ...options, seed: 5 }).generator;
    const before = other.generate(z, y);
    expect(numbers(before)).not.toEqual(numbers(made));
    writeVariables(other.weights, await readVariables(generator.weights), "test");
    expect(numbers(other.generate(z, y))).toEqual(numbers(made));
    expect(() => writeVariables(other.weights, new Map(), "some file")).toThrow(DataError);
  });

  test("sampleClasses makes one image for each label, the same for the same seed", () => {
    tf.tidy(() => {
      const labels = Array.from({ length: 251 }, (_, i) => i % 3);
      const images = sampleClasses(generator, labels, new Random(1));
      expect(images.shape).toEqual([251, ...generator.imageShape]);
      const again = sampleClasses(generator, labels, new Random(1));
      expect(again.sub(images).abs().max().dataSync()[0]).toBeLessThan(1e-6);
    });
  });
});

test.each([
  [{ conditioning: "projection", classes: 1 }, "classes: expected 0 or a whole number from 2, got 1"],
  [{ conditioning: "projection", latentSize: 0.5 }, "latentSize: expected a positive whole number, got 0.5"],
  [
    { conditioning: "projection", generatorFilters: [4, 4, 0, 4] },
    "filters: expected a positive whole number, got 0",
  ],
  [{ conditioning: "planes", classes: -1 }, "classes: expected a whole number from 0, got -1"],
  [{ conditioning: "crystals" as "planes" }, 'expected "planes" or "projection"'],
] satisfies [ConditionalGanOptions, string][])("%j is refused", (options, message) => {
  expect(() => buildConditionalGan(options)).toThrow(OptionError);
  expect(() => buildConditionalGan(options)).toThrow(message);
});
