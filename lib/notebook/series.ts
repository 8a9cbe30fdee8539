/** Reading what a training reported into named series of points. */
import { OptionError } from "../core/errors";

/** One point; y is null where the value was NaN or infinite. */
export interface Point {
  x: number;
  y: number | null;
}

export interface Series {
  name: string;
  points: Point[];
}

/** Records as a training yields them, one a step; or whole series by name. */
export type SeriesSource = readonly object[] | Readonly<Record<string, ArrayLike<number>>>;

interface Fields {
  x?: string | undefined;
  y?: readonly string[] | undefined;
}

/**
 * The series of a source: the named fields of records, or all series given by name.
 *
 * @param fields x: unless told, "step" where the records have it, else 1, 2, 3 …; y: unless told, the fields ending in "loss"
 * @throws OptionError where a field is not there, or x is not a number
 */
export function readSeries(source: SeriesSource, { x, y }: Fields): Series[] {
  if (!isRecords(source)) {
    const names = y ?? Object.keys(source);
    return names.map((name) => ({ name, points: numbered(pick(source, name)) }));
  }
  const records = source as readonly Readonly<Record<string, unknown>>[];
  if (records.length === 0) return [];
  const fields = [...new Set(records.flatMap((record) => Object.keys(record)))];
  for (const field of [...(x === undefined ? [] : [x]), ...(y ?? [])])
    if (!fields.includes(field)) throw missing(field, fields);
  const along = x ?? (fields.includes("step") ? "step" : undefined);
  const names = y ?? fields.filter((field) => /loss$/i.test(field));
  if (names.length === 0)
    throw new OptionError(
      `lossCurve: no field of the records ends in "loss". Say which to draw, of ${fields.join(", ")}: ` +
        `{ y: ["${fields.find((field) => field !== along) ?? "accuracy"}"] }.`,
    );
  return names.map((name) => ({ name, points: fieldPoints(records, along, name) }));
}

function isRecords(source: SeriesSource): source is readonly object[] {
  return Array.isArray(source);
}

function pick(source: Readonly<Record<string, ArrayLike<number>>>, name: string): ArrayLike<number> {
  const values = source[name];
  if (values === undefined) throw missing(name, Object.keys(source));
  return values;
}

function missing(field: string, fields: string[]): OptionError {
  return new OptionError(`lossCurve: expected one of the fields ${fields.join(", ")}, got "${field}".`);
}

function numbered(values: ArrayLike<number>): Point[] {
  return Array.from(values, (value, i) => ({ x: i + 1, y: finite(value) }));
}

function fieldPoints(
  records: readonly Readonly<Record<string, unknown>>[],
  along: string | undefined,
  name: string,
): Point[] {
  const points: Point[] = [];
  records.forEach((record, i) => {
    const x = along === undefined ? i + 1 : record[along];
    if (typeof x !== "number" || !Number.isFinite(x))
      throw new OptionError(
        `lossCurve: ${along ?? "x"}: expected a number in record ${i}, got ${String(x)}.`,
      );
    // A record may leave out what is measured only now and then.
    if (record[name] !== undefined) points.push({ x, y: finite(record[name]) });
  });
  return points;
}

function finite(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
