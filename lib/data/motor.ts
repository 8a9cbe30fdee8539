/** Two portfolios of motor policies: `datasets/ausprivauto0405` (de Jong & Heller 2008) and `datasets/beMTPL97` (Denuit & Lang 2004). */
import { join } from "node:path";
import pl from "nodejs-polars";
import { OptionError } from "../core/errors";
import { Random } from "../core/random";
import { datasetFolder } from "./dataset-files";
import { type Records, readRecords, selectRecords } from "./records";
import { declareSchema } from "./table-schema";
import { readTable } from "./tables";

/** Bounds and classes from the book and from what cars cost; none was looked up in the table. Amounts begin at the least deductible. */
export const ausprivautoSchema = declareSchema([
  { kind: "exposure", name: "Exposure", decimals: 4 },
  { kind: "continuous", name: "VehValue", low: 0, high: 40, scale: "log", decimals: 2 },
  {
    kind: "categorical",
    name: "VehAge",
    categories: ["youngest cars", "young cars", "old cars", "oldest cars"],
  },
  {
    kind: "categorical",
    name: "VehBody",
    // prettier-ignore
    categories: ["Sedan", "Hatchback", "Station wagon", "Utility", "Truck", "Hardtop", "Coupe", "Panel van", "Minibus",
      "Motorized caravan", "Convertible", "Bus", "Roadster"],
  },
  { kind: "categorical", name: "Gender", categories: ["Female", "Male"] },
  {
    kind: "categorical",
    name: "DrivAge",
    // prettier-ignore
    categories: ["youngest people", "young people", "working people", "older work. people", "old people", "oldest people"],
  },
  { kind: "indicator", name: "ClaimOcc", of: "ClaimNb" },
  { kind: "count", name: "ClaimNb", most: 4 },
  {
    kind: "amount",
    name: "ClaimAmount",
    of: "ClaimNb",
    low: 200,
    high: 60_000,
    decimals: 2,
    atoms: [200, 353.77],
  },
]);

const digits = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => String(from + i));

/** The postcode's first digit stands for the place. */
export const beMtplSchema = declareSchema([
  { kind: "exposure", name: "expo", decimals: 4, atoms: [1] },
  { kind: "count", name: "nclaims", most: 5 },
  { kind: "amount", name: "amount", of: "nclaims", low: 1, high: 150_000, decimals: 2 },
  { kind: "categorical", name: "coverage", categories: ["TPL", "TPL+", "TPL++"] },
  { kind: "continuous", name: "ageph", low: 17, high: 100, decimals: 0 },
  { kind: "categorical", name: "sex", categories: ["female", "male"] },
  { kind: "categorical", name: "bm", categories: digits(0, 22), numeric: true },
  { kind: "continuous", name: "power", low: 10, high: 250, scale: "log", decimals: 0 },
  { kind: "continuous", name: "agec", low: 0, high: 50, decimals: 0 },
  { kind: "categorical", name: "fuel", categories: ["diesel", "gasoline"] },
  { kind: "categorical", name: "use", categories: ["private", "work"] },
  { kind: "categorical", name: "fleet", categories: ["0", "1"], numeric: true },
  { kind: "categorical", name: "region", categories: digits(1, 9), numeric: true },
]);

export interface MotorOptions {
  /** How many policies to take; all of them unless told. */
  count?: number;
  /** Take them in a random order made of this seed; in the file's order unless told. */
  seed?: number;
  /** Another folder with the same file. */
  folder?: string;
}

/**
 * 67,856 Australian policies with the declared schema `ausprivautoSchema`.
 *
 * @throws DataError where the file is missing or differs from its checksum
 * @throws OptionError where `count` is more than there are
 */
export function loadAusprivauto(options: MotorOptions = {}): Records {
  const path = join(options.folder ?? datasetFolder("ausprivauto0405"), "ausprivauto0405.parquet");
  return choose(readRecords(readTable(path), ausprivautoSchema, path), "loadAusprivauto", options);
}

/** 163,212 Belgian policies with the declared schema `beMtplSchema`. @throws as loadAusprivauto */
export function loadBeMtpl(options: MotorOptions = {}): Records {
  const path = join(options.folder ?? datasetFolder("beMTPL97"), "beMTPL97.parquet");
  const table = readTable(path);
  const regions = table
    .getColumn("postcode")
    .toArray()
    .map((postcode) => Math.floor(Number(postcode) / 1000));
  const withRegion = table.withColumn(pl.Series("region", regions));
  return choose(readRecords(withRegion, beMtplSchema, path), "loadBeMtpl", options);
}

function choose(records: Records, loader: string, { count, seed }: MotorOptions): Records {
  const wanted = count ?? records.count;
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > records.count)
    throw new OptionError(`${loader}: count: expected an integer from 1 to ${records.count}, got ${wanted}.`);
  if (wanted === records.count && seed === undefined) return records;
  const order = seed === undefined ? undefined : new Random(seed).permutation(records.count);
  return selectRecords(
    records,
    Array.from({ length: wanted }, (_, i) => order?.[i] ?? i),
  );
}
