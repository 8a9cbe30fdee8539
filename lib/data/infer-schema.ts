/** A schema read off a table, for a first look at one's own data; and what is wrong with columns that nothing can be made of. */
import { isDate } from "node:util/types";
import type { DataFrame } from "nodejs-polars";
import { DataError } from "../core/errors";
import { sayClass } from "./records";
import { checkColumns, type ColumnSchema, type TableSchema } from "./table-schema";

export interface InferOptions {
  /** Columns that are known better than the table shows. */
  columns?: readonly ColumnSchema[];
  /** Names of the columns with these roles; unless told, found by their names (exposure, expo; ClaimNb, nclaims, claims; amount). */
  exposure?: string;
  claims?: string;
  amount?: string;
  /** Where the table comes from, for errors. */
  origin?: string;
}

/** More different texts than these are no classes. */
const MOST_CLASSES = 60;
/** Up to as many different whole numbers are taken for classes. */
const MOST_NUMBERS_AS_CLASSES = 25;
/** A single number that more than this share of the rows has is a class of its own. */
const ATOM_SHARE = 0.05;
const MOST_ATOMS = 4;
/** Third standardised moment beyond which a number is modelled by its logarithm. */
const SKEWNESS = 2;

const roleNames = {
  exposure: /^expo(sure)?s?$/i,
  claims: /^(claim_?(nb|count|number)|n_?claims|claims|claim_?freq)$/i,
  amount: /^(claim_?)?(amount|amt|cost)$/i,
} as const;

/**
 * The schema of every column of the table.
 *
 * @throws DataError naming each column that cannot be used (constant, all missing, free text, dates, identifiers, gaps), with what to
 *   do about it
 */
export function inferSchema(table: DataFrame, options: InferOptions = {}): TableSchema {
  const { origin = "table", columns: known = [] } = options;
  const role = (which: keyof typeof roleNames) =>
    options[which] ?? table.columns.find((name) => roleNames[which].test(name));
  const claims = role("claims");
  const claimValues = claims === undefined ? undefined : numbersOf(table, claims);
  const problems: string[] = [];
  const columns = table.columns.flatMap((name): ColumnSchema[] => {
    const given = known.find((column) => column.name === name);
    if (given !== undefined) return [given];
    const found = inferColumn(table, name, {
      isExposure: name === role("exposure"),
      isClaims: name === claims,
      isAmount: name === role("amount"),
      claims:
        name === claims || claimValues === undefined ? undefined : { name: claims!, values: claimValues },
    });
    if (typeof found !== "string") return [found];
    problems.push(`column "${name}" ${found}`);
    return [];
  });
  if (problems.length > 0) throw new DataError(`${origin}: ${problems.join("\n  ")}`);
  checkColumns(columns);
  return { columns, origin: "inferred" };
}

interface Roles {
  isExposure: boolean;
  isClaims: boolean;
  isAmount: boolean;
  /** The count of claims, where another column has it. */
  claims: { name: string; values: Float64Array } | undefined;
}

/** The column's schema, or what is wrong with it. */
function inferColumn(table: DataFrame, name: string, roles: Roles): ColumnSchema | string {
  const values: unknown[] = table.getColumn(name).toArray();
  const present = values.filter((value) => value !== null && value !== undefined && !Number.isNaN(value));
  const drop = `table.drop(${JSON.stringify(name)})`;
  if (present.length === 0) return `has no values at all. Leave it out: ${drop}.`;
  if (present.some((value) => isDate(value)) || looksLikeDates(present))
    return `holds dates (${sayClass(present[0])}). Make a number of it, such as days since the policy's start, or leave it out: ${drop}.`;
  const different = new Set(present.map(sayClass));
  const isComplete = present.length === values.length;
  if (different.size === 1 && isComplete)
    return `is ${sayClass(present[0])} in every row: there is nothing to learn. Leave it out: ${drop}.`;
  if (present.every((value) => typeof value === "number" || typeof value === "bigint")) {
    if (!isComplete)
      return (
        `lacks a number in ${values.length - present.length} of ${values.length} rows. ` +
        `Fill them in (table.fillNull("mean")), take these rows out, or leave the column out: ${drop}.`
      );
    return inferNumbers(name, Float64Array.from(present, Number), different.size, roles, drop);
  }
  if (different.size > MOST_CLASSES)
    return (
      `holds free text or codes: ${different.size} different values in ${values.length} rows, such as ` +
      `${JSON.stringify(sayClass(present[0]))}. Group them into at most ${MOST_CLASSES} classes, or leave it out: ${drop}.`
    );
  const categories = [...new Set(values.map(sayClass))].sort();
  return { kind: "categorical", name, categories };
}

function inferNumbers(
  name: string,
  values: Float64Array,
  different: number,
  { isExposure, isClaims, isAmount, claims }: Roles,
  drop: string,
): ColumnSchema | string {
  const [low, high] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  const isWhole = values.every((value) => Number.isInteger(value));
  const decimals = countDecimals(values);
  if (isExposure && low >= 0 && high <= 1) return { kind: "exposure", name, decimals, ...findAtoms(values) };
  if (isClaims && isWhole && low >= 0 && high <= MOST_NUMBERS_AS_CLASSES)
    return { kind: "count", name, most: high };
  if (claims !== undefined && values.every((value, row) => value > 0 === claims.values[row]! > 0)) {
    if (high === 1 && isWhole) return { kind: "indicator", name, of: claims.name };
    if (isAmount || different > MOST_NUMBERS_AS_CLASSES) {
      const positive = values.filter((value) => value > 0);
      const least = positive.reduce((a, b) => Math.min(a, b));
      return { kind: "amount", name, of: claims.name, low: least, high, decimals, ...findAtoms(positive) };
    }
  }
  if (isWhole && different === values.length && different > MOST_CLASSES)
    return `looks like an identifier: each of the ${different} rows has another whole number. Leave it out: ${drop}.`;
  if (different <= MOST_NUMBERS_AS_CLASSES) {
    const categories = [...new Set(values)].sort((a, b) => a - b).map(String);
    return { kind: "categorical", name, categories, numeric: true };
  }
  const isSkewed = low >= 0 && skewnessOf(values) > SKEWNESS;
  return {
    kind: "continuous",
    name,
    low,
    high,
    decimals,
    ...(isSkewed && { scale: "log" }),
    ...findAtoms(values),
  };
}

function numbersOf(table: DataFrame, name: string): Float64Array | undefined {
  const values: unknown[] = table.getColumn(name).toArray();
  return values.every((value) => typeof value === "number" && Number.isFinite(value))
    ? Float64Array.from(values as number[])
    : undefined;
}

/** 2024-03-31, 31/3/2024, 31.03.24, with or without a time of day */
const DATE = /^(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./]\d{1,2}[./](\d{2}|\d{4}))([T ].*)?$/;

function looksLikeDates(values: readonly unknown[]): boolean {
  return values.every((value) => typeof value === "string" && DATE.test(value));
}

const MOST_DECIMALS = 6;

function countDecimals(values: Float64Array): number {
  for (let decimals = 0; decimals < MOST_DECIMALS; decimals++)
    if (values.every((value) => Math.abs(value - Number(value.toFixed(decimals))) < 1e-9)) return decimals;
  return MOST_DECIMALS;
}

function findAtoms(values: Float64Array): { atoms?: number[] } {
  const often = new Map<number, number>();
  for (const value of values) often.set(value, (often.get(value) ?? 0) + 1);
  const atoms = [...often]
    .filter(([, count]) => count > ATOM_SHARE * values.length)
    .sort(([, a], [, b]) => b - a)
    .slice(0, MOST_ATOMS)
    .map(([value]) => value);
  return atoms.length === 0 ? {} : { atoms };
}

function skewnessOf(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const moment = (power: number) =>
    values.reduce((sum, value) => sum + (value - mean) ** power, 0) / values.length;
  return moment(3) / moment(2) ** 1.5;
}
