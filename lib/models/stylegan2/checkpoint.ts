/** The trained StyleGAN2 of the course. */
import { join } from "node:path";
import { datasetFolder } from "../../data/dataset-files";
import { loadVariables } from "../weights";
import { buildStylegan2Generator, type Stylegan2Generator } from "./generator";

/**
 * The generator of `datasets/models/stylegan2-hurricane`: photographs of houses, 32 × 32 pixels, class 0 undamaged, 1 damaged.
 * The caller disposes of its weights.
 *
 * @throws DataError where its file is missing or damaged
 */
export function loadStylegan2(): Stylegan2Generator {
  const path = join(datasetFolder(join("models", "stylegan2-hurricane")), "generator.safetensors");
  const generator = buildStylegan2Generator({ classes: 2 });
  loadVariables(generator.weights, path);
  return generator;
}
