/** The rows of a table as numbers, by its schema, and back to a data frame. */
import { isDate } from "node:util/types";
import pl, { type DataFrame } from "nodejs-polars";
import { DataError, OptionError } from "../core/errors";
import type { Random } from "../core/random";
import { type ColumnSchema, roundTo, type TableSchema } from "./table-schema";

/** Columns of numbers, all of one length. Classes are their place in `categories`. */
export interface Records {
  schema: TableSchema;
  count: number;
  columns: Readonly<Record<string, Float64Array>>;
}

/** How a missing text reads as a class. */
export const MISSING = "(missing)";

/**
 * The table's columns that the schema names. Numbers beyond the schema's bounds are moved to the nearest bound (which a private run
 * must do), and rounded to its digits.
 *
 * @param origin where the table comes from, for errors
 * @throws DataError where a column is missing, or a value is no number or none of the classes
 */
export function readRecords(table: DataFrame, schema: TableSchema, origin = "table"): Records {
  const columns = Object.fromEntries(
    schema.columns.map((column) => {
      if (!table.columns.includes(column.name))
        throw new DataError(
          `${origin}: expected a column "${column.name}", which the schema has; got ${table.columns.join(", ")}.`,
        );
      return [column.name, readColumn(table.getColumn(column.name).toArray(), column, origin)];
    }),
  );
  const records = { schema, count: table.height, columns };
  makeConsistent(records);
  return records;
}

function readColumn(values: readonly unknown[], column: ColumnSchema, origin: string): Float64Array {
  const refuse = (row: number, expected: string): never => {
    throw new DataError(
      `${origin}: column "${column.name}": expected ${expected}, got ${sayValue(values[row])} in row ${row}.`,
    );
  };
  if (column.kind === "categorical") {
    const places = new Map(column.categories.map((category, i) => [category, i]));
    return Float64Array.from(values, (value, row) => {
      const place = places.get(sayClass(value));
      return place ?? refuse(row, `one of ${column.categories.join(", ")}`);
    });
  }
  return Float64Array.from(values, (value, row) => {
    const number = typeof value === "boolean" ? Number(value) : value;
    if (typeof number !== "number" || !Number.isFinite(number)) return refuse(row, "a number");
    switch (column.kind) {
      case "count":
        return Math.min(column.most, Math.max(0, Math.round(number)));
      case "indicator":
        return number > 0 ? 1 : 0;
      case "amount":
        return number > 0 ? roundTo(column, number) : 0;
      case "continuous":
      case "exposure":
        return roundTo(column, number);
    }
  });
}

/** A value as the name of its class. */
export function sayClass(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === null || value === undefined) return MISSING;
  // Numbers, truth values and dates as JSON writes them, dates without quotes.
  return isDate(value)
    ? value.toISOString()
    : JSON.stringify(typeof value === "bigint" ? Number(value) : value);
}

/** A value in a message: texts in quotes. */
function sayValue(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : sayClass(value);
}

/** An amount without a claim becomes 0, a claim without an amount the least amount: what the networks take for granted. */
function makeConsistent({ schema, columns, count }: Records): void {
  for (const column of schema.columns) {
    if (!("of" in column)) continue;
    const [values, claims] = [columns[column.name]!, columns[column.of]!];
    for (let row = 0; row < count; row++) {
      if (column.kind === "indicator") values[row] = claims[row]! > 0 ? 1 : 0;
      else if (claims[row] === 0) values[row] = 0;
      else if (values[row] === 0) values[row] = column.low;
    }
  }
}

/** The records as a Polars data frame with the original names and classes: `.writeCSV(path)`, `.writeParquet(path)`. */
export function recordsToTable({ schema, columns }: Records): DataFrame {
  return pl.DataFrame(
    Object.fromEntries(
      schema.columns.map((column) => {
        const values = Array.from(columns[column.name]!);
        if (column.kind !== "categorical") return [column.name, values];
        const names = values.map((place) => column.categories[place]!);
        if (column.numeric !== true) return [column.name, names];
        return [column.name, names.map((name) => (name === MISSING ? null : Number(name)))];
      }),
    ),
  );
}

/** The rows of these numbers, in this order. */
export function selectRecords({ schema, columns }: Records, rows: ArrayLike<number>): Records {
  const picked = Object.entries(columns).map(([name, values]): [string, Float64Array] => [
    name,
    Float64Array.from(rows, (row) => values[row]!),
  ]);
  return { schema, count: rows.length, columns: Object.fromEntries(picked) };
}

/**
 * Two parts without a common row: to train with, and to judge by.
 *
 * @param share of the first part, between 0 and 1
 */
export function splitRecords(
  records: Records,
  share: number,
  random: Random,
): { train: Records; holdout: Records } {
  const size = Math.round(records.count * share);
  if (!(size > 0 && size < records.count))
    throw new OptionError(
      `splitRecords: share: expected a number between 0 and 1 that leaves both parts rows of the ${records.count}, got ${share}.`,
    );
  const order = random.permutation(records.count);
  return {
    train: selectRecords(records, order.subarray(0, size)),
    holdout: selectRecords(records, order.subarray(size)),
  };
}
