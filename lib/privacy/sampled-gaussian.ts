/** The one mechanism whose cost the accountants know, which is all that DP-SGD and noisy counts consist of. */
import { OptionError } from "../core/errors";

/**
 * The sampled Gaussian mechanism, `count` times: of the records each is taken with probability `sampleRate`, independently
 * (Poisson sampling); what is told is the sum of vectors of Euclidean length ≤ C, one for each record taken, plus
 * N(0, (noiseMultiplier · C)²) in each direction. With `sampleRate` 1 it is the plain Gaussian mechanism.
 *
 * Neighbouring tables differ by one record that is added or removed.
 */
export interface SampledGaussian {
  noiseMultiplier: number;
  sampleRate: number;
  count: number;
}

/** @throws OptionError where a number makes no sense */
export function checkSampledGaussian({ noiseMultiplier, sampleRate, count }: SampledGaussian): void {
  if (!(noiseMultiplier > 0 && noiseMultiplier < Infinity))
    throw new OptionError(
      `privacy: noiseMultiplier: expected a number above 0, got ${noiseMultiplier}. Without noise there is no ε.`,
    );
  if (!(sampleRate > 0 && sampleRate <= 1))
    throw new OptionError(`privacy: sampleRate: expected a number above 0 and at most 1, got ${sampleRate}.`);
  if (!Number.isInteger(count) || count < 1)
    throw new OptionError(`privacy: count: expected a positive whole number, got ${count}.`);
}

/** @throws OptionError where delta is no probability */
export function checkDelta(delta: number): void {
  if (!(delta > 0 && delta < 1))
    throw new OptionError(
      `privacy: delta: expected a number between 0 and 1, got ${delta}. Take one well below 1 / number of records.`,
    );
}
