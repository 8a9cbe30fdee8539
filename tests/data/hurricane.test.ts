import sharp from "sharp";
import { join } from "node:path";
import { DataError, OptionError, ShapeError } from "../../lib/core/errors.ts";
import { datasetFolder } from "../../lib/data/dataset-files.ts";
import { type HurricaneOptions, loadHurricane } from "../../lib/data/hurricane.ts";
import { shrinkImages } from "../../lib/data/images.ts";

test("10,000 photographs train and 2,000 each validate and test, half of them damaged", async () => {
  for (const [split, count] of [
    ["train", 10_000],
    ["validation", 2_000],
    ["test", 2_000],
  ] as const) {
    const { images, labels, longitude, latitude } = await loadHurricane({ split, side: 16 });
    expect(images.shape).toEqual([count, 16, 16, 3]);
    expect(labels.reduce((sum, label) => sum + label, 0)).toBe(count / 2);
    // Greater Houston and the coast south of it.
    for (const degrees of longitude) expect(Math.abs(degrees + 95.5)).toBeLessThan(2);
    for (const degrees of latitude) expect(Math.abs(degrees - 29.5)).toBeLessThan(2);
  }
});

test("a photograph is its tile of the sheet, as sharp cuts and shrinks it", async () => {
  const index = 1234;
  const sheet = join(datasetFolder("hurricane"), "test.jpg");
  const region = { left: (index % 100) * 64, top: Math.floor(index / 100) * 64, width: 64, height: 64 };
  const tile = await sharp(sheet).extract(region).raw().toBuffer();
  const half = await sharp(tile, { raw: { width: 64, height: 64, channels: 3 } })
    .resize(32, 32, { kernel: "linear" })
    .raw()
    .toBuffer();
  const whole = await loadHurricane({ split: "test", side: 64 });
  const small = await loadHurricane({ split: "test" });
  const at = ({ images: { pixels, shape } }: typeof whole) => {
    const size = shape[1] * shape[2] * shape[3];
    return Array.from(pixels.subarray(index * size, (index + 1) * size), (value) => Math.round(value * 255));
  };
  expect(at(whole)).toEqual([...tile]);
  // Another kernel, so only alike: half a per cent of the range on average.
  const differences = at(small).map((value, i) => Math.abs(value - half[i]!));
  expect(differences.reduce((sum, value) => sum + value) / differences.length).toBeLessThan(5);
});

test("a block's mean is one pixel, channel by channel", () => {
  const pixels = Uint8Array.from({ length: 2 * 4 * 4 * 3 }, (_, i) => i);
  const { pixels: means, shape } = shrinkImages({ pixels, shape: [2, 4, 4, 3] }, 2);
  expect(shape).toEqual([2, 2, 2, 3]);
  // The block's corners are 0, 3, 12, 15 in the first channel.
  const bytes = Array.from(means, (mean) => Math.round(mean * 2550) / 10);
  expect(bytes.slice(0, 6)).toEqual([7.5, 8.5, 9.5, 13.5, 14.5, 15.5]);
  expect(bytes[12]).toBe(7.5 + 48);
  expect(() => shrinkImages({ pixels, shape: [2, 4, 4, 3] }, 3)).toThrow(ShapeError);
});

test("damaged and undamaged apart, some in a random order", async () => {
  const options = { split: "test", side: 16, count: 50, seed: 3 } as const;
  const damaged = await loadHurricane({ ...options, damaged: true });
  expect(damaged.labels.every((label) => label === 1)).toBe(true);
  expect(await loadHurricane({ ...options, damaged: true })).toEqual(damaged);
  const undamaged = await loadHurricane({ ...options, damaged: false });
  expect(undamaged.labels.every((label) => label === 0)).toBe(true);
});

test.each([
  [{ side: 48 }, /side: expected a divisor of 64, got 48/],
  [{ split: "training" as "train" }, /split: expected train, validation, test, got "training"/],
  [{ split: "test", damaged: true, count: 1_001 }, /count: expected an integer from 1 to 1000, got 1001/],
] as [HurricaneOptions, RegExp][])("%j is refused", async (options, message) => {
  await expect(loadHurricane(options)).rejects.toThrow(OptionError);
  await expect(loadHurricane(options)).rejects.toThrow(message);
});

test("an empty folder is named", async () => {
  await expect(loadHurricane({ folder: import.meta.dirname })).rejects.toThrow(DataError);
});
