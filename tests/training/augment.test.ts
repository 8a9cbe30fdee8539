import { OptionError } from "../../lib/core/errors.ts";
import { Random } from "../../lib/core/random.ts";
import { randomKey } from "../../lib/core/random-ops.ts";
import { tf } from "../../lib/core/tf.ts";
import { augmentImages, type Augmentation } from "../../lib/training/augment.ts";

const SIDE = 8;
const COUNT = 64;
/** The same image many times, no two of its pixels alike. */
const one = Array.from(new Random(4).uniforms(SIDE * SIDE * 3));
const images = tf.tensor4d(Array.from({ length: COUNT }, () => one).flat(), [COUNT, SIDE, SIDE, 3]);
const key = randomKey(new Random(1));
const pixel = (image: readonly number[], row: number, column: number) =>
  image.slice((row * SIDE + column) * 3, (row * SIDE + column) * 3 + 3);

function augment(options: Augmentation): number[][] {
  return tf.tidy(() => {
    const values = Array.from(augmentImages(images, key, options).dataSync());
    return Array.from({ length: COUNT }, (_, i) => values.slice(i * one.length, (i + 1) * one.length));
  });
}

/** What makes pixel (row, column) of the result, from the image; black where it is outside. */
function moved(from: (row: number, column: number) => [number, number]): string {
  const rows = Array.from({ length: SIDE }, (_, row) =>
    Array.from({ length: SIDE }, (__, column) => {
      const [y, x] = from(row, column);
      return y < 0 || y >= SIDE || x < 0 || x >= SIDE ? [0, 0, 0] : pixel(one, y, x);
    }),
  );
  return rows.flat(2).join();
}

const last = SIDE - 1;

test("flips half of the images", () => {
  const plain = moved((y, x) => [y, x]);
  const mirrored = moved((y, x) => [y, last - x]);
  const seen = augment({ flip: true }).map((image) => image.join());
  expect(new Set(seen)).toEqual(new Set([plain, mirrored]));
  expect(Math.abs(seen.filter((image) => image === plain).length - COUNT / 2)).toBeLessThan(16);
});

test("turns by all four quarters", () => {
  const turns = [
    moved((y, x) => [y, x]),
    moved((y, x) => [x, last - y]),
    moved((y, x) => [last - y, last - x]),
    moved((y, x) => [last - x, y]),
  ];
  expect(new Set(augment({ turn: true }).map((image) => image.join()))).toEqual(new Set(turns));
});

test("shifts by whole pixels, black coming in", () => {
  const shifts: string[] = [];
  for (const down of [-1, 0, 1])
    for (const across of [-1, 0, 1]) shifts.push(moved((y, x) => [y - down, x - across]));
  const seen = new Set(augment({ translation: 0.13 }).map((image) => image.join()));
  expect(seen).toEqual(new Set(shifts));
});

test("changes colours by amounts of the image's own", () => {
  const bright = augment({ brightness: 0.2 }).map((image) => image.map((value, i) => value - one[i]!));
  for (const differences of bright) {
    expect(Math.abs(differences[0]!)).toBeLessThanOrEqual(0.2);
    for (const difference of differences) expect(difference).toBeCloseTo(differences[0]!, 5);
  }
  expect(new Set(bright.map(([difference]) => difference)).size).toBe(COUNT);
  const mean = one.reduce((a, b) => a + b) / one.length;
  for (const image of augment({ contrast: 0.5 })) {
    const factor = (image[0]! - mean) / (one[0]! - mean);
    expect(Math.abs(factor - 1)).toBeLessThanOrEqual(0.5);
    image.forEach((value, i) => expect(value).toBeCloseTo(mean + factor * (one[i]! - mean), 4));
  }
  for (const image of augment({ saturation: 1 }))
    for (let i = 0; i < one.length; i += 3)
      expect(image[i]! + image[i + 1]! + image[i + 2]!).toBeCloseTo(one[i]! + one[i + 1]! + one[i + 2]!, 4);
});

test("gradients flow back to where pixels came from", () => {
  tf.tidy(() => {
    const options = { flip: true, turn: true, translation: 0.25 };
    const weights = tf.tensor4d(new Random(2).normals(images.size), images.shape);
    const loss = (x: tf.Tensor) =>
      augmentImages(x as tf.Tensor4D, key, options)
        .mul(weights)
        .sum();
    const gradient = tf.grad(loss)(images);
    // Linear in x: the gradient times x is the loss itself.
    expect(gradient.mul(images).sum().dataSync()[0]).toBeCloseTo(loss(images).dataSync()[0]!, 2);
  });
});

test("keeps no tensors, and refuses amounts beyond 1", () => {
  const before = tf.memory().numTensors;
  augmentImages(images, key, {
    flip: true,
    turn: true,
    translation: 0.1,
    brightness: 0.1,
    saturation: 0.1,
  }).dispose();
  expect(tf.memory().numTensors).toBe(before);
  expect(() => augmentImages(images, key, { translation: 2 })).toThrow(OptionError);
});
