/** Rényi differential privacy of the sampled Gaussian mechanism (Mironov, Talwar & Zhang 2019), and from there to (ε, δ). */
import { OptionError } from "../core/errors";
import { checkDelta, checkSampledGaussian, type SampledGaussian } from "./sampled-gaussian";
import { logAdd, logErfc, logSubtract } from "./special-functions";

/**
 * How a Rényi bound becomes (ε, δ):
 * - "mironov-2017": ε = RDP(α) + ln(1/δ) / (α − 1) (Mironov 2017, proposition 3), what most papers until 2020 report.
 * - "canonne-2020": ε = RDP(α) + ln(1 − 1/α) − ln(δ α) / (α − 1) (Canonne, Kamath & Steinke 2020, proposition 12), never worse.
 */
export type RdpConversion = "mironov-2017" | "canonne-2020";

export interface RdpEpsilon {
  epsilon: number;
  /** The α that gave the least ε. */
  order: number;
  conversion: RdpConversion;
}

/** Orders among which the best is taken: those of Google's dp-accounting. */
export const rdpOrders: readonly number[] = [
  ...Array.from({ length: 99 }, (_, i) => 1 + (i + 1) / 10),
  ...Array.from({ length: 53 }, (_, i) => 11 + i),
  ...[128, 256, 512, 1024],
];

/**
 * The Rényi divergence of order α that one use of the mechanism spends, ln A(α) / (α − 1) with
 * A(α) = E[((1 − q) + q · e^((2x − 1) / 2σ²))^α] for x ~ N(0, σ²) (section 3.3 of the paper).
 *
 * @param order α > 1
 * @throws OptionError where a number makes no sense
 */
export function rdpOfSampledGaussian(
  { noiseMultiplier, sampleRate }: SampledGaussian,
  order: number,
): number {
  checkSampledGaussian({ noiseMultiplier, sampleRate, count: 1 });
  if (!(order > 1)) throw new OptionError(`privacy: Rényi order: expected a number above 1, got ${order}.`);
  if (sampleRate === 1) return order / (2 * noiseMultiplier ** 2);
  const logMoment = Number.isInteger(order) ? logMomentOfInteger : logMomentOfFraction;
  return logMoment(sampleRate, noiseMultiplier, order) / (order - 1);
}

/**
 * The least ε such that all events together are (ε, δ)-differentially private by their Rényi divergences, which add up.
 *
 * @throws OptionError where a number makes no sense
 */
export function rdpEpsilon(
  events: readonly SampledGaussian[],
  delta: number,
  conversion: RdpConversion = "canonne-2020",
): RdpEpsilon {
  checkDelta(delta);
  events.forEach(checkSampledGaussian);
  let best: RdpEpsilon = { epsilon: Infinity, order: rdpOrders[0]!, conversion };
  for (const order of rdpOrders) {
    const divergence = events.reduce(
      (sum, event) => sum + event.count * rdpOfSampledGaussian(event, order),
      0,
    );
    const epsilon = Math.max(0, convert(divergence, order, delta, conversion));
    if (epsilon < best.epsilon) best = { epsilon, order, conversion };
  }
  return best;
}

function convert(divergence: number, order: number, delta: number, conversion: RdpConversion): number {
  switch (conversion) {
    case "mironov-2017":
      return divergence - Math.log(delta) / (order - 1);
    case "canonne-2020":
      // A divergence so small that the total variation is below δ already (Bretagnolle & Huber): ε = 0 will do.
      if (delta ** 2 + Math.expm1(-divergence) >= 0) return 0;
      return divergence + Math.log1p(-1 / order) - Math.log(delta * order) / (order - 1);
  }
}

/** ln Σₖ C(α, k) (1 − q)^(α − k) qᵏ e^((k² − k) / 2σ²) */
function logMomentOfInteger(q: number, sigma: number, order: number): number {
  let logBinomial = 0;
  let sum = -Infinity;
  for (let k = 0; k <= order; k++) {
    if (k > 0) logBinomial += Math.log((order - k + 1) / k);
    const term = logBinomial + k * Math.log(q) + (order - k) * Math.log1p(-q);
    sum = logAdd(sum, term + (k * k - k) / (2 * sigma ** 2));
  }
  return sum;
}

/** Terms below e^−30 of the whole, which is at least 1, are left out. */
const SMALLEST_TERM = -30;
/** An order whose series has not ended by then (α near 1) is of no use: another one is better. */
const MOST_TERMS = 1000;

/** The integral cut at z₀, where both parts of the mixture weigh the same; each half is a binomial series without end. */
function logMomentOfFraction(q: number, sigma: number, order: number): number {
  const z0 = sigma ** 2 * Math.log(1 / q - 1) + 0.5;
  const tail = (distance: number) => Math.log(0.5) + logErfc(distance / (Math.SQRT2 * sigma));
  const add = (sum: number, term: number, sign: number) =>
    sign > 0 ? logAdd(sum, term) : logSubtract(sum, term);
  let below = -Infinity;
  let above = -Infinity;
  let logBinomial = 0;
  let sign = 1;
  for (let i = 0; i < MOST_TERMS; i++) {
    const j = order - i;
    const left =
      logBinomial + i * Math.log(q) + j * Math.log1p(-q) + (i * i - i) / (2 * sigma ** 2) + tail(i - z0);
    const right =
      logBinomial + j * Math.log(q) + i * Math.log1p(-q) + (j * j - j) / (2 * sigma ** 2) + tail(z0 - j);
    below = add(below, left, sign);
    above = add(above, right, sign);
    if (Math.max(left, right) < SMALLEST_TERM) return logAdd(below, above);
    const factor = (order - i) / (i + 1);
    logBinomial += Math.log(Math.abs(factor));
    sign *= Math.sign(factor);
  }
  return Infinity;
}
