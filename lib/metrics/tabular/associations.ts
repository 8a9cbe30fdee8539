/** How columns hang together, pair by pair, and whether synthetic ones do alike. */
import type { Records } from "../../data/records";
import { boundsOf, type ColumnSchema } from "../../data/table-schema";
import { checkSameColumns } from "./marginals";

export interface Association {
  columns: readonly [string, string];
  /** From 0 (none) to 1: see `associations`. */
  strength: number;
}

/**
 * Of each pair of columns: Cramér's V between classes, the correlation ratio η between classes and numbers, and the size of
 * Spearman's rank correlation between numbers. Indicators are left out: their count says all.
 */
export function associations(records: Records): Association[] {
  const columns = records.schema.columns.filter(({ kind }) => kind !== "indicator");
  return columns.flatMap((first, i) =>
    columns.slice(i + 1).map((second) => ({
      columns: [first.name, second.name] as const,
      strength: associationOf(records, first, second),
    })),
  );
}

/** Real and synthetic strengths beside each other, and the mean of their differences' sizes. */
export function compareAssociations(
  real: Records,
  synthetic: Records,
): {
  pairs: { columns: readonly [string, string]; real: number; synthetic: number }[];
  meanDifference: number;
} {
  checkSameColumns(real, synthetic);
  const theirs = associations({ ...synthetic, schema: real.schema });
  const pairs = associations(real).map(({ columns, strength }, i) => ({
    columns,
    real: strength,
    synthetic: theirs[i]!.strength,
  }));
  const sum = pairs.reduce((total, pair) => total + Math.abs(pair.real - pair.synthetic), 0);
  return { pairs, meanDifference: sum / pairs.length };
}

function associationOf({ columns }: Records, first: ColumnSchema, second: ColumnSchema): number {
  const [a, b] = [columns[first.name]!, columns[second.name]!];
  const [isNumberA, isNumberB] = [first, second].map((column) => boundsOf(column) !== undefined);
  if (isNumberA! && isNumberB!) return Math.abs(pearson(ranks(a), ranks(b)));
  if (isNumberA!) return correlationRatio(b, ranks(a));
  if (isNumberB!) return correlationRatio(a, ranks(b));
  return cramersV(a, b);
}

/** √(χ² / (n · (min(rows, columns) − 1))) of the table of counts; 0 where a column has one class alone. */
export function cramersV(a: Float64Array, b: Float64Array): number {
  const [p, q] = [new Map<number, number>(), new Map<number, number>()];
  const cells = new Map<number, number>();
  const add = (counts: Map<number, number>, key: number) => counts.set(key, (counts.get(key) ?? 0) + 1);
  a.forEach((value, row) => {
    add(p, value);
    add(q, b[row]!);
    add(cells, value * CLASSES + b[row]!);
  });
  const least = Math.min(p.size, q.size) - 1;
  if (least === 0) return 0;
  let chiSquared = 0;
  for (const [x, inX] of p)
    for (const [y, inY] of q) {
      const expected = (inX * inY) / a.length;
      chiSquared += ((cells.get(x * CLASSES + y) ?? 0) - expected) ** 2 / expected;
    }
  return Math.sqrt(chiSquared / (a.length * least));
}

/** More than any column has. */
const CLASSES = 4096;

/** √(variance of the classes' means / variance): how much of a number its class tells. */
export function correlationRatio(classes: Float64Array, values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const groups = new Map<number, { sum: number; count: number }>();
  values.forEach((value, row) => {
    const group = groups.get(classes[row]!) ?? { sum: 0, count: 0 };
    group.sum += value;
    group.count++;
    groups.set(classes[row]!, group);
  });
  const total = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  let between = 0;
  for (const { sum, count } of groups.values()) between += count * (sum / count - mean) ** 2;
  return total === 0 ? 0 : Math.sqrt(between / total);
}

/** Ranks from 1, the mean rank for equal values. */
export function ranks(values: Float64Array): Float64Array {
  const order = Uint32Array.from(values, (_, i) => i).sort((i, j) => values[i]! - values[j]!);
  const result = new Float64Array(values.length);
  for (let start = 0; start < order.length;) {
    let end = start;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    for (let k = start; k < end; k++) result[order[k]!] = (start + end + 1) / 2;
    start = end;
  }
  return result;
}

function pearson(a: Float64Array, b: Float64Array): number {
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  a.forEach((value, row) => {
    const [x, y] = [value - meanA, b[row]! - meanB];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  });
  return aa * bb === 0 ? 0 : ab / Math.sqrt(aa * bb);
}
