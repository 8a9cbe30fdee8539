import { readFileSync } from "node:fs";
import { join } from "node:path";
import { OptionError } from "../../lib/core/errors.ts";
import { tf } from "../../lib/core/tf.ts";
import { buildDiscriminator, buildGan, buildGenerator } from "../../lib/models/gan.ts";
import { weightNames } from "../../lib/models/weights.ts";
import { buildFixtureGan, fixtureTensor, fixtureValues, relativeDifference } from "../training/fixture.ts";

const parameters = JSON.parse(
  readFileSync(join(import.meta.dirname, "..", "fixtures", "gan", "parameters.json"), "utf8"),
) as { generator: number; discriminator: number };

test("parameter counts are the lecture's and PyTorch's", () => {
  const { generator, discriminator } = buildGan();
  expect(parameters).toEqual({ generator: 1_339_905, discriminator: 74_625 });
  expect(generator.countParams()).toBe(parameters.generator);
  expect(discriminator.countParams()).toBe(parameters.discriminator);
});

test("the forward pass equals PyTorch's", () => {
  const { generator, discriminator } = buildFixtureGan();
  const fake = generator.predict(fixtureTensor("round0/zDealer")) as tf.Tensor;
  expect(relativeDifference(fake.dataSync(), fixtureValues("round0/fake"))).toBeLessThan(1e-5);
  const mixed = tf.concat([fixtureTensor("round0/real"), fixtureTensor("round0/fake")]);
  const logits = discriminator.predict(mixed) as tf.Tensor;
  expect(relativeDifference(logits.dataSync(), fixtureValues("round0/logits"))).toBeLessThan(1e-5);
});

test("the seed decides the weights, and the two networks do not share them", () => {
  const first = (seed: number) =>
    Array.from(buildGenerator({ latentSize: 3, filters: 2, seed }).getWeights()[0]!.dataSync());
  expect(first(1)).toEqual(first(1));
  expect(first(1)).not.toEqual(first(2));
  const kernels = buildGenerator({ latentSize: 3, filters: 2 })
    .getWeights()
    .filter((weight) => weight.rank === 4);
  expect(Array.from(kernels[0]!.dataSync())).not.toEqual(Array.from(kernels[1]!.dataSync()));
});

test("weights are named by layer and role, the same for every instance", () => {
  const names = [
    "plan.kernel",
    "plan.bias",
    "to14.kernel",
    "to14.bias",
    "to28.kernel",
    "to28.bias",
    "ink.kernel",
    "ink.bias",
  ];
  expect(weightNames(buildGenerator({ filters: 2 }))).toEqual(names);
  expect(weightNames(buildGenerator({ filters: 2 }))).toEqual(names);
});

test("images are between 0 and 1", () => {
  const image = buildGenerator({ filters: 2 }).predict(
    tf.randomNormal([4, 128], 0, 30, "float32", 1),
  ) as tf.Tensor;
  expect(image.shape).toEqual([4, 28, 28, 1]);
  expect(image.min().dataSync()[0]).toBeGreaterThanOrEqual(0);
  expect(image.max().dataSync()[0]).toBeLessThanOrEqual(1);
});

test.each([0, -2, 1.5, 3, NaN])("filters: %p is refused", (filters) => {
  expect(() => buildDiscriminator({ filters })).toThrow(OptionError);
  expect(() => buildDiscriminator({ filters })).toThrow(
    `filters: expected a positive even number, got ${filters}`,
  );
});

describe("what the dealer's last layer sees", () => {
  /** The same little cross at two places, eight pixels apart. */
  const cross = (left: number) =>
    tf.tidy(() => {
      const pixels = new Float32Array(28 * 28);
      for (let i = 0; i < 5; i++) pixels[(11 + i) * 28 + left + 2] = pixels[13 * 28 + left + i] = 1;
      return tf.tensor4d(pixels, [1, 28, 28, 1]);
    });
  const logitOf = (network: tf.LayersModel, left: number) =>
    tf.tidy(() => (network.predict(cross(left)) as tf.Tensor).dataSync()[0]!);

  test("max: the same patch gets the same verdict wherever it stands", () => {
    const discriminator = buildDiscriminator({ filters: 8, seed: 3 });
    expect(logitOf(discriminator, 8)).toBeCloseTo(logitOf(discriminator, 16), 5);
  });

  test("flatten: it matters where it stands; 80,769 parameters at the lecture's size", () => {
    const discriminator = buildDiscriminator({ filters: 8, pooling: "flatten", seed: 3 });
    expect(Math.abs(logitOf(discriminator, 8) - logitOf(discriminator, 16))).toBeGreaterThan(1e-3);
    // 3·3·1·64 + 64, 3·3·64·128 + 128, 7·7·128 + 1
    expect(buildDiscriminator({ pooling: "flatten" }).countParams()).toBe(640 + 73_856 + 6_273);
  });

  test("anything else is refused", () => {
    expect(() => buildDiscriminator({ pooling: "mean" as "max" })).toThrow(
      'pooling: expected "max" or "flatten", got "mean"',
    );
  });
});
