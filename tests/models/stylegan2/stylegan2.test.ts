/** StyleGAN2 equals PyTorch's, which has a kernel of its own for each image (tests/fixtures/stylegan2/make-stylegan2.py). */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compile, setTracing } from "../../../lib/core/compile.ts";
import { OptionError } from "../../../lib/core/errors.ts";
import { Random } from "../../../lib/core/random.ts";
import { decodeSafetensors } from "../../../lib/core/safetensors.ts";
import { tf } from "../../../lib/core/tf.ts";
import { judge, variationWithinGroups } from "../../../lib/models/stylegan2/discriminator.ts";
import {
  countStyles,
  generateStylegan2,
  mapLatents,
  synthesize,
  truncate,
} from "../../../lib/models/stylegan2/generator.ts";
import { modulatedConvolution } from "../../../lib/models/stylegan2/modulated-convolution.ts";
import { buildStylegan2, disposeStylegan2 } from "../../../lib/models/stylegan2/stylegan2.ts";
import { writeVariables } from "../../../lib/models/weights.ts";
import { gradientPenalty, pathLengths } from "../../../lib/training/stylegan2/steps.ts";
import { relativeDifference } from "../../training/fixture.ts";

const path = join(import.meta.dirname, "../../fixtures/stylegan2/stylegan2.safetensors");
const { tensors } = decodeSafetensors(readFileSync(path), path);
const group = (prefix: string) =>
  new Map(
    [...tensors].flatMap(([name, tensor]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), tensor] as const] : [],
    ),
  );
const fixture = <R extends tf.Rank>(name: string): tf.Tensor<R> => {
  const { values, shape } = tensors.get(name)!;
  return tf.keep(tf.tensor<R>(values, shape as tf.ShapeMap[R], "float32"));
};

const networks = buildStylegan2({
  resolution: 8,
  classes: 2,
  latentSize: 5,
  styleSize: 6,
  channelBase: 32,
  channelMax: 4,
});
const { generator, discriminator } = networks;
writeVariables(generator.weights, group("generator/"), path);
writeVariables(discriminator.weights, group("discriminator/"), path);
const z = fixture<tf.Rank.R2>("z");
const labels = fixture<tf.Rank.R2>("labels");
const real = fixture<tf.Rank.R4>("real");
const direction = fixture<tf.Rank.R4>("direction");

const difference = (actual: tf.Tensor, name: string) => {
  expect(actual.shape).toEqual(tensors.get(name)!.shape);
  return relativeDifference(actual.dataSync<"float32">(), tensors.get(name)!.values);
};

/** Compares the gradients of a loss with those of the fixture; what PyTorch gives none for must have none. */
function expectGradients(
  name: string,
  weights: Readonly<Record<string, tf.Variable>>,
  loss: () => tf.Scalar,
) {
  const { grads } = tf.variableGrads(
    loss,
    Object.values(weights).filter((variable) => variable.trainable),
  );
  const expected = group(`gradient ${name}/`);
  expect(expected.size).toBeGreaterThan(10);
  const largest = Math.max(...[...expected.values()].flatMap(({ values }) => Array.from(values, Math.abs)));
  for (const [key, variable] of Object.entries(weights)) {
    const actual = grads[variable.name] as tf.Tensor | null | undefined;
    const wanted = expected.get(key)?.values;
    if (actual == null) {
      expect([key, wanted?.some((value) => value !== 0) ?? false]).toEqual([key, false]);
      continue;
    }
    const values = actual.dataSync<"float32">();
    values.forEach((value, i) => expect(Math.abs(value - (wanted?.[i] ?? 0)) / largest).toBeLessThan(1e-5));
  }
}

test("a modulated convolution is one with a kernel of its own for each image", () => {
  tf.tidy(() => {
    const [x, kernel] = [fixture<tf.Rank.R4>("modulated/x"), fixture<tf.Rank.R4>("modulated/kernel")];
    const styles = fixture<tf.Rank.R2>("modulated/styles");
    expect(difference(modulatedConvolution(x, kernel, styles), "modulated/same")).toBeLessThan(2e-6);
    expect(difference(modulatedConvolution(x, kernel, styles, { up: true }), "modulated/up")).toBeLessThan(
      2e-6,
    );
    const plain = modulatedConvolution(x, kernel, styles, { demodulate: false });
    expect(difference(plain, "modulated/plain")).toBeLessThan(2e-6);
  });
});

describe.each([false, true])("compiled: %s", (compiled) => {
  let before: boolean;
  beforeAll(() => (before = setTracing(compiled)));
  afterAll(() => setTracing(before));
  const run = <T extends tf.Tensor>(body: () => T) => compile(body, { eagerFirst: false })();

  test("w, images and logits are PyTorch's", () => {
    tf.tidy(() => {
      const w = run(() => mapLatents(generator, z, labels));
      expect(difference(w, "w")).toBeLessThan(2e-6);
      const images = run(() => synthesize(generator, [w, w, w, w], "fixed"));
      expect(difference(images, "images")).toBeLessThan(5e-6);
      expect(
        difference(
          run(() => judge(discriminator, images, labels)),
          "logits",
        ),
      ).toBeLessThan(1e-5);
    });
  });

  test("R1 and path lengths are PyTorch's", () => {
    tf.tidy(() => {
      expect(
        difference(
          run(() => gradientPenalty(discriminator, real, labels)),
          "r1",
        ),
      ).toBeLessThan(1e-5);
      const lengths = run(() => {
        const w = mapLatents(generator, z, labels);
        const styles = Array.from({ length: 4 }, () => w.mul<tf.Tensor2D>(1));
        return pathLengthsWithFixedNoise(styles);
      });
      expect(difference(lengths, "lengths")).toBeLessThan(1e-5);
    });
  });
});

const pathLengthsWithFixedNoise = (styles: tf.Tensor2D[]) =>
  pathLengths(generator, styles, direction, "fixed");

test("gradients of both losses are PyTorch's", () => {
  tf.tidy(() => {
    const fake = fixture<tf.Rank.R4>("images");
    const styles = () => new Array<tf.Tensor2D>(4).fill(mapLatents(generator, z, labels));
    expectGradients("generator", generator.weights, () =>
      tf.softplus(judge(discriminator, synthesize(generator, styles()), labels).neg()).mean(),
    );
    expectGradients("discriminator", discriminator.weights, () =>
      tf
        .softplus(judge(discriminator, real, labels).neg())
        .mean<tf.Scalar>()
        .add(tf.softplus(judge(discriminator, fake, labels)).mean()),
    );
  });
});

test("gradients of R1 and of path lengths, gradients of gradients, are PyTorch's", () => {
  tf.tidy(() => {
    expectGradients("r1", discriminator.weights, () => gradientPenalty(discriminator, real, labels));
    expectGradients("lengths", generator.weights, () => {
      const w = mapLatents(generator, z, labels);
      const styles = Array.from({ length: 4 }, () => w.mul<tf.Tensor2D>(1));
      return pathLengthsWithFixedNoise(styles).sub(0.3).square().mean();
    });
  });
});

test("ψ = 0 gives the mean of w, ψ = 1 leaves w, between them a straight line", () => {
  tf.tidy(() => {
    const w = mapLatents(generator, z, labels);
    const average = generator.weights["mapping.average"]!.dataSync();
    const none = truncate(generator, w, 0).dataSync();
    none.forEach((value, i) => expect(value).toBeCloseTo(average[i % 6]!, 6));
    expect(truncate(generator, w, 1)).toBe(w);
    const half = truncate(generator, w, 0.5).dataSync();
    const [whole] = [w.dataSync()];
    half.forEach((value, i) => expect(value).toBeCloseTo((whole[i]! + average[i % 6]!) / 2, 5));
  });
});

test("the variation within four equal images is nothing, and differs from group to group", () => {
  tf.tidy(() => {
    const image = tf.tensor(new Random(1).normals(2 * 2 * 3), [1, 2, 2, 3]);
    const other = tf.tensor(new Random(2).normals(4 * 2 * 2 * 3), [4, 2, 2, 3]);
    const x = tf.concat([image.tile([4, 1, 1, 1]), other]) as tf.Tensor4D;
    const planes = variationWithinGroups(x);
    expect(planes.shape).toEqual([8, 2, 2, 1]);
    const values = planes.dataSync();
    expect(values[0]).toBeCloseTo(1e-4, 6); // √1e-8
    expect(values[16]).toBeGreaterThan(0.3);
    const groups = other.reshape([4, 12]);
    const expected = tf.moments(groups, 0).variance.sqrt().mean().dataSync()[0]!;
    expect(values[16]).toBeCloseTo(expected, 5);
  });
});

test("images are in [0, 1], and nothing is left behind", () => {
  const before = tf.memory().numTensors;
  const images = generateStylegan2(generator, z, { labels, psi: 0.7, noise: "none" });
  expect(images.shape).toEqual([8, 8, 8, 3]);
  for (const value of images.dataSync()) expect(Math.abs(value - 0.5)).toBeLessThanOrEqual(0.5);
  images.dispose();
  expect(tf.memory().numTensors).toBe(before);
  const more = buildStylegan2({ resolution: 16, channelMax: 4 });
  expect(countStyles(more.sizes)).toBe(6);
  disposeStylegan2(more);
  expect(tf.memory().numTensors).toBe(before);
});

test.each([
  [{ resolution: 48 }, /resolution: expected a power of 2 from 8, got 48/],
  [{ classes: -1 }, /classes: expected a whole number from 0, got -1/],
  [{ latentSize: 0 }, /latentSize: expected a positive whole number, got 0/],
])("%j is refused", (options, message) => {
  expect(() => buildStylegan2(options)).toThrow(OptionError);
  expect(() => buildStylegan2(options)).toThrow(message);
});
