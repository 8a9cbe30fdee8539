/** Noise and samples that must not be guessed: from a secret seed, wide enough in their tails. */
import { randomInt } from "node:crypto";
import { OptionError } from "../core/errors";
import type { Random } from "../core/random";
import { type RandomKey, randomNormal } from "../core/random-ops";
import { tf } from "../core/tf";
import type { PrivacyLedger } from "./ledger";

/** A seed from the operating system, below 2^48. Who knows it can subtract the noise: it must not leave with the model. */
export function secretSeed(): number {
  return randomInt(2 ** 48 - 1);
}

/**
 * Normals summed, divided by √NORMALS: one Box–Muller normal of 32-bit uniforms never exceeds 6.7, four of them reach 13, beyond
 * what any δ of use asks for; and the gaps between its floating-point values, by which single ones betray what was added to
 * them (Mironov 2012), are blurred (Holohan & Braghin 2021).
 */
const NORMALS = 4;

export function wideNormal(random: Random): number {
  let sum = 0;
  for (let i = 0; i < NORMALS; i++) sum += random.normal();
  return sum / Math.sqrt(NORMALS);
}

/**
 * The same as a tensor.
 *
 * @param key made from a secret seed, another one for each step
 * @param use which of the tensors drawn with this key: 0, 1, …
 */
export function wideNormals(key: RandomKey, shape: readonly number[], use: number): tf.Tensor {
  return tf.tidy(() => {
    const normals = Array.from({ length: NORMALS }, (_, i) => randomNormal(key, shape, NORMALS * use + i));
    return tf.addN(normals).div(Math.sqrt(NORMALS));
  });
}

/**
 * Counts with Gaussian noise, recorded in the ledger: each record changes at most `groups` of them, each by 1 at most, so together
 * they move by √groups, and the noise's deviation is noiseMultiplier · √groups.
 *
 * @param random made from a secret seed
 */
export function noisyCounts(
  counts: readonly number[],
  { groups, noiseMultiplier, purpose }: { groups: number; noiseMultiplier: number; purpose: string },
  random: Random,
  ledger: PrivacyLedger,
): number[] {
  ledger.recordNoisy({ purpose, noiseMultiplier, sampleRate: 1, count: 1 });
  const deviation = noiseMultiplier * Math.sqrt(groups);
  return counts.map((count) => count + deviation * wideNormal(random));
}

/**
 * Poisson sampling: each of 0 … count − 1 with probability `rate`, independently. By the gaps between those taken, which are
 * geometric: as many draws as are taken instead of `count`.
 *
 * @throws OptionError where the rate is no probability
 */
export function poissonSample(count: number, rate: number, random: Random): Uint32Array {
  if (!(rate > 0 && rate <= 1))
    throw new OptionError(`poissonSample: rate: expected a number above 0 and at most 1, got ${rate}.`);
  const taken: number[] = [];
  const scale = Math.log1p(-rate); // −∞ for rate 1: every gap is 0
  for (let next = gap(); next < count; next += 1 + gap()) taken.push(next);
  return Uint32Array.from(taken);

  function gap(): number {
    // 53 bits in (0, 1]: with 32 the longest gaps could not occur.
    const uniform = ((random.nextWord() >>> 5) * 0x4000000 + (random.nextWord() >>> 6) + 1) / 2 ** 53;
    return Math.floor(Math.log(uniform) / scale);
  }
}
