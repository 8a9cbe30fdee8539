/** The weights the course ships: `datasets/models/<name>`, each with a card that says how it was trained. */
import { join } from "node:path";
import type { tf } from "../core/tf";
import { datasetFolder } from "../data/dataset-files";
import { buildGenerator } from "./gan";
import { loadWeights } from "./weights";

/** The trained generators, by name. */
export type GeneratorName = "gan-mnist";

/**
 * A trained generator of the course, ready to use. The caller disposes of it.
 *
 * @throws DataError where its file is missing or damaged
 */
export function loadGenerator(name: GeneratorName = "gan-mnist"): tf.LayersModel {
  const path = join(datasetFolder(join("models", name)), "generator.safetensors");
  const generator = buildGenerator();
  loadWeights(generator, path);
  return generator;
}
