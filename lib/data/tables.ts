/** Tables through Polars: whole files as data frames, one column as numbers. */
import { extname } from "node:path";
import pl, { type DataFrame } from "nodejs-polars";
import { DataError } from "../core/errors";
import { readDataFile } from "./dataset-files";

/**
 * A Parquet or CSV file (by its ending) as a Polars data frame.
 *
 * @throws DataError where the file is missing, damaged, or of another kind
 */
export function readTable(path: string): DataFrame {
  const kind = extname(path).toLowerCase();
  switch (kind) {
    case ".parquet":
      return parse(path, "Parquet", (bytes) => pl.readParquet(bytes));
    case ".csv":
      return parse(path, "CSV", (bytes) => pl.readCSV(bytes));
    default:
      throw new DataError(`${path}: expected a file ending in .parquet or .csv, got "${kind}".`);
  }
}

function parse(path: string, format: string, read: (bytes: Buffer) => DataFrame): DataFrame {
  const bytes = readDataFile(path);
  try {
    return read(bytes);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DataError(`${path}: cannot be read as ${format} (${bytes.length} bytes): ${reason}`, { cause });
  }
}

/**
 * A column of class labels, in the order of the rows: whole numbers 0 … 255, or booleans as 0 and 1.
 *
 * @throws DataError where there is no such column, a value is missing, or a value does not fit
 */
export function labelColumn(table: DataFrame, name: string, path: string): Uint8Array {
  const values = columnValues(table, name, path).map((value) =>
    typeof value === "boolean" ? Number(value) : value,
  );
  const row = values.findIndex(
    (value) => !(Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 255),
  );
  if (row >= 0) {
    const value = values[row];
    const shown = typeof value === "string" ? JSON.stringify(value) : String(value);
    throw new DataError(
      `${path}: column "${name}": expected integers from 0 to 255, got ${shown} in row ${row}.`,
    );
  }
  return Uint8Array.from(values as number[]);
}

/**
 * A column of finite numbers, in the order of the rows.
 *
 * @throws DataError where there is no such column, or a value is missing or no number
 */
export function numberColumn(table: DataFrame, name: string, path: string): Float64Array {
  const values = columnValues(table, name, path);
  const row = values.findIndex((value) => typeof value !== "number" || !Number.isFinite(value));
  if (row >= 0)
    throw new DataError(
      `${path}: column "${name}": expected numbers, got ${String(values[row])} in row ${row}.`,
    );
  return Float64Array.from(values as number[]);
}

function columnValues(table: DataFrame, name: string, path: string): unknown[] {
  if (!table.columns.includes(name))
    throw new DataError(`${path}: expected a column "${name}", got ${table.columns.join(", ") || "none"}.`);
  return table.getColumn(name).toArray();
}
