/** Tests of randomness. Their bounds are passed by honest draws with probability above 0.9999. */
import { Mismatch } from "../../../grading/contract.ts";
import { show } from "../compare.ts";

/** Kolmogorov and Smirnov: the largest distance between the sample's distribution function and the given one, times √n. */
export function kolmogorov(sample: number[], distribution: (x: number) => number): number {
  const sorted = [...sample].sort((a, b) => a - b);
  const n = sorted.length;
  let largest = 0;
  sorted.forEach((x, i) => {
    largest = Math.max(largest, Math.abs(distribution(x) - i / n), Math.abs((i + 1) / n - distribution(x)));
  });
  return largest * Math.sqrt(n);
}

/** P(√n · distance > 2.3) is 2·exp(−2 · 2.3²) = 0.00005 where the distribution is the right one. */
export function expectDistributed(sample: number[], distribution: (x: number) => number, name: string): void {
  const distance = kolmogorov(sample, distribution);
  if (!(distance < 2.3))
    throw new Mismatch(
      `numbers distributed as ${name}`,
      `a Kolmogorov–Smirnov distance of ${show(distance)}/√n`,
    );
}

/** Standard normal distribution function, error below 7.5e-8 (Abramowitz and Stegun 1964, 26.2.17). */
export function normalDistribution(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const polynomial =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const upper = (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * polynomial;
  return x >= 0 ? 1 - upper : upper;
}

export function correlation(a: number[], b: number[]): number {
  const centre = (values: number[]) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.map((value) => value - mean);
  };
  const [x, y] = [centre(a), centre(b)];
  const product = (u: number[], v: number[]) => u.reduce((sum, value, i) => sum + value * v[i]!, 0);
  return product(x, y) / Math.sqrt(product(x, x) * product(y, y));
}
