/** Both players of a StyleGAN2, and the generator whose weights follow the trained one's as their moving average. */
import { tf } from "../../core/tf";
import { buildStylegan2Discriminator, type Stylegan2Discriminator } from "./discriminator";
import { buildStylegan2Generator, type Stylegan2Generator } from "./generator";
import { readSizes, type Stylegan2Options, type Stylegan2Sizes } from "./options";

export interface Stylegan2 {
  sizes: Stylegan2Sizes;
  generator: Stylegan2Generator;
  /** The one to show: its images change little from step to step, and are better than those of any single step. */
  average: Stylegan2Generator;
  discriminator: Stylegan2Discriminator;
}

/** @throws OptionError where a size is impossible */
export function buildStylegan2(options: Stylegan2Options = {}): Stylegan2 {
  const sizes = readSizes(options);
  return {
    sizes,
    generator: buildStylegan2Generator(sizes),
    average: buildStylegan2Generator(sizes),
    discriminator: buildStylegan2Discriminator(sizes),
  };
}

export function disposeStylegan2({ generator, average, discriminator }: Stylegan2): void {
  tf.dispose([generator.weights, average.weights, discriminator.weights]);
}
