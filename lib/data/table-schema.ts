/** What the columns of a table of insurance policies are: all that is said of the data before they are read. */
import { OptionError } from "../core/errors";

/** One of a few classes; `numeric` where they are written as numbers in the table. */
export interface CategoricalColumn {
  kind: "categorical";
  name: string;
  categories: readonly string[];
  numeric?: boolean;
}

/** A number between two bounds. */
export interface ContinuousColumn {
  kind: "continuous";
  name: string;
  low: number;
  high: number;
  /** "log": the modes are those of ln(x − low + 1), for what spans orders of magnitude. */
  scale?: "linear" | "log";
  /** Digits after the point that the table has; 6 unless told. */
  decimals?: number;
  /** Single values that many rows have, a class each beside the modes. */
  atoms?: readonly number[];
}

/** Years insured, in (0, 1]. */
export interface ExposureColumn {
  kind: "exposure";
  name: string;
  decimals?: number;
  atoms?: readonly number[];
}

/** A number of claims, 0 … `most`: mostly 0. */
export interface CountColumn {
  kind: "count";
  name: string;
  most: number;
}

/** What the claims of the count column `of` cost together: 0 where there are none, from `low` to `high` elsewhere. */
export interface AmountColumn {
  kind: "amount";
  name: string;
  of: string;
  low: number;
  high: number;
  decimals?: number;
  atoms?: readonly number[];
}

/** 1 where the count column `of` is above 0, else 0: nothing to learn, but to be written out again. */
export interface IndicatorColumn {
  kind: "indicator";
  name: string;
  of: string;
}

export type ColumnSchema =
  CategoricalColumn | ContinuousColumn | ExposureColumn | CountColumn | AmountColumn | IndicatorColumn;

export interface TableSchema {
  columns: readonly ColumnSchema[];
  /**
   * "declared": bounds, classes and atoms are known without this table, from its documentation or common sense.
   * "inferred": they were read off the table itself, which no private run may do.
   */
  origin: "declared" | "inferred";
}

/** A declared schema of these columns. @throws OptionError where one contradicts itself or another */
export function declareSchema(columns: readonly ColumnSchema[]): TableSchema {
  checkColumns(columns);
  return { columns, origin: "declared" };
}

/** @throws OptionError naming the column */
export function checkColumns(columns: readonly ColumnSchema[]): void {
  const refuse = (name: string, reason: string): never => {
    throw new OptionError(`schema: column "${name}": ${reason}`);
  };
  const names = new Set<string>();
  for (const column of columns) {
    const { name } = column;
    if (names.has(name)) refuse(name, "is declared twice.");
    names.add(name);
    switch (column.kind) {
      case "categorical":
        if (column.categories.length < 2 || new Set(column.categories).size < column.categories.length)
          refuse(name, `expected two or more different categories, got ${column.categories.join(", ")}.`);
        break;
      case "count":
        if (!Number.isInteger(column.most) || column.most < 1)
          refuse(name, `most: expected a positive whole number, got ${column.most}.`);
        break;
      case "continuous":
      case "amount":
        if (!(column.low < column.high && Number.isFinite(column.high - column.low)))
          refuse(name, `expected low below high, got ${column.low} and ${column.high}.`);
        break;
      case "exposure":
      case "indicator":
        break;
    }
    if ("of" in column && !columns.some((other) => other.kind === "count" && other.name === column.of))
      refuse(name, `of: expected the name of a count column, got "${column.of}".`);
  }
  if (!columns.some(({ kind }) => kind !== "indicator"))
    throw new OptionError("schema: expected one column at least.");
}

/** Bounds of a column whose values are numbers with modes; undefined for classes. */
export function boundsOf(column: ColumnSchema): { low: number; high: number; isLog: boolean } | undefined {
  switch (column.kind) {
    case "continuous":
      return { low: column.low, high: column.high, isLog: column.scale === "log" };
    case "exposure":
      return { low: 0, high: 1, isLog: false };
    case "amount":
      return { low: column.low, high: column.high, isLog: true };
    case "categorical":
    case "count":
    case "indicator":
      return undefined;
  }
}

const DECIMALS = 6;

/** A value of the column's bounds and digits nearest to x. */
export function roundTo(column: ContinuousColumn | ExposureColumn | AmountColumn, x: number): number {
  const { low, high } = boundsOf(column)!;
  const unit = 10 ** -(column.decimals ?? DECIMALS);
  const rounded = Number(
    (Math.round(Math.min(high, Math.max(low, x)) / unit) * unit).toFixed(column.decimals ?? DECIMALS),
  );
  return column.kind === "exposure" ? Math.max(unit, rounded) : rounded;
}
