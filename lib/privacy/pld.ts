/**
 * Privacy-loss distributions: the whole distribution of ln P(outcome) / Q(outcome) for neighbouring tables, composed by Fourier
 * transforms (Koskela et al. 2020), instead of Rényi's moments of it. The least ε that holds, up to the grid.
 */
import { OptionError } from "../core/errors";
import { type Complex, fourierTransform } from "./fourier";
import { checkDelta, checkSampledGaussian, type SampledGaussian } from "./sampled-gaussian";
import { normalCdf } from "./special-functions";

export interface PldOptions {
  /** Distance of the grid's points, in ε; 1e-4 as in Google's dp-accounting. */
  interval?: number;
}

export const pldDefaults = { interval: 1e-4 } satisfies PldOptions;

/** A neighbour has one record more, or one less; the worse of both counts. */
const ADJACENCIES = ["remove", "add"] as const;
type Adjacency = (typeof ADJACENCIES)[number];

/** Probability of each loss (start + i) · interval, and of a loss without bound. */
interface LossDistribution {
  start: number;
  masses: Float64Array;
  infinite: number;
}

/** What is left out of the noise's own tails, e^−50, and of the sum's (counted as an unbounded loss). */
const NOISE_TAIL = Math.exp(-50);
const TAIL = 1e-15;
/** 2^25 numbers are half a gigabyte. */
const MOST_POINTS = 2 ** 25;

/**
 * The least ε such that all events together are (ε, δ)-differentially private. Each loss distribution is replaced by a discrete
 * one whose privacy profile lies nowhere below ("connect the dots", Doroshenko et al. 2022), so that ε is an upper bound but for
 * rounding: double precision leaves δ uncertain by about 1e-12.
 *
 * @throws OptionError where a number makes no sense, or the sum needs more points than memory has
 */
export function pldEpsilon(
  events: readonly SampledGaussian[],
  delta: number,
  options: PldOptions = {},
): { epsilon: number } {
  const { interval } = { ...pldDefaults, ...options };
  checkDelta(delta);
  events.forEach(checkSampledGaussian);
  if (!(interval > 0 && interval <= 0.1))
    throw new OptionError(
      `pldEpsilon: interval: expected a number above 0 and at most 0.1, got ${interval}.`,
    );
  if (events.length === 0) return { epsilon: 0 };
  const epsilons = ADJACENCIES.map((adjacency) => {
    const parts = events.map((event) => ({
      loss: discretise(event, adjacency, interval),
      count: event.count,
    }));
    return epsilonOf(compose(parts), delta, interval);
  });
  return { epsilon: Math.max(...epsilons) };
}

/**
 * δ(ε) = P(loss > ε) − e^ε Q(loss > ε) of one use, the "hockey stick". With t where the loss reaches ε,
 * t = σ² ln((e^±ε − 1 + q) / q) + ½, both probabilities are normal tails.
 */
function hockeyStick(
  { noiseMultiplier: sigma, sampleRate: q }: SampledGaussian,
  adjacency: Adjacency,
  epsilon: number,
): number {
  const sign = adjacency === "remove" ? 1 : -1;
  // e^±ε − (1 − q), without losing what is left when ε is near 0 or at the loss's end
  const excess = Math.expm1(sign * epsilon) + q;
  if (excess <= 0) return adjacency === "remove" ? Math.max(0, -Math.expm1(epsilon)) : 0;
  const t = sigma ** 2 * Math.log(excess / q) + 0.5;
  const delta =
    adjacency === "remove"
      ? q * normalCdf((1 - t) / sigma) - excess * normalCdf(-t / sigma)
      : // Here excess = e^−ε − 1 + q, so that 1 − e^ε (1 − q) = e^ε · excess.
        Math.exp(epsilon) * (excess * normalCdf(t / sigma) - q * normalCdf((t - 1) / sigma));
  return Math.min(1, Math.max(0, delta));
}

/** The loss at x, which grows ("remove") or falls ("add") with x. */
function lossAt({ noiseMultiplier, sampleRate }: SampledGaussian, adjacency: Adjacency, x: number): number {
  const ratio = (2 * x - 1) / (2 * noiseMultiplier ** 2);
  // ln(1 + q (e^ratio − 1)), which does not overflow for a large ratio
  const loss =
    ratio < 30
      ? Math.log1p(sampleRate * Math.expm1(ratio))
      : ratio + Math.log(sampleRate + (1 - sampleRate) * Math.exp(-ratio));
  return adjacency === "remove" ? loss : -loss;
}

/**
 * The dots εᵢ on the grid, and masses pᵢ with which the discrete profile meets δ(εᵢ) in each dot: between two dots a profile of
 * dots is a straight line in e^ε, so pᵢ = (δᵢ₋₁ − δᵢ) / (1 − e^−h) − (δᵢ − δᵢ₊₁) / (e^h − 1).
 */
function discretise(event: SampledGaussian, adjacency: Adjacency, interval: number): LossDistribution {
  // P is N(0, σ²), or that and N(1, σ²): outside of these x lies less than NOISE_TAIL of either.
  const reach = 10.2 * event.noiseMultiplier;
  const ends = [-reach, reach + 1].map((x) => lossAt(event, adjacency, x));
  const start = Math.floor(Math.min(...ends) / interval);
  const stop = Math.ceil(Math.max(...ends) / interval);
  checkPoints(stop - start + 1, event);
  const deltas = new Float64Array(stop - start + 1);
  for (let i = 0; i < deltas.length; i++) {
    const delta = hockeyStick(event, adjacency, (start + i) * interval);
    deltas[i] = i === 0 ? delta : Math.min(delta, deltas[i - 1]!); // rounding must not let it rise
  }
  const last = deltas.length - 1;
  const masses = new Float64Array(deltas.length);
  for (let i = 1; i <= last; i++) {
    const before = (deltas[i - 1]! - deltas[i]!) / -Math.expm1(-interval);
    const after = i === last ? 0 : (deltas[i]! - deltas[i + 1]!) / Math.expm1(interval);
    masses[i] = Math.max(0, before - after);
  }
  masses[0] = last === 0 ? 1 - deltas[0]! : 1 - deltas[0]! - (deltas[0]! - deltas[1]!) / Math.expm1(interval);
  masses[0] = Math.max(0, masses[0]);
  return { start, masses, infinite: Math.max(deltas[last]!, NOISE_TAIL) };
}

/** The distribution of the sum of all losses: the product of their transforms' powers. */
function compose(parts: readonly { loss: LossDistribution; count: number }[]): LossDistribution {
  const { low, high } = bounds(parts);
  const length =
    2 ** Math.ceil(Math.log2(Math.max(high - low + 1, ...parts.map(({ loss }) => loss.masses.length))));
  checkPoints(length);
  let product: Complex | undefined;
  let [offset, infinite] = [0, 0];
  for (const { loss, count } of parts) {
    const transform = { real: new Float64Array(length), imaginary: new Float64Array(length) };
    transform.real.set(loss.masses);
    fourierTransform(transform, "forward");
    raise(transform, count);
    if (product === undefined) product = transform;
    else multiply(product, transform);
    offset += loss.start * count;
    infinite = 1 - (1 - infinite) * Math.exp(count * Math.log1p(-loss.infinite));
  }
  fourierTransform(product!, "inverse");
  // The transform's indices are those of the sum modulo its length; here from `low` on.
  const first = (((low - offset) % length) + length) % length;
  const masses = new Float64Array(high - low + 1);
  for (let i = 0; i < masses.length; i++)
    masses[i] = Math.max(0, product!.real[(first + i) % length]! / length);
  return { start: low, masses, infinite: infinite + TAIL };
}

/** Where all but TAIL of the sum lies, by Chernoff's bound P(sum ≥ b) ≤ E[e^(s · sum)] / e^(s b) for the best s of many. */
function bounds(parts: readonly { loss: LossDistribution; count: number }[]): { low: number; high: number } {
  const sum = (of: (part: (typeof parts)[number]) => number) =>
    parts.reduce((total, part) => total + of(part), 0);
  let low = sum(({ loss, count }) => loss.start * count);
  let high = sum(({ loss, count }) => (loss.start + loss.masses.length - 1) * count);
  const margin = Math.log(2 / TAIL);
  const longest = Math.max(...parts.map(({ loss }) => loss.masses.length));
  for (let power = 6; power >= -14; power--) {
    const slope = (20 * 2 ** power) / longest;
    for (const s of [slope, -slope]) {
      const logMoment = sum(({ loss, count }) => count * logMomentOf(loss, s));
      const bound = (logMoment + margin) / s;
      if (!Number.isFinite(bound)) continue;
      if (s > 0) high = Math.min(high, Math.ceil(bound));
      else low = Math.max(low, Math.floor(bound));
    }
  }
  return { low, high };
}

/** ln E[e^(s · loss)], with losses counted in points of the grid. */
function logMomentOf({ start, masses }: LossDistribution, s: number): number {
  // From the end where e^(s · i) is largest, by Horner's rule: it never exceeds 1.
  const last = masses.length - 1;
  const factor = Math.exp(-Math.abs(s));
  let sum = 0;
  for (let i = 0; i <= last; i++) sum = sum * factor + masses[s > 0 ? i : last - i]!;
  return Math.log(sum) + (s > 0 ? s * last : 0) + s * start;
}

function raise({ real, imaginary }: Complex, power: number): void {
  for (let i = 0; i < real.length; i++) {
    const size = Math.sqrt(real[i]! ** 2 + imaginary[i]! ** 2) ** power;
    const angle = Math.atan2(imaginary[i]!, real[i]!) * power;
    real[i] = size * Math.cos(angle);
    imaginary[i] = size * Math.sin(angle);
  }
}

function multiply(into: Complex, by: Complex): void {
  for (let i = 0; i < into.real.length; i++) {
    const real = into.real[i]!;
    const imaginary = into.imaginary[i]!;
    into.real[i] = real * by.real[i]! - imaginary * by.imaginary[i]!;
    into.imaginary[i] = real * by.imaginary[i]! + imaginary * by.real[i]!;
  }
}

/** The least ε ≥ 0 with δ(ε) = ∞'s mass + Σ_{loss > ε} p (1 − e^(ε − loss)) ≤ δ, from the largest loss downwards. */
function epsilonOf({ start, masses, infinite }: LossDistribution, delta: number, interval: number): number {
  if (infinite > delta) return Infinity;
  let upper = infinite; // Σ p over larger losses, those without bound among them
  let lower = 0; // Σ p e^−loss over larger losses
  for (let i = masses.length - 1; i >= 0; i--) {
    const loss = (start + i) * interval;
    // Between this dot and the next larger one δ(ε) = upper − e^ε lower.
    if (upper > delta && upper - Math.exp(loss) * lower > delta)
      return Math.max(0, Math.log((upper - delta) / lower));
    if (loss < 0) return 0;
    upper += masses[i]!;
    lower += masses[i]! * Math.exp(-loss);
  }
  return upper > delta ? Math.max(0, Math.log((upper - delta) / lower)) : 0;
}

function checkPoints(points: number, event?: SampledGaussian): void {
  if (points <= MOST_POINTS) return;
  throw new OptionError(
    `pldEpsilon: ${event === undefined ? "the sum of all losses" : `noiseMultiplier ${event.noiseMultiplier}`} needs ` +
      `${points} points of the grid. Take a larger interval (0.001), or more noise: an ε in the hundreds protects nothing.`,
  );
}
