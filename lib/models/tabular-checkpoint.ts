/** Tabular generators in a folder: the weights, and what turns their numbers into a table, ledger included. */
import { join } from "node:path";
import { DataError } from "../core/errors";
import { decodeSafetensors, encodeSafetensors } from "../core/safetensors";
import { writeWholeFile } from "../core/write-file";
import { datasetFolder, readDataFile } from "../data/dataset-files";
import { type EncoderRecord, encoderFromJson, encoderToJson } from "../data/table-encoder";
import { buildTabularGan, type TabularGan } from "./tabular-gan";
import { readVariables, type SaveOptions, writeVariables } from "./weights";

/** The course's own, in `datasets/models`. */
export type TabularModelName = "tabular-ausprivauto" | "tabular-ausprivauto-private" | "tabular-bemtpl";

const WEIGHTS = "generator.safetensors";
const TABLE = "table.json";
/** Of this file's form. */
const VERSION = 1;

/** Writes what is needed to make rows: the generator's average weights, and schema, modes and ledger. The critic stays behind. */
export async function saveTabularGenerator(
  gan: TabularGan,
  folder: string,
  { dtype = "F16", metadata = {} }: SaveOptions = {},
): Promise<string[]> {
  const tensors = await readVariables(gan.average);
  writeWholeFile(join(folder, WEIGHTS), encodeSafetensors({ tensors, metadata }, dtype));
  const { latentSize, generatorSizes, classes, temperature } = gan.sizes;
  const sizes = { latentSize, generatorSizes, classes, temperature };
  const table = { version: VERSION, sizes, encoder: encoderToJson(gan.encoder) };
  writeWholeFile(join(folder, TABLE), `${JSON.stringify(table)}\n`);
  return [WEIGHTS, TABLE];
}

/**
 * A generator to make rows with: `sampleRecords(gan, 1000, new Random(1))`. Its critic is new, and knows nothing. Its ledger is that of
 * its training: `gan.encoder.ledger.state(1e-6)` states the ε of a private one and throws for another.
 *
 * @param from the name of one of the course's, or a folder that saveTabularGenerator wrote
 * @throws DataError where a file is missing, damaged or of another kind
 */
export function loadTabularGenerator(from: TabularModelName | { folder: string }): TabularGan {
  const folder = typeof from === "string" ? datasetFolder(join("models", from)) : from.folder;
  const path = join(folder, TABLE);
  const { version, sizes, encoder } = parse(readDataFile(path).toString(), path);
  if (version !== VERSION || sizes === undefined || encoder === undefined)
    throw new DataError(`${path}: expected a table of version ${VERSION}, got ${version ?? "none"}.`);
  const gan = buildTabularGan(encoderFromJson(encoder), sizes);
  const weights = join(folder, WEIGHTS);
  const { tensors } = decodeSafetensors(readDataFile(weights), weights);
  for (const variables of [gan.generator, gan.average]) writeVariables(variables, tensors, weights);
  return gan;
}

interface TableFile {
  version?: number;
  sizes?: Omit<TabularGan["sizes"], "criticSizes">;
  encoder?: EncoderRecord;
}

function parse(text: string, path: string): TableFile {
  try {
    return JSON.parse(text) as TableFile;
  } catch (cause) {
    throw new DataError(`${path}: is no JSON. Save the generator again with saveTabularGenerator.`, {
      cause,
    });
  }
}
