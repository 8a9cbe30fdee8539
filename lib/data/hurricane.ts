/** Houses after Hurricane Harvey from the air, `datasets/hurricane`: Cao & Choe (2018), half of them damaged. */
import { join } from "node:path";
import { DataError, OptionError } from "../core/errors";
import { Random } from "../core/random";
import { datasetFolder } from "./dataset-files";
import { selectImages, shrinkImages } from "./images";
import type { ImageBatch } from "./images";
import { loadSpriteSheet } from "./sprite-sheet";
import { labelColumn, numberColumn, readTable } from "./tables";

/** 10,000, 2,000 and 2,000 photographs. */
export type HurricaneSplit = "train" | "validation" | "test";

export interface HurricaneOptions {
  split?: HurricaneSplit;
  /** Side of a photograph in pixels, 64 / k for a whole k: blocks of k × k pixels are averaged. */
  side?: number;
  /** Only damaged (true) or undamaged (false) houses; both unless told. */
  damaged?: boolean;
  /** How many photographs to take; all of them unless told. */
  count?: number;
  /** Take them in a random order made of this seed; in the file's order unless told. */
  seed?: number;
  /** Another folder with the same files. */
  folder?: string;
}

export const hurricaneDefaults = { split: "train", side: 32 } satisfies HurricaneOptions;

export interface Hurricane {
  /** (count, side, side, 3): red, green and blue in [0, 1]. */
  images: ImageBatch;
  /** 1 where the house is damaged or flooded, 0 where it is not. */
  labels: Uint8Array;
  /** Degrees east and north of each house. */
  longitude: Float64Array;
  latitude: Float64Array;
}

/** What the labels mean, in their order. */
export const hurricaneClasses = ["undamaged", "damaged"] as const;

const SIDE = 64;
const SPLITS: readonly string[] = ["train", "validation", "test"];

/**
 * Aerial photographs of houses with what the hurricane did to them.
 *
 * @throws DataError where a file is missing, differs from its checksum, or sheet and table do not belong together
 * @throws OptionError where `side` does not divide 64, or `count` is more than there are
 */
export async function loadHurricane(options: HurricaneOptions = {}): Promise<Hurricane> {
  const {
    split,
    side,
    damaged,
    count,
    seed,
    folder = datasetFolder("hurricane"),
  } = { ...hurricaneDefaults, ...options };
  if (!SPLITS.includes(split))
    throw new OptionError(
      `loadHurricane: split: expected ${SPLITS.join(", ")}, got ${JSON.stringify(split)}.`,
    );
  if (!Number.isInteger(side) || side < 1 || SIDE % side !== 0)
    throw new OptionError(`loadHurricane: side: expected a divisor of ${SIDE}, got ${side}.`);
  const path = join(folder, `${split}.parquet`);
  const sheet = join(folder, `${split}.jpg`);
  const table = readTable(path);
  const labels = labelColumn(table, "damage", path);
  const bytes = await loadSpriteSheet(sheet, { tileHeight: SIDE, tileWidth: SIDE, channels: 3 });
  if (labels.length !== bytes.shape[0])
    throw new DataError(
      `${path}: expected one row for each of the ${bytes.shape[0]} tiles of ${sheet}, got ${labels.length} rows.`,
    );
  const rows = chooseRows(labels, damaged, count, seed);
  const pick = (values: Float64Array) => Float64Array.from(rows, (row) => values[row]!);
  return {
    images: shrinkImages(selectImages(bytes, rows), SIDE / side),
    labels: Uint8Array.from(rows, (row) => labels[row]!),
    longitude: pick(numberColumn(table, "longitude", path)),
    latitude: pick(numberColumn(table, "latitude", path)),
  };
}

function chooseRows(
  labels: Uint8Array,
  damaged: boolean | undefined,
  count: number | undefined,
  seed: number | undefined,
): number[] {
  const rows = [...labels.keys()].filter((row) => damaged === undefined || labels[row] === Number(damaged));
  const wanted = count ?? rows.length;
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > rows.length)
    throw new OptionError(
      `loadHurricane: count: expected an integer from 1 to ${rows.length}, got ${wanted}.`,
    );
  const order = seed === undefined ? undefined : new Random(seed).permutation(rows.length);
  return Array.from({ length: wanted }, (_, i) => rows[order?.[i] ?? i]!);
}
