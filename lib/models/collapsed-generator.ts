/** A generator that collapsed to one mode. */
import type { GaussianMixture } from "../data/gaussian-mixtures";

/** Munroe 2007, xkcd 221: every sample could be real, and together they are no distribution. */
export function getRandomNumber(): number {
  return 4; // chosen by fair dice roll.
  // guaranteed to be random.
}

/**
 * The generator above, for a mixture: points (count, 2), each of them at mode `getRandomNumber()`. A discriminator that sees one at a time
 * finds nothing wrong with it.
 */
export function collapsedPoints({ modes }: GaussianMixture, count: number): Float32Array {
  return Float32Array.from({ length: 2 * count }, (_, i) => modes[getRandomNumber() % modes.length]![i % 2]!);
}
