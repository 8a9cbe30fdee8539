/**
 * Rows of mixed type as vectors for a network, and back: classes one-hot, numbers by the mode they belong to and their place in it
 * (mode-specific normalisation, Xu et al. 2019, section 4.2), with frequent single values as classes of their own.
 */
import { DataError } from "../core/errors";
import { Random } from "../core/random";
import { noisyCounts, secretSeed } from "../privacy/noise";
import { PrivacyLedger, type LedgerRecord } from "../privacy/ledger";
import { fitMixture, type Histogram, type Mode, responsibilities } from "./mixture";
import type { Records } from "./records";
import {
  type AmountColumn,
  boundsOf,
  type ContinuousColumn,
  type ExposureColumn,
  roundTo,
  type TableSchema,
} from "./table-schema";

/** Where a column is in a row's vector. */
export interface Block {
  column: string;
  /** First of `classes` numbers, of which one is 1. */
  start: number;
  classes: number;
  /** Where the place within the mode stands, from −1 to 1; absent for pure classes. */
  scalar?: number;
  /** The block is all zeros for rows whose block of this column says "no claim" (its class 0). */
  gate?: string;
}

/** Everything that turns rows into vectors. JSON but for the ledger. */
export interface TableEncoder {
  schema: TableSchema;
  /** Modes of each column of numbers. */
  modes: Readonly<Record<string, readonly Mode[]>>;
  blocks: readonly Block[];
  /** Numbers in a row's vector. */
  width: number;
  /** Rows it was fitted to; with noise where the ledger is private. */
  count: number;
  /** What was read of the data so far; a model made for this encoder writes on in it. */
  ledger: PrivacyLedger;
}

export interface EncoderOptions {
  /** Bins of the histogram of each column of numbers. */
  bins?: number;
  /** Most modes of a column. */
  modes?: number;
  /** Histograms and the number of rows get Gaussian noise: its deviation over their joint sensitivity. */
  private?: { noiseMultiplier: number; seed?: number };
}

export const encoderDefaults = { bins: 128, modes: 8 } satisfies EncoderOptions;

type NumberColumn = ContinuousColumn | ExposureColumn | AmountColumn;

/**
 * Fits the modes to these records.
 *
 * Without `private` the histograms are exact, and the ledger says so: what is trained with this encoder is not private. With it, all
 * that is read are noisy histograms between the schema's declared bounds, and a noisy number of rows, at a cost that the ledger keeps.
 *
 * @throws PrivacyError where a private encoder is asked for and the schema was inferred from the data
 */
export function fitTableEncoder(records: Records, options: EncoderOptions = {}): TableEncoder {
  const { bins, modes: most, private: noise } = { ...encoderDefaults, ...options };
  const { schema } = records;
  const ledger = new PrivacyLedger();
  if (schema.origin === "inferred") ledger.recordExposure("the schema was inferred from the data");
  const columns = schema.columns.filter(isNumberColumn);
  let histograms = columns.map((column) => histogramOf(records, column, bins));
  let count = records.count;
  if (noise === undefined) ledger.recordExposure("modes were fitted to exact histograms");
  else {
    ledger.requirePrivate();
    // A row is in one bin at most of each histogram, and counts once among the rows.
    const told = noisyCounts(
      [records.count, ...histograms.flatMap(({ counts }) => counts)],
      {
        groups: columns.length + 1,
        noiseMultiplier: noise.noiseMultiplier,
        purpose: "histograms of numbers",
      },
      new Random(noise.seed ?? secretSeed()).fork("histograms"),
      ledger,
    );
    count = Math.max(1, Math.round(told[0]!));
    const deviation = noise.noiseMultiplier * Math.sqrt(columns.length + 1);
    histograms = histograms.map((histogram, i) => ({
      ...histogram,
      // Empty bins would show as modes all over the range: what could be noise alone is none.
      counts: told
        .slice(1 + i * bins, 1 + (i + 1) * bins)
        .map((value) => (value < 2 * deviation ? 0 : value)),
    }));
  }
  const modes = Object.fromEntries(
    columns.map((column, i) => [column.name, fitMixture(histograms[i]!, { most })]),
  );
  return { ...layOut(schema, modes), count, ledger };
}

/** An encoder as plain JSON, and back. */
export interface EncoderRecord {
  schema: TableSchema;
  modes: TableEncoder["modes"];
  count: number;
  ledger: LedgerRecord;
}

export function encoderToJson({ schema, modes, count, ledger }: TableEncoder): EncoderRecord {
  return { schema, modes, count, ledger: ledger.toJSON() };
}

export function encoderFromJson({ schema, modes, count, ledger }: EncoderRecord): TableEncoder {
  return { ...layOut(schema, modes), count, ledger: new PrivacyLedger(ledger) };
}

function layOut(schema: TableSchema, modes: TableEncoder["modes"]) {
  const blocks: Block[] = [];
  let width = 0;
  for (const column of schema.columns) {
    if (column.kind === "indicator") continue;
    const start = width;
    if (isNumberColumn(column)) {
      const classes = atomsOf(column).length + modes[column.name]!.length;
      const gate = column.kind === "amount" ? { gate: column.of } : {};
      blocks.push({ column: column.name, start, classes, scalar: start + classes, ...gate });
      width += classes + 1;
    } else {
      const classes = column.kind === "count" ? column.most + 1 : column.categories.length;
      blocks.push({ column: column.name, start, classes });
      width += classes;
    }
  }
  return { schema, modes, blocks, width };
}

/** How many deviations from its mean a mode reaches: as in CTGAN. */
const REACH = 4;

/**
 * The records as vectors, row by row (count, width). A number's mode is drawn with its probability given the number.
 *
 * @throws DataError where the records are of another schema
 */
export function encodeRecords(encoder: TableEncoder, records: Records, random: Random): Float32Array {
  const vectors = new Float32Array(records.count * encoder.width);
  for (const block of encoder.blocks) {
    const column = encoder.schema.columns.find(({ name }) => name === block.column)!;
    const values = records.columns[block.column];
    if (values === undefined)
      throw new DataError(
        `encodeRecords: expected a column "${block.column}"; the records are of another table.`,
      );
    const gate = block.gate === undefined ? undefined : records.columns[block.gate]!;
    const draw = random.fork(block.column);
    values.forEach((value, row) => {
      if (gate !== undefined && gate[row] === 0) return;
      const at = row * encoder.width;
      if (!isNumberColumn(column)) vectors[at + block.start + value] = 1;
      else {
        // A stream of its own for each row: no row's vector may depend on whether another one is there.
        const { place, scalar } = normalise(column, encoder.modes[column.name]!, value, draw.fork(row));
        vectors[at + block.start + place] = 1;
        vectors[at + block.scalar!] = scalar;
      }
    });
  }
  return vectors;
}

function normalise(column: NumberColumn, modes: readonly Mode[], value: number, random: Random) {
  const atoms = atomsOf(column);
  const atom = atoms.indexOf(value);
  if (atom >= 0) return { place: atom, scalar: 0 };
  const x = scale(column, value);
  let left = random.next();
  const chances = responsibilities(modes, x);
  const k = Math.max(
    0,
    chances.findIndex((chance) => (left -= chance) < 0),
  );
  const { mean, deviation } = modes[k]!;
  return { place: atoms.length + k, scalar: Math.min(1, Math.max(-1, (x - mean) / (REACH * deviation))) };
}

/**
 * Vectors back to records: the largest number of each block is the class. Where there is no claim there is no amount.
 *
 * @param vectors (count, width), row by row
 */
export function decodeVectors(encoder: TableEncoder, vectors: Float32Array): Records {
  const count = vectors.length / encoder.width;
  if (!Number.isInteger(count))
    throw new DataError(
      `decodeVectors: expected rows of ${encoder.width} numbers, got ${vectors.length} in all.`,
    );
  const columns: Record<string, Float64Array> = {};
  for (const block of encoder.blocks) {
    const column = encoder.schema.columns.find(({ name }) => name === block.column)!;
    const gate = block.gate === undefined ? undefined : columns[block.gate]!;
    columns[block.column] = Float64Array.from({ length: count }, (_, row) => {
      if (gate !== undefined && gate[row] === 0) return 0;
      const at = row * encoder.width;
      const classes = vectors.subarray(at + block.start, at + block.start + block.classes);
      const place = classes.indexOf(Math.max(...classes));
      if (!isNumberColumn(column)) return place;
      const atoms = atomsOf(column);
      if (place < atoms.length) return atoms[place]!;
      const { mean, deviation } = encoder.modes[column.name]![place - atoms.length]!;
      return roundTo(column, unscale(column, mean + REACH * deviation * vectors[at + block.scalar!]!));
    });
  }
  for (const column of encoder.schema.columns)
    if (column.kind === "indicator")
      columns[column.name] = columns[column.of]!.map((claims) => (claims > 0 ? 1 : 0));
  return { schema: encoder.schema, count, columns };
}

function isNumberColumn(column: { kind: string }): column is NumberColumn {
  return column.kind === "continuous" || column.kind === "exposure" || column.kind === "amount";
}

function atomsOf(column: NumberColumn): readonly number[] {
  return column.atoms ?? [];
}

/** "log" columns by ln(x − low + 1), which is finite at the lower bound. */
function scale(column: NumberColumn, value: number): number {
  const { low, isLog } = boundsOf(column)!;
  return isLog ? Math.log1p(value - low) : value;
}

function unscale(column: NumberColumn, x: number): number {
  const { low, isLog } = boundsOf(column)!;
  return isLog ? Math.expm1(x) + low : x;
}

/** Counts of the values that are no atoms (and, of amounts, positive), on the column's scale. */
function histogramOf({ columns }: Records, column: NumberColumn, bins: number): Histogram {
  const bounds = boundsOf(column)!;
  const [low, high] = [scale(column, bounds.low), scale(column, bounds.high)];
  const counts = Array.from({ length: bins }, () => 0);
  const atoms = atomsOf(column);
  const gate = column.kind === "amount" ? columns[column.of]! : undefined;
  columns[column.name]!.forEach((value, row) => {
    if (atoms.includes(value) || gate?.[row] === 0) return;
    const bin = Math.floor(((scale(column, value) - low) / (high - low)) * bins);
    counts[Math.min(bins - 1, Math.max(0, bin))]!++;
  });
  return { low, high, counts };
}
