/**
 * Conditional GANs (Mirza & Osindero 2014): both players are told the class, so that one may ask for it.
 */
import { OptionError } from "../core/errors";
import type { ConditionalNetworks } from "./conditional-networks";
import { buildLabelPlaneGan, labelPlaneDefaults, type LabelPlaneOptions } from "./label-plane-gan";
import { buildProjectionGan, projectionDefaults, type ProjectionGanOptions } from "./projection-gan";

/**
 * "planes": the lecture's way, one-hot labels behind the latent point and as constant planes behind the image's channel.
 * "projection": Miyato & Koyama 2018, for photographs.
 */
export type Conditioning = "planes" | "projection";

export interface ConditionalGan extends ConditionalNetworks {
  conditioning: Conditioning;
}

export type ConditionalGanOptions =
  ({ conditioning: "planes" } & LabelPlaneOptions) | ({ conditioning: "projection" } & ProjectionGanOptions);

export const conditionalGanDefaults = { planes: labelPlaneDefaults, projection: projectionDefaults };

/**
 * All networks, with weights that `seed` decides. `classes: 0` makes the same networks without labels, to compare with.
 *
 * @throws OptionError where a size is no positive whole number
 */
export function buildConditionalGan(options: ConditionalGanOptions): ConditionalGan {
  switch (options.conditioning) {
    case "planes":
      return { conditioning: "planes", ...buildLabelPlaneGan(options) };
    case "projection":
      return { conditioning: "projection", ...buildProjectionGan(options) };
  }
  throw new OptionError(
    `buildConditionalGan: conditioning: expected "planes" or "projection", got ${JSON.stringify(options)}.`,
  );
}
