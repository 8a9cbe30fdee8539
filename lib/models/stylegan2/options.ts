/** Sizes of a StyleGAN2 (Karras et al. 2020), small enough for a laptop at 32 pixels and true to the paper at any. */
import { OptionError } from "../../core/errors";

export interface Stylegan2Options {
  /** Side of an image in pixels: a power of 2 from 8. */
  resolution?: number;
  /** How many classes there are to choose from; 0 for images without labels. */
  classes?: number;
  /** Length of z. */
  latentSize?: number;
  /** Length of w. */
  styleSize?: number;
  /** Layers of the mapping network; the authors take 8, and 2 for small images. */
  mappingLayers?: number;
  /** Channels at a resolution r are channelBase / r, at most channelMax. */
  channelBase?: number;
  channelMax?: number;
  /** Decides the first weights. */
  seed?: number;
}

export const stylegan2Defaults = {
  resolution: 32,
  classes: 0,
  latentSize: 128,
  styleSize: 128,
  mappingLayers: 2,
  channelBase: 1024,
  channelMax: 128,
  seed: 0,
} satisfies Stylegan2Options;

export type Stylegan2Sizes = Required<Stylegan2Options>;

/** @throws OptionError where a size is impossible */
export function readSizes(options: Stylegan2Options): Stylegan2Sizes {
  const sizes = { ...stylegan2Defaults, ...options };
  const { resolution, classes, latentSize, styleSize, mappingLayers, channelBase, channelMax } = sizes;
  const positive = { latentSize, styleSize, mappingLayers, channelBase, channelMax };
  if (!Number.isInteger(Math.log2(resolution)) || resolution < 8)
    throw new OptionError(`stylegan2: resolution: expected a power of 2 from 8, got ${resolution}.`);
  if (!Number.isInteger(classes) || classes < 0)
    throw new OptionError(`stylegan2: classes: expected a whole number from 0, got ${classes}.`);
  for (const [name, size] of Object.entries(positive))
    if (!Number.isInteger(size) || size < 1)
      throw new OptionError(`stylegan2: ${name}: expected a positive whole number, got ${size}.`);
  return sizes;
}

/** 4, 8, … up to the resolution. */
export function resolutions({ resolution }: Stylegan2Sizes): number[] {
  return Array.from({ length: Math.log2(resolution) - 1 }, (_, i) => 2 ** (i + 2));
}

export function channelsAt(resolution: number, { channelBase, channelMax }: Stylegan2Sizes): number {
  return Math.max(1, Math.min(Math.floor(channelBase / resolution), channelMax));
}
