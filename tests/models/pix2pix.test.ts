import { OptionError } from "../../lib/core/errors.ts";
import { Random } from "../../lib/core/random.ts";
import { tf } from "../../lib/core/tf.ts";
import {
  buildPatchDiscriminator,
  buildPix2pix,
  buildUnet,
  judgePatches,
  scaleColours,
  scaleLightness,
  unscaleColours,
  type PatchSize,
  type Pix2pixOptions,
} from "../../lib/models/pix2pix.ts";
import { relativeDifference } from "../training/fixture.ts";
import {
  buildFixtureDiscriminator,
  buildFixturePix2pix,
  fixtureNumbers,
  fixtureTensor4d,
} from "../training/pix2pix-fixture.ts";

test("the U-Net's colours are PyTorch's", () => {
  const { generator } = buildFixturePix2pix();
  const fake = generator.predict(fixtureTensor4d("lightness")) as tf.Tensor;
  expect(fake.shape).toEqual([2, 16, 24, 2]);
  expect(relativeDifference(fake.dataSync(), fixtureNumbers("fake"))).toBeLessThan(1e-5);
});

test("the verdicts on patches of all three sizes are PyTorch's", () => {
  const small = judgePatches(buildFixturePix2pix(), fixtureTensor4d("lightness"), fixtureTensor4d("truth"));
  expect(small.shape).toEqual([2, 6, 10, 1]);
  expect(relativeDifference(small.dataSync(), fixtureNumbers("logits16"))).toBeLessThan(1e-5);
  for (const patch of [34, 70] as const) {
    const networks = { discriminator: buildFixtureDiscriminator(patch) };
    const pair = [fixtureTensor4d(`lightness${patch}`), fixtureTensor4d(`truth${patch}`)] as const;
    const logits = judgePatches(networks, ...pair);
    expect(relativeDifference(logits.dataSync(), fixtureNumbers(`logits${patch}`))).toBeLessThan(1e-5);
  }
});

describe("the patch that one verdict is about", () => {
  /** The extent of the pixels that move one logit in the middle, by its gradient. */
  function receptiveField(discriminator: tf.LayersModel, side: number): { rows: number; columns: number } {
    const pixels = new Random(4).normals(side * side * 3);
    return tf.tidy(() => {
      const gradient = tf.grad((x: tf.Tensor) => {
        const logits = discriminator.apply(x) as tf.Tensor4D;
        const middle = Math.floor(logits.shape[1] / 2);
        return logits.slice([0, middle, middle, 0], [1, 1, 1, 1]).sum();
      })(tf.tensor4d(pixels, [1, side, side, 3]));
      const moves = gradient.abs().sum([0, 3]); // (side, side)
      const extent = (axis: number) => {
        const touched = [...moves.max(axis).dataSync()].flatMap((value, i) => (value > 0 ? [i] : []));
        return touched.at(-1)! - touched[0]! + 1;
      };
      return { rows: extent(1), columns: extent(0) };
    });
  }

  test.each<[PatchSize]>([[16], [34], [70]])("is %i pixels wide and high", (patch) => {
    const discriminator = buildPatchDiscriminator({ patch, discriminatorChannels: 4, seed: 3 });
    expect(receptiveField(discriminator, 128)).toEqual({ rows: patch, columns: patch });
  });

  test("of a photograph of 64 pixels: 6 × 6 verdicts of 70 pixels, or 14 × 14 of 34", () => {
    const shape = (patch: PatchSize) =>
      (
        buildPatchDiscriminator({ patch, discriminatorChannels: 2 }).apply(
          tf.zeros([1, 64, 64, 3]),
        ) as tf.Tensor
      ).shape;
    expect(shape(70)).toEqual([1, 6, 6, 1]);
    expect(shape(34)).toEqual([1, 14, 14, 1]);
  });
});

test("at the default sizes there are as many parameters as the layers' formulas say", () => {
  const { generator, discriminator } = buildPix2pix();
  // kernels 16 · in · out; biases of the unnormalised layers; γ and β of the others
  const kernels = [
    [1, 32],
    [32, 64],
    [64, 96],
    [96, 128],
    [128, 96],
    [192, 64],
    [128, 32],
    [64, 2],
  ];
  const products = kernels.reduce((sum, [a, b]) => sum + 16 * a! * b!, 0);
  expect(generator.countParams()).toBe(products + 32 + 128 + 2 + 2 * (64 + 96 + 96 + 64 + 32));
  expect(discriminator.countParams()).toBe(
    16 * (3 * 32 + 32 * 64 + 64 * 128 + 128) + 32 + 1 + 2 * (64 + 128),
  );
});

test("the U-Net takes pictures of any size in multiples of 2^levels, and what it says of each does not depend on the others", () => {
  const unet = buildUnet({ channels: [4, 6], seed: 2 });
  const x = tf.tensor4d(new Random(1).normals(3 * 8 * 20), [3, 8, 20, 1]);
  const all = unet.predict(x) as tf.Tensor4D;
  expect(all.shape).toEqual([3, 8, 20, 2]);
  const second = unet.predict(x.slice([1], [1])) as tf.Tensor4D;
  expect(relativeDifference(second.dataSync(), all.slice([1], [1]).dataSync())).toBeLessThan(1e-5);
  // The same in training, where there is no dropout: nothing in it is another function then.
  const sober = buildUnet({ channels: [4, 6], seed: 2, dropout: 0 });
  const [training, testing] = [true, false].map((on) => sober.apply(x, { training: on }) as tf.Tensor);
  expect(training!.dataSync()).toEqual(testing!.dataSync());
});

test("the seed decides the weights, of each network its own", () => {
  const first = (seed: number) =>
    buildPix2pix({ channels: [4, 6], discriminatorChannels: 2, seed })
      .generator.getWeights()[0]!
      .dataSync();
  expect(first(1)).toEqual(first(1));
  expect(first(1)).not.toEqual(first(2));
  const kernels = buildUnet({ channels: [4, 4, 4], seed: 1 })
    .getWeights()
    .filter(({ rank }) => rank === 4);
  expect(kernels[1]!.flatten().slice([0], [4]).dataSync()).not.toEqual(
    kernels[2]!.flatten().slice([0], [4]).dataSync(),
  );
});

test("L of 0, 50 and 100 is −1, 0 and 1 to the networks; colours come back", () => {
  expect([...scaleLightness(tf.tensor1d([0, 50, 100])).dataSync()]).toEqual([-1, 0, 1]);
  const colours = tf.tensor1d([-110, 0, 33]);
  expect([...scaleColours(colours).dataSync()][0]).toBe(-1);
  expect(
    relativeDifference(unscaleColours(scaleColours(colours)).dataSync(), colours.dataSync()),
  ).toBeLessThan(1e-6);
});

test.each<[Pix2pixOptions, string]>([
  [{ channels: [] }, "channels: expected positive whole numbers, got "],
  [{ channels: [8, 0] }, "channels: expected positive whole numbers, got 8, 0"],
  [{ dropout: 1 }, "dropout: expected a number from 0 to below 1, got 1"],
  [{ patch: 32 as PatchSize }, "patch: expected 16, 34 or 70, got 32"],
  [{ discriminatorChannels: 1.5 }, "discriminatorChannels: expected positive whole numbers, got 1.5"],
])("%p is refused", (options, message) => {
  const build = () => buildPix2pix({ channels: [2], discriminatorChannels: 2, ...options });
  expect(build).toThrow(OptionError);
  expect(build).toThrow(`pix2pix: ${message}`);
});
