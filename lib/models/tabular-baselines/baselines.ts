/** What a network for tables must be better than. */
import { OptionError } from "../../core/errors";
import type { Random } from "../../core/random";
import { type Records, selectRecords } from "../../data/records";
import { boundsOf, type ColumnSchema } from "../../data/table-schema";
import { findLeaf, growTree, type Predictor } from "./tree";

/** Real rows, drawn with replacement: as faithful as can be, and no privacy at all. */
export function bootstrapRecords(records: Records, count: number, random: Random): Records {
  checkCount("bootstrapRecords", count);
  return selectRecords(
    records,
    Uint32Array.from({ length: count }, () => random.integer(records.count)),
  );
}

/** Each column drawn by itself from its real values: right margins, no column knows of another (but for amounts, which go with claims). */
export function independentRecords(records: Records, count: number, random: Random): Records {
  checkCount("independentRecords", count);
  const columns: Record<string, Float64Array> = {};
  const all = Uint32Array.from({ length: records.count }, (_, row) => row);
  for (const column of inOrder(records.schema.columns)) {
    const stream = random.fork(column.name);
    columns[column.name] = fill(
      records,
      column,
      columns,
      count,
      (pool) => pool[stream.integer(pool.length)]!,
      all,
    );
  }
  addIndicators(records.schema.columns, columns);
  return { schema: records.schema, count, columns };
}

export interface SequentialOptions {
  /** A leaf has this many rows at least; synthpop's default is 5. */
  leastRows?: number;
  /** Bins of a column of numbers. */
  bins?: number;
}

export const sequentialDefaults = { leastRows: 10, bins: 32 } satisfies SequentialOptions;

/**
 * One column after the other, each drawn from a tree that knows the columns before it: a row falls through the tree to a leaf, and gets
 * the value of one of the real rows there (Reiter 2005; the R package synthpop, Nowok et al. 2016; "MICE with CART"). The strong
 * baseline of the literature on synthetic tables; not private, for values are copied.
 */
export function sequentialTreeRecords(
  records: Records,
  count: number,
  random: Random,
  options: SequentialOptions = {},
): Records {
  const { leastRows, bins } = { ...sequentialDefaults, ...options };
  checkCount("sequentialTreeRecords", count);
  if (!Number.isInteger(bins) || bins < 2 || bins > 256)
    throw new OptionError(`sequentialTreeRecords: bins: expected a whole number from 2 to 256, got ${bins}.`);
  const columns: Record<string, Float64Array> = {};
  const before: { real: Predictor; synthetic: Uint8Array }[] = [];
  for (const column of inOrder(records.schema.columns)) {
    const stream = random.fork(column.name);
    const values = records.columns[column.name]!;
    const isNumber = boundsOf(column) !== undefined;
    const rows = rowsWith(records, column);
    const tree = growTree(
      {
        predictors: before.map(({ real }) => real),
        response: values,
        classes: isNumber ? 0 : 1 + values.reduce((a, b) => Math.max(a, b)),
        leastRows,
      },
      rows,
    );
    columns[column.name] = fill(
      records,
      column,
      columns,
      count,
      (_, row) => {
        const leaf = findLeaf(tree, (predictor) => before[predictor]!.synthetic[row]!);
        return leaf[stream.integer(leaf.length)]!;
      },
      rows,
    );
    const binOf = binning(values, isNumber, bins);
    before.push({
      real: {
        bins: Uint8Array.from(values, binOf),
        binCount: 256,
        isOrdered: isNumber || column.kind === "count",
      },
      synthetic: Uint8Array.from(columns[column.name]!, binOf),
    });
  }
  addIndicators(records.schema.columns, columns);
  return { schema: records.schema, count, columns };
}

function addIndicators(schema: readonly ColumnSchema[], columns: Record<string, Float64Array>): void {
  for (const column of schema)
    if (column.kind === "indicator")
      columns[column.name] = columns[column.of]!.map((value) => Number(value > 0));
}

/** Counts before the amounts that go with them. Indicators are not drawn at all. */
function inOrder(columns: readonly ColumnSchema[]): ColumnSchema[] {
  const rank = ({ kind }: ColumnSchema) => (kind === "amount" ? 2 : kind === "count" ? 1 : 0);
  return columns.filter(({ kind }) => kind !== "indicator").toSorted((a, b) => rank(a) - rank(b));
}

/** Rows that have a value in this column: for amounts those with a claim. */
function rowsWith({ columns, count }: Records, column: ColumnSchema): Uint32Array {
  const all = Uint32Array.from({ length: count }, (_, row) => row);
  return column.kind === "amount" ? all.filter((row) => columns[column.of]![row]! > 0) : all;
}

/** A synthetic column: of each row the value of the real row that `choose` names; 0 for the amount of a row without a claim. */
function fill(
  records: Records,
  column: ColumnSchema,
  made: Readonly<Record<string, Float64Array>>,
  count: number,
  choose: (pool: Uint32Array, row: number) => number,
  pool: Uint32Array,
): Float64Array {
  const values = records.columns[column.name]!;
  const claims = column.kind === "amount" ? made[column.of]! : undefined;
  const donors = claims === undefined ? pool : rowsWith(records, column);
  return Float64Array.from({ length: count }, (_, row) =>
    claims?.[row] === 0 ? 0 : values[choose(donors, row)]!,
  );
}

/** Which bin a value is in: classes are their own; numbers by quantiles of the real values. */
function binning(values: Float64Array, isNumber: boolean, bins: number): (value: number) => number {
  if (!isNumber) return (value) => value;
  const sorted = values.toSorted();
  const edges = [
    ...new Set(
      Array.from({ length: bins - 1 }, (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / bins)]!),
    ),
  ];
  return (value) => {
    let [low, high] = [0, edges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (edges[middle]! <= value) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

function checkCount(name: string, count: number): void {
  if (!Number.isInteger(count) || count < 1)
    throw new OptionError(`${name}: count: expected a positive whole number, got ${count}.`);
}
