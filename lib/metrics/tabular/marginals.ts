/** How far synthetic columns are from real ones, each by itself. */
import { DataError } from "../../core/errors";
import type { Records } from "../../data/records";
import { boundsOf } from "../../data/table-schema";

export interface MarginalFidelity {
  column: string;
  /** Classes: ½ Σ |p − q| of their shares. Numbers: the largest distance of the distribution functions (Kolmogorov–Smirnov). 0 is best, 1 worst. */
  distance: number;
  kind: "total variation" | "kolmogorov-smirnov";
  /** Numbers: the area between the distribution functions over the real standard deviation. */
  wasserstein?: number;
}

/** Each column's distance. Amounts are compared among the rows with a claim, and their zeros by the count's column. */
export function compareMarginals(real: Records, synthetic: Records): MarginalFidelity[] {
  checkSameColumns(real, synthetic);
  return real.schema.columns.flatMap((column): MarginalFidelity[] => {
    if (column.kind === "indicator") return [];
    const [a, b] = [real, synthetic].map(({ columns }) => columns[column.name]!) as [
      Float64Array,
      Float64Array,
    ];
    if (boundsOf(column) === undefined) {
      const classes = column.kind === "categorical" ? column.categories.length : maximum(a, b) + 1;
      return [{ column: column.name, distance: totalVariation(a, b, classes), kind: "total variation" }];
    }
    const [x, y] =
      column.kind === "amount" ? [a, b].map((values) => values.filter((value) => value > 0)) : [a, b];
    return [
      {
        column: column.name,
        distance: x.length * y.length === 0 ? 1 : kolmogorovSmirnov(x, y),
        kind: "kolmogorov-smirnov",
        wasserstein: x.length * y.length === 0 ? Infinity : wasserstein(x, y) / deviation(x),
      },
    ];
  });
}

/** ½ Σ |p − q| over the shares of the classes 0 … classes − 1. */
export function totalVariation(a: ArrayLike<number>, b: ArrayLike<number>, classes: number): number {
  const [p, q] = [a, b].map((values) => {
    const shares = new Float64Array(classes);
    for (let i = 0; i < values.length; i++) shares[values[i]!]! += 1 / values.length;
    return shares;
  }) as [Float64Array, Float64Array];
  return p.reduce((sum, share, i) => sum + Math.abs(share - q[i]!), 0) / 2;
}

/** sup |F − G| of two samples' distribution functions. */
export function kolmogorovSmirnov(a: Float64Array, b: Float64Array): number {
  let largest = 0;
  walk(a, b, (gap) => (largest = Math.max(largest, Math.abs(gap))));
  return largest;
}

/** ∫ |F − G|: how far mass must be moved on average, in the column's unit. */
export function wasserstein(a: Float64Array, b: Float64Array): number {
  let area = 0;
  walk(a, b, (gap, width) => (area += Math.abs(gap) * width));
  return area;
}

/** F − G between each value of both samples and the next one, in order. */
function walk(a: Float64Array, b: Float64Array, visit: (gap: number, width: number) => void): void {
  const [x, y] = [a.toSorted(), b.toSorted()];
  const all = mergeSorted(x, y);
  let [i, j] = [0, 0];
  for (let k = 0; k < all.length; k++) {
    while (i < x.length && x[i]! <= all[k]!) i++;
    while (j < y.length && y[j]! <= all[k]!) j++;
    visit(i / x.length - j / y.length, k + 1 < all.length ? all[k + 1]! - all[k]! : 0);
  }
}

function mergeSorted(x: Float64Array, y: Float64Array): Float64Array {
  const all = new Float64Array(x.length + y.length);
  all.set(x);
  all.set(y, x.length);
  return all.sort();
}

function deviation(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

function maximum(a: Float64Array, b: Float64Array): number {
  return [a, b].reduce((most, values) => values.reduce((x, y) => Math.max(x, y), most), 0);
}

/** @throws DataError where a column is missing */
export function checkSameColumns(real: Records, synthetic: Records): void {
  for (const { name } of real.schema.columns)
    if (synthetic.columns[name] === undefined)
      throw new DataError(`synthetic records: expected a column "${name}", as the real ones have.`);
}
