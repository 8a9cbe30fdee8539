/** The conditional generators that the course ships: `datasets/models/<name>`. */
import { join } from "node:path";
import { OptionError } from "../core/errors";
import { tf } from "../core/tf";
import { datasetFolder } from "../data/dataset-files";
import { buildConditionalGan, type ConditionalGan, type ConditionalGanOptions } from "./conditional-gan";
import type { ConditionalGenerator } from "./conditional-networks";
import { loadVariables } from "./weights";

const shipped = {
  "cgan-mnist": { conditioning: "planes" },
  "cgan-hurricane": { conditioning: "projection" },
} as const satisfies Record<string, ConditionalGanOptions>;

export type ConditionalGeneratorName = keyof typeof shipped;

/** New networks of the sizes that the course ships trained; `classes: 0` for the ones without labels. */
export function buildConditionalGanFor(
  name: ConditionalGeneratorName,
  options: { classes?: number; seed?: number } = {},
): ConditionalGan {
  return buildConditionalGan({ ...shipped[name], ...options });
}

/**
 * A trained generator: of digits (28 × 28 grey, classes 0 … 9) or of houses from the air (32 × 32 RGB, undamaged and damaged).
 * The caller disposes of its weights.
 *
 * @param variant "unlabelled" is the same network trained without labels, which `sampleClasses` asks in vain
 * @throws DataError where its file is missing or damaged
 */
export function loadConditionalGenerator(
  name: ConditionalGeneratorName,
  variant: "conditional" | "unlabelled" = "conditional",
): ConditionalGenerator {
  if (!(name in shipped))
    throw new OptionError(
      `loadConditionalGenerator: expected ${Object.keys(shipped).join(" or ")}, got ${JSON.stringify(name)}.`,
    );
  const path = join(datasetFolder(join("models", name)), `${variant}.safetensors`);
  const gan = buildConditionalGanFor(name, variant === "unlabelled" ? { classes: 0 } : {});
  const { generator, averaged, discriminator } = gan;
  tf.dispose([generator.weights, discriminator.weights, discriminator.state]);
  loadVariables(averaged.weights, path);
  return averaged;
}
