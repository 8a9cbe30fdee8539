/** The handwritten digits of `datasets/mnist`: LeCun, Cortes & Burges, a subset of 10,000. */
import { join } from "node:path";
import { DataError, OptionError } from "../core/errors";
import { Random } from "../core/random";
import { datasetFolder } from "./dataset-files";
import { selectImages, toUnitRange } from "./images";
import type { ImageBatch } from "./images";
import { loadSpriteSheet } from "./sprite-sheet";
import { labelColumn, readTable } from "./tables";

/** "train" is the first 9,000 rows, "test" the last 1,000; the file's order is random already. */
export type MnistSplit = "train" | "test" | "all";

export interface MnistOptions {
  split?: MnistSplit;
  /** How many digits to take from the split; all of them unless told. */
  count?: number;
  /** Take them in a random order made of this seed; in the file's order unless told. */
  seed?: number;
  /** Another folder with a `digits.png` and a `digits.parquet`. */
  folder?: string;
}

export const mnistDefaults = { split: "train" } satisfies MnistOptions;

export interface Mnist {
  /** (count, 28, 28, 1), grey values from 0 (background) to 1 (ink). */
  images: ImageBatch;
  /** The digit each image shows, 0 … 9. */
  labels: Uint8Array;
}

const SIDE = 28;
/** The share of the rows that trains: 9,000 of 10,000. */
const TRAIN_SHARE = 0.9;

/**
 * Handwritten digits and their labels.
 *
 * @throws DataError where a file is missing, differs from its checksum, or sheet and table do not belong together
 * @throws OptionError where `count` is more than the split has
 */
export async function loadMnist(options: MnistOptions = {}): Promise<Mnist> {
  const { split, count, seed, folder = datasetFolder("mnist") } = { ...mnistDefaults, ...options };
  const table = join(folder, "digits.parquet");
  const sheet = join(folder, "digits.png");
  const labels = labelColumn(readTable(table), "label", table);
  const bytes = await loadSpriteSheet(sheet, { tileHeight: SIDE, tileWidth: SIDE });
  const rows = bytes.shape[0];
  if (labels.length !== rows)
    throw new DataError(
      `${table}: expected one label for each of the ${rows} tiles of ${sheet}, got ${labels.length} labels.`,
    );
  const indices = chooseRows(rows, split, count, seed);
  return {
    images: toUnitRange(selectImages(bytes, indices)),
    labels: Uint8Array.from(indices, (index) => labels[index]!),
  };
}

function chooseRows(
  rows: number,
  split: MnistSplit,
  count: number | undefined,
  seed: number | undefined,
): Uint32Array {
  const [start, end] = splitBounds(rows, split);
  const size = end - start;
  const wanted = count ?? size;
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > size)
    throw new OptionError(
      `loadMnist: count: expected an integer from 1 to ${size} ("${split}"), got ${wanted}.`,
    );
  const order = seed === undefined ? undefined : new Random(seed).permutation(size);
  return Uint32Array.from({ length: wanted }, (_, i) => start + (order?.[i] ?? i));
}

function splitBounds(rows: number, split: MnistSplit): [start: number, end: number] {
  const boundary = Math.round(rows * TRAIN_SHARE);
  switch (split) {
    case "train":
      return [0, boundary];
    case "test":
      return [boundary, rows];
    case "all":
      return [0, rows];
  }
  // Notebook cells can be JavaScript in disguise (`as any`): say what was wrong instead of failing later.
  throw new OptionError(`loadMnist: split: expected "train", "test" or "all", got ${JSON.stringify(split)}.`);
}
