import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OptionError, ShapeError } from "../../lib/core/errors.ts";
import { Random } from "../../lib/core/random.ts";
import { tf } from "../../lib/core/tf.ts";
import type { ImageBatch } from "../../lib/data/images.ts";
import { rgbToLab } from "../../lib/data/lab.ts";
import { loadPhoto, savePhoto, type Photo } from "../../lib/data/photo.ts";
import { buildUnet, scaleLightness, unscaleColours } from "../../lib/models/pix2pix.ts";
import { colourise } from "../../lib/sampling/colourise.ts";
import { largestGap } from "../metrics/colour-fixture.ts";

/** Of untrained weights, enlarged until its colours are wild: many are beyond what a screen can show. */
function wildGenerator(dropout = 0): tf.LayersModel {
  const generator = buildUnet({ channels: [4, 6], dropout, seed: 5 });
  generator.setWeights(generator.getWeights().map((weight) => (weight.rank === 4 ? weight.mul(30) : weight)));
  return generator;
}
const noise = (...shape: ImageBatch["shape"]): ImageBatch => ({
  pixels: new Random(9).uniforms(shape.reduce((a, b) => a * b, 1)),
  shape,
});
const channel = ({ pixels }: ImageBatch, which: number) => pixels.filter((_, i) => i % 3 === which);
const small = { side: 16, overlap: 8 };

test.each<[ImageBatch["shape"]]>([[[2, 16, 16, 3]], [[1, 37, 53, 3]], [[1, 5, 40, 3]], [[1, 1, 1, 3]]])(
  "lightness is kept, whatever the size %p, and colours are new",
  async (shape) => {
    const photo = noise(...shape);
    const coloured = await colourise(wildGenerator(), photo, small);
    expect(coloured.shape).toEqual(shape);
    const [before, after] = [rgbToLab(photo), rgbToLab(coloured)];
    expect(largestGap(channel(after, 0), channel(before, 0))).toBeLessThan(0.02); // of 100
    expect(largestGap(channel(after, 1), channel(before, 1))).toBeGreaterThan(1);
  },
);

test("only lightness is read: a photograph and its grey get the same colours", async () => {
  const photo = noise(1, 20, 30, 3);
  const grey: ImageBatch = { pixels: new Float32Array(photo.pixels.length), shape: photo.shape };
  const { pixels } = rgbToLab(photo);
  // A grey of the same L: all three channels are sRGB's curve of Y.
  for (let i = 0; i < pixels.length; i++) {
    const f = (pixels[i - (i % 3)]! + 16) / 116;
    const y = f > 0.2068966 ? f ** 3 : (f - 16 / 116) / 7.787;
    grey.pixels[i] = y > 0.0031308 ? 1.055 * y ** (1 / 2.4) - 0.055 : 12.92 * y;
  }
  const generator = wildGenerator();
  const [first, second] = [await colourise(generator, photo, small), await colourise(generator, grey, small)];
  expect(largestGap(first.pixels, second.pixels)).toBeLessThan(2e-3);
});

test("of a photograph as large as a tile the colours are the generator's", async () => {
  const generator = buildUnet({ channels: [4, 6], seed: 5 }); // mild: a screen can show them
  const photo: ImageBatch = { ...noise(2, 16, 16, 3) };
  photo.pixels = photo.pixels.map((value) => 0.3 + 0.4 * value);
  const coloured = rgbToLab(await colourise(generator, photo, small));
  const colours = tf.tidy(() => {
    const lightness = tf.tensor4d(channel(rgbToLab(photo), 0), [2, 16, 16, 1]);
    return unscaleColours(generator.predict(scaleLightness(lightness)) as tf.Tensor).dataSync();
  });
  for (const axis of [1, 2])
    expect(
      largestGap(
        channel(coloured, axis),
        colours.filter((_, i) => i % 2 === axis - 1),
      ),
    ).toBeLessThan(0.02);
});

test("where two tiles overlap the colours fade evenly from the one's to the other's", async () => {
  const generator = buildUnet({ channels: [4, 6], seed: 5 });
  const photo = noise(1, 16, 24, 3); // tiles at 0 and 8, which share 8 pixels
  photo.pixels = photo.pixels.map((value) => 0.3 + 0.4 * value);
  const tile = async (left: number) => {
    const pixels = photo.pixels.filter((_, i) => {
      const x = Math.floor(i / 3) % 24;
      return x >= left && x < left + 16;
    });
    return rgbToLab(await colourise(generator, { pixels, shape: [1, 16, 16, 3] }, small)).pixels;
  };
  const [first, second] = [await tile(0), await tile(8)];
  const { pixels } = rgbToLab(await colourise(generator, photo, small));
  let least = Infinity;
  for (let y = 0; y < 16; y++)
    for (let x = 0; x < 24; x++)
      for (const axis of [1, 2]) {
        const share = Math.min(1, Math.max(0, (x - 7) / 9)); // of the second tile
        const one = share < 1 ? first[3 * (16 * y + x) + axis]! : 0;
        const other = share > 0 ? second[3 * (16 * y + x - 8) + axis]! : 0;
        expect(Math.abs(pixels[3 * (24 * y + x) + axis]! - ((1 - share) * one + share * other))).toBeLessThan(
          0.02,
        );
        if (share > 0 && share < 1) least = Math.min(least, Math.abs(one - other));
      }
  expect(least).toBeGreaterThan(0); // else it would not matter how they are mixed
});

test("colours can be chosen on a smaller picture: they are those of the small one, lightness stays sharp", async () => {
  const generator = buildUnet({ channels: [4, 6], seed: 5 });
  const blocks = noise(2, 8, 10, 3);
  blocks.pixels = blocks.pixels.map((value) => 0.3 + 0.4 * value);
  // Each pixel three times as large: averaged again, it is the small picture.
  const photo: ImageBatch = { pixels: new Float32Array(blocks.pixels.length * 9), shape: [2, 24, 30, 3] };
  for (let y = 0; y < 48; y++)
    for (let x = 0; x < 30; x++) {
      const source = 3 * (Math.floor(y / 3) * 10 + Math.floor(x / 3));
      photo.pixels.set(blocks.pixels.subarray(source, source + 3), 3 * (y * 30 + x));
    }
  const before = tf.memory().numTensors;
  const large = rgbToLab(await colourise(generator, photo, { ...small, shrink: 3 })).pixels;
  expect(tf.memory().numTensors).toBe(before);
  const expected = rgbToLab(await colourise(generator, blocks, small)).pixels;
  const sharp = rgbToLab(photo).pixels;
  for (let y = 0; y < 16; y++)
    for (let x = 0; x < 10; x++) {
      const middle = 3 * ((3 * y + 1) * 30 + 3 * x + 1); // where the small pixel's centre is
      for (const axis of [1, 2])
        expect(Math.abs(large[middle + axis]! - expected[3 * (10 * y + x) + axis]!)).toBeLessThan(0.02);
      expect(Math.abs(large[middle]! - sharp[middle]!)).toBeLessThan(0.02);
    }
  // Sides that are no multiples.
  const odd = await colourise(generator, noise(1, 23, 31, 3), { ...small, shrink: 4 });
  expect(odd.shape).toEqual([1, 23, 31, 3]);
  expect(odd.pixels.every((value) => value >= 0 && value <= 1)).toBe(true);
});

test("dropout is noise: without a seed there is none, with one it is that seed's", async () => {
  const generator = wildGenerator(0.5);
  const photo = noise(1, 20, 20, 3);
  const colours = async (seed?: number) =>
    (await colourise(generator, photo, { ...small, ...(seed === undefined ? {} : { seed }) })).pixels;
  expect(await colours()).toEqual(await colours());
  expect(await colours(1)).toEqual(await colours(1));
  expect(await colours(1)).not.toEqual(await colours(2));
  expect(await colours(1)).not.toEqual(await colours());
});

test("a batch is coloured as its photographs one by one, and no tensor is left", async () => {
  const generator = wildGenerator();
  const photos = noise(3, 16, 20, 3);
  const before = tf.memory().numTensors;
  const together = await colourise(generator, photos, { ...small, batchSize: 4 });
  expect(tf.memory().numTensors).toBe(before);
  const second = { pixels: photos.pixels.slice(960, 1920), shape: [1, 16, 20, 3] } as ImageBatch;
  const alone = await colourise(generator, second, small);
  expect(largestGap(alone.pixels, together.pixels.subarray(960, 1920))).toBeLessThan(1e-4);
});

test("a photo keeps its alpha, its bits and, in eight of them, its lightness", async () => {
  const folder = mkdtempSync(join(tmpdir(), "colourise-"));
  try {
    for (const name of ["rgba.png", "rgba16.png"]) {
      const photo = await loadPhoto(join(import.meta.dirname, "..", "fixtures", "photo", name));
      const coloured: Photo = await colourise(wildGenerator(), photo, small);
      const path = join(folder, name);
      await savePhoto(coloured, path);
      expect(existsSync(path)).toBe(true);
      const again = await loadPhoto(path);
      expect(again.depth).toBe(photo.depth);
      expect(largestGap(again.alpha!, photo.alpha!)).toBe(0);
      const [before, after] = [photo, again].map((each) => channel(rgbToLab(each), 0));
      expect(largestGap(after!, before!)).toBeLessThan(photo.depth === 8 ? 0.6 : 0.02);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.each([
  [{ side: 18 }, "side: expected a multiple of 4 (the generator halves 2 times), got 18"],
  [{ side: 16, overlap: 16 }, "overlap: expected a whole number from 0 to 15, got 16"],
  [{ side: 16, overlap: 8, shrink: 1.5 }, "shrink: expected a positive whole number, got 1.5"],
  [{ side: 16, overlap: 8, batchSize: 0 }, "batchSize: expected a positive whole number, got 0"],
])("%p is refused", async (options, message) => {
  await expect(colourise(wildGenerator(), noise(1, 20, 20, 3), options)).rejects.toThrow(OptionError);
  await expect(colourise(wildGenerator(), noise(1, 20, 20, 3), options)).rejects.toThrow(message);
});

test("pictures of one channel are refused", async () => {
  await expect(colourise(wildGenerator(), noise(1, 20, 20, 1), small)).rejects.toThrow(ShapeError);
});
