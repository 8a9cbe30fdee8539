import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { DataError, OptionError } from "../../lib/core/errors.ts";
import { datasetFolder } from "../../lib/data/dataset-files.ts";
import { loadMnist, type MnistOptions } from "../../lib/data/mnist.ts";
import { fixtures, golden, sha256 } from "./read-golden.ts";

const SIZE = 28 * 28;

/** Back to the bytes of the file: exact where each value is byte / 255. */
const toBytes = (pixels: Float32Array) => Uint8Array.from(pixels, (value) => Math.round(value * 255));

function countLabels(labels: Uint8Array): number[] {
  const counts = new Array<number>(10).fill(0);
  for (const label of labels) counts[label]!++;
  return counts;
}

test("all images and labels are what Pillow and PyArrow read", async () => {
  const { images, labels } = await loadMnist({ split: "all" });
  expect(images.shape).toEqual(golden.mnist.shape);
  const bytes = toBytes(images.pixels);
  expect(sha256(bytes)).toBe(golden.mnist.sha256);
  expect(images.pixels.every((value, i) => value === Math.fround(bytes[i]! / 255))).toBe(true);
  for (const [index, label] of Object.entries(golden.mnist.labels)) {
    const at = Number(index);
    expect(labels[at]).toBe(label);
    expect(sha256(bytes.subarray(at * SIZE, (at + 1) * SIZE))).toBe(golden.mnist.sample[index]);
  }
  expect(countLabels(labels)).toEqual(golden.mnist.labelCounts);
});

test("train and test share the rows 9,000 to 1,000, and train is what you get", async () => {
  const train = await loadMnist();
  expect(train.images.shape).toEqual([9000, 28, 28, 1]);
  expect(countLabels(train.labels)).toEqual(golden.mnist.trainCounts);
  const { images, labels } = await loadMnist({ split: "test" });
  expect(images.shape).toEqual([1000, 28, 28, 1]);
  expect(labels).toHaveLength(1000);
  const mean = images.pixels.reduce((sum, value) => sum + value, 0) / images.pixels.length;
  expect(mean).toBeCloseTo(golden.mnist.testMean, 6);
});

test("count takes the first, a seed a random order without repetition, the same each time", async () => {
  const all = await loadMnist({ split: "test" });
  const first = await loadMnist({ split: "test", count: 7 });
  expect(first.labels).toEqual(all.labels.slice(0, 7));
  expect(first.images.pixels).toEqual(all.images.pixels.slice(0, 7 * SIZE));
  const load = (seed: number) => loadMnist({ split: "test", count: 1000, seed });
  const shuffled = await load(1);
  expect(shuffled).toEqual(await load(1));
  expect(shuffled.labels).not.toEqual((await load(2)).labels);
  const pictures = ({ images }: typeof all) =>
    Array.from({ length: 1000 }, (_, i) =>
      sha256(toBytes(images.pixels.subarray(i * SIZE, (i + 1) * SIZE))),
    ).sort();
  expect(pictures(shuffled)).toEqual(pictures(all));
});

test.each<[MnistOptions, string]>([
  [{ count: 0 }, 'count: expected an integer from 1 to 9000 ("train"), got 0.'],
  [{ count: 9001 }, 'count: expected an integer from 1 to 9000 ("train"), got 9001.'],
  [{ split: "test", count: 1.5 }, 'count: expected an integer from 1 to 1000 ("test"), got 1.5.'],
  [{ split: "validation" as never }, 'split: expected "train", "test" or "all", got "validation".'],
])("%p is refused", async (options, message) => {
  await expect(loadMnist(options)).rejects.toThrow(OptionError);
  await expect(loadMnist(options)).rejects.toThrow(`loadMnist: ${message}`);
});

describe("another folder", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "mnist-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  test("whose sheet and table do not belong together is refused, with both numbers", async () => {
    cpSync(join(datasetFolder("mnist"), "digits.parquet"), join(folder, "digits.parquet"));
    await sharp({ create: { width: 56, height: 28, channels: 3, background: "black" } }).toFile(
      join(folder, "digits.png"),
    );
    await expect(loadMnist({ folder })).rejects.toThrow(
      `${join(folder, "digits.parquet")}: expected one label for each of the 2 tiles of ${join(folder, "digits.png")}, got 10000 labels.`,
    );
  });

  test("with labels that are no labels is refused, with the row", async () => {
    cpSync(join(fixtures, "bad-labels.parquet"), join(folder, "digits.parquet"));
    await expect(loadMnist({ folder })).rejects.toThrow(DataError);
    await expect(loadMnist({ folder })).rejects.toThrow(
      'column "label": expected integers from 0 to 255, got null in row 1.',
    );
  });

  test("without the files is refused by the name of the first", async () => {
    await expect(loadMnist({ folder })).rejects.toThrow(
      `${join(folder, "digits.parquet")}: there is no such file. Check the path and the current folder.`,
    );
  });
});
