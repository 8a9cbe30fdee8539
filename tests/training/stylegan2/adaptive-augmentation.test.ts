/** Each augmentation alone does what its name says; none where p is 0. */
import { compile } from "../../../lib/core/compile.ts";
import { Random } from "../../../lib/core/random.ts";
import { randomKey } from "../../../lib/core/random-ops.ts";
import { tf } from "../../../lib/core/tf.ts";
import {
  augment,
  augmentationDefaults,
  type AugmentationOptions,
} from "../../../lib/training/stylegan2/adaptive-augmentation.ts";

const BATCH = 64;
const SIDE = 8;
const noise = new Random(1).normals(BATCH * SIDE * SIDE * 3);
const key = () => randomKey(new Random(4));
const nothing = Object.fromEntries(
  Object.keys(augmentationDefaults).map((name) => [name, 0]),
) as AugmentationOptions;

type Image = number[][][]; // row, column, colour
function change(pixels: Float32Array, options: AugmentationOptions, p = 1): Image[] {
  return tf.tidy(() => {
    const images = tf.tensor4d(pixels, [BATCH, SIDE, SIDE, 3]);
    return augment(images, tf.scalar(p), key(), options).arraySync();
  });
}
const original = change(noise, nothing);
const only = (options: AugmentationOptions) => change(noise, { ...nothing, ...options });

const flatten = (image: Image) => image.flat(2);
const close = (a: Image, b: Image, tolerance = 1e-4) =>
  flatten(a).every((value, i) => Math.abs(value - flatten(b)[i]!) < tolerance);
const mirrored = (image: Image) => image.map((row) => row.toReversed());
/** Counter-clockwise: the last column becomes the first row. */
const turned = (image: Image) => image[0]!.map((_, i) => image.map((row) => row[SIDE - 1 - i]!));
/** Which of the candidates each result is; every one must be some candidate. */
function kinds(results: Image[], candidates: ((image: Image) => Image)[]): number[] {
  return results.map((result, i) => {
    const found = candidates.findIndex((candidate) => close(candidate(original[i]!), result));
    expect(found).toBeGreaterThanOrEqual(0);
    return found;
  });
}
const same = (image: Image) => image;

test("p = 0 changes nothing, p = 1 everything", () => {
  change(noise, {}, 0).forEach((image, i) => expect(close(image, original[i]!, 1e-5)).toBe(true));
  const changed = change(noise, {});
  expect(changed.filter((image, i) => close(image, original[i]!)).length).toBe(0);
  expect(flatten(original[3]!)).toEqual([...noise.subarray(3 * SIDE * SIDE * 3, 4 * SIDE * SIDE * 3)]);
});

test("p is the share of images that are changed", () => {
  const changed = change(noise, { ...nothing, brightness: 1 }, 0.25);
  const share = changed.filter((image, i) => !close(image, original[i]!)).length / BATCH;
  expect(Math.abs(share - 0.25)).toBeLessThan(0.2);
});

test("mirror: half of the images, left to right", () => {
  const found = kinds(only({ mirror: 1 }), [same, mirrored]);
  expect(Math.abs(found.filter((kind) => kind === 1).length - BATCH / 2)).toBeLessThan(16);
});

test("quarter turns: none, one, two and three, each about as often", () => {
  const turns = [same, turned, (image: Image) => turned(turned(image))];
  const found = kinds(only({ quarterTurns: 1 }), [...turns, (image) => turned(turned(turned(image)))]);
  for (const kind of [0, 1, 2, 3])
    expect(Math.abs(found.filter((each) => each === kind).length - BATCH / 4)).toBeLessThan(12);
});

test("whole shifts by at most an eighth of the side, with the mirror image beyond the edge", () => {
  const at = (i: number) => (i < 0 ? -1 - i : i >= SIDE ? 2 * SIDE - 1 - i : i);
  const shifted = (dy: number, dx: number) => (image: Image) =>
    image.map((row, y) => row.map((_, x) => image[at(y + dy)]![at(x + dx)]!));
  const moves = [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => shifted(dy, dx)));
  expect(new Set(kinds(only({ shift: 1 }), moves)).size).toBe(9);
});

test("parts of a pixel: a slow wave is moved as a whole", () => {
  const wave = (x: number) => Math.cos((Math.PI / SIDE) * (x + 0.5)); // even about both edges
  const pixels = Float32Array.from({ length: noise.length }, (_, i) => wave(Math.floor(i / 3) % SIDE));
  const moved = change(pixels, { ...nothing, fractionalShift: 1 });
  const shifts = moved.map((image) => {
    // The shift that explains the first pixel explains the others.
    const row = image[2]!.map(([value]) => value!);
    const candidates = Array.from({ length: 801 }, (_, i) => (i - 400) / 100);
    const error = (shift: number) => Math.max(...row.map((value, x) => Math.abs(value - wave(x + shift))));
    const errors = candidates.map(error);
    const best = Math.min(...errors);
    expect(best).toBeLessThan(0.02);
    return candidates[errors.indexOf(best)]!;
  });
  const deviation = Math.sqrt(shifts.reduce((sum, shift) => sum + shift ** 2, 0) / BATCH);
  expect(Math.abs(deviation - 1)).toBeLessThan(0.3); // 0.125 of 8 pixels
});

test("scale and stretch: a ramp stays a ramp about the middle; both axes alike, or opposite", () => {
  const ramp = Float32Array.from({ length: noise.length }, (_, i) => {
    const pixel = Math.floor(i / 3) % (SIDE * SIDE);
    const [x, y] = [(pixel % SIDE) - 3.5, Math.floor(pixel / SIDE) - 3.5];
    return [x, y, 1][i % 3]! / 4;
  });
  const slopes = (image: Image) => [
    (image[3]![4]![0]! - image[3]![3]![0]!) * 4,
    (image[4]![3]![1]! - image[3]![3]![1]!) * 4,
  ];
  for (const image of change(ramp, { ...nothing, scale: 1 })) {
    const [x, y] = slopes(image) as [number, number];
    expect(x).toBeCloseTo(y, 3);
    for (const value of image.flat()) expect(value[2]).toBeCloseTo(0.25, 4);
  }
  const widths = change(ramp, { ...nothing, stretch: 1 }).map((image) => {
    const [x, y] = slopes(image) as [number, number];
    expect(Math.log2(x) + Math.log2(y)).toBeCloseTo(0, 1);
    return Math.log2(x);
  });
  const deviation = Math.sqrt(widths.reduce((sum, width) => sum + width ** 2, 0) / BATCH);
  expect(Math.abs(deviation - 0.2)).toBeLessThan(0.06);
});

describe("colours", () => {
  const luma = ([r, g, b]: number[]) => (r! + g! + b!) / 3;
  const chroma = (pixel: number[]) => Math.hypot(...pixel.map((value) => value - luma(pixel)));
  const pairs = (options: AugmentationOptions) =>
    only(options).map((image, i) =>
      image.flat().map((pixel, j) => [pixel, original[i]!.flat()[j]!] as const),
    );

  test("brightness adds one number to an image", () => {
    for (const image of pairs({ brightness: 1 })) {
      const moves = image.flatMap(([now, was]) => now.map((value, c) => value - was[c]!));
      for (const move of moves) expect(move).toBeCloseTo(moves[0]!, 4);
    }
  });

  test("contrast multiplies by one number above 0", () => {
    for (const image of pairs({ contrast: 1 })) {
      const factor = image[0]![0][0]! / image[0]![1][0]!;
      expect(factor).toBeGreaterThan(0);
      for (const [now, was] of image)
        now.forEach((value, c) => expect(value).toBeCloseTo(factor * was[c]!, 3));
    }
  });

  test("the luminance turned over: its sign changes in half of the images, colours stay", () => {
    const signs = pairs({ lumaFlip: 1 }).map((image) => {
      const sign = Math.sign(luma(image[0]![0]) * luma(image[0]![1]));
      for (const [now, was] of image)
        now.forEach((value, c) => expect(value - luma(now)).toBeCloseTo(was[c]! - luma(was), 4));
      for (const [now, was] of image) expect(luma(now)).toBeCloseTo(sign * luma(was), 4);
      return sign;
    });
    expect(Math.abs(signs.filter((sign) => sign < 0).length - BATCH / 2)).toBeLessThan(16);
  });

  test("hue turns colours about the grey axis; saturation multiplies them", () => {
    for (const image of pairs({ hue: 1 }))
      for (const [now, was] of image) {
        expect(luma(now)).toBeCloseTo(luma(was), 4);
        expect(chroma(now)).toBeCloseTo(chroma(was), 3);
      }
    for (const image of pairs({ saturation: 1 })) {
      const factor = chroma(image[0]![0]) / chroma(image[0]![1]);
      for (const [now, was] of image) {
        expect(luma(now)).toBeCloseTo(luma(was), 4);
        expect(chroma(now) / (factor * chroma(was))).toBeCloseTo(1, 2);
      }
    }
  });
});

test("gradients flow to the images, compiled or not alike, and nothing is left behind", () => {
  const before = tf.memory().numTensors;
  tf.tidy(() => {
    const images = tf.tensor4d(noise, [BATCH, SIDE, SIDE, 3]);
    const gradient = (x: tf.Tensor4D, p: tf.Scalar, random: tf.Tensor1D) =>
      tf.grad((each) =>
        augment(each as tf.Tensor4D, p, random)
          .square()
          .sum(),
      )(x);
    const eager = gradient(images, tf.scalar(0.8), key());
    const compiled = compile(gradient, { eagerFirst: false });
    const recorded = compiled(images, tf.scalar(0.8), key());
    expect(eager.abs().min().dataSync()[0]).toBeGreaterThanOrEqual(0);
    expect(eager.abs().mean().dataSync()[0]).toBeGreaterThan(0.5);
    expect(eager.sub(recorded).abs().max().dataSync()[0]).toBeLessThan(1e-3);
    compiled.dispose();
  });
  expect(tf.memory().numTensors).toBe(before);
});
