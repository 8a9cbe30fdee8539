/** The colouring generators the course ships: `datasets/models/pix2pix-colour` and `pix2pix-colour-l1`. */
import { join } from "node:path";
import type { tf } from "../core/tf";
import { datasetFolder } from "../data/dataset-files";
import { buildUnet } from "./pix2pix";
import { loadWeights } from "./weights";

/** Trained against a discriminator, and by L1 alone. */
export type ColouriserName = "pix2pix-colour" | "pix2pix-colour-l1";

/**
 * A trained generator of colours, ready for `colourise`. The caller disposes of it.
 *
 * @throws DataError where its file is missing or damaged
 */
export function loadColouriser(name: ColouriserName = "pix2pix-colour"): tf.LayersModel {
  const path = join(datasetFolder(join("models", name)), "generator.safetensors");
  const generator = buildUnet();
  loadWeights(generator, path);
  return generator;
}
