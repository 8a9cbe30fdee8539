/** From a file, a data frame or records to what a tabular network trains on: one call for the course's data and for one's own. */
import type { DataFrame } from "nodejs-polars";
import { DataError } from "../core/errors";
import { Random } from "../core/random";
import { inferSchema, type InferOptions } from "./infer-schema";
import { readRecords, type Records } from "./records";
import { encodeRecords, type EncoderOptions, fitTableEncoder, type TableEncoder } from "./table-encoder";
import type { TableSchema } from "./table-schema";
import { readTable } from "./tables";

export interface PrepareOptions extends EncoderOptions {
  /** What the columns are, where it is known; inferred from the table unless told, and then nothing made of it is private. */
  schema?: TableSchema;
  /** How to infer the schema. */
  infer?: InferOptions;
  /** Decides in which mode a number between two modes counts. */
  seed?: number;
}

export interface PreparedTable {
  records: Records;
  encoder: TableEncoder;
  /** The records as the network sees them: (count, width), row by row. */
  vectors: Float32Array;
}

const FEWEST_ROWS = 50;

/**
 * Reads, checks and encodes a table:
 *
 *     const prepared = prepareTable("mine.csv");                                       // schema inferred
 *     const prepared = prepareTable(loadAusprivauto(), { private: { noiseMultiplier: 40 } }); // schema declared
 *
 * @param source path of a CSV or Parquet file, a Polars data frame, or records that have a schema already
 * @throws DataError where the file cannot be read, or naming each column that cannot be used and what to do about it
 * @throws PrivacyError where `private` is asked for without a declared schema
 */
export function prepareTable(
  source: string | DataFrame | Records,
  { schema, infer, seed = 0, ...options }: PrepareOptions = {},
): PreparedTable {
  const records = isRecords(source) ? source : read(source, schema, infer);
  if (records.count < FEWEST_ROWS)
    throw new DataError(
      `prepareTable: expected ${FEWEST_ROWS} rows or more, got ${records.count}: too few to learn from.`,
    );
  const encoder = fitTableEncoder(records, options);
  return { records, encoder, vectors: encodeRecords(encoder, records, new Random(seed).fork("encode")) };
}

function read(
  source: string | DataFrame,
  schema: TableSchema | undefined,
  infer: InferOptions = {},
): Records {
  const table = typeof source === "string" ? readTable(source) : source;
  const origin = typeof source === "string" ? source : "table";
  return readRecords(table, schema ?? inferSchema(table, { origin, ...infer }), origin);
}

function isRecords(source: string | DataFrame | Records): source is Records {
  return typeof source !== "string" && "schema" in source && "count" in source && !("getColumn" in source);
}
