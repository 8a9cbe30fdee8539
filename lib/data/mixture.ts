/** A mixture of normals fitted to a histogram, so that the data themselves need not be seen twice (nor without noise). */

export interface Mode {
  weight: number;
  mean: number;
  deviation: number;
}

/** Counts of equal bins from low to high. */
export interface Histogram {
  low: number;
  high: number;
  counts: readonly number[];
}

export interface MixtureOptions {
  /** Normals to begin with. */
  most?: number;
  /** Normals that end with less weight are left out. */
  leastWeight?: number;
  rounds?: number;
}

export const mixtureDefaults = { most: 10, leastWeight: 0.01, rounds: 200 } satisfies MixtureOptions;

/**
 * Expectation–maximisation (Dempster, Laird & Rubin 1977) for a mixture of normals on the centres of a histogram's bins. It starts
 * from the quantiles, so that it is a function of the histogram alone. CTGAN (Xu et al. 2019) takes scikit-learn's variational
 * mixture for the same end, normalisation mode by mode; what matters there is that some mode is near each value.
 */
export function fitMixture({ low, high, counts }: Histogram, options: MixtureOptions = {}): Mode[] {
  const { most, leastWeight, rounds } = { ...mixtureDefaults, ...options };
  const width = (high - low) / counts.length;
  const bins = counts.flatMap((count, i) => (count > 0 ? [{ x: low + (i + 0.5) * width, count }] : []));
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  // Nothing to fit (noise drowned all counts): one mode over the whole range.
  if (total === 0) return [{ weight: 1, mean: (low + high) / 2, deviation: (high - low) / 4 }];
  let modes = startAtQuantiles(bins, total, most, (high - low) / (2 * most));
  for (let round = 0; round < rounds; round++) {
    const sums = modes.map(() => ({ weight: 0, first: 0, second: 0 }));
    for (const { x, count } of bins) {
      const shares = responsibilities(modes, x);
      shares.forEach((share, k) => {
        const sum = sums[k]!;
        sum.weight += count * share;
        sum.first += count * share * x;
        sum.second += count * share * x * x;
      });
    }
    modes = sums
      .filter(({ weight }) => weight > 1e-9 * total)
      .map(({ weight, first, second }) => {
        const mean = first / weight;
        const variance = Math.max(0, second / weight - mean * mean);
        // Not narrower than half a bin: the histogram knows nothing finer.
        return { weight: weight / total, mean, deviation: Math.max(Math.sqrt(variance), width / 2) };
      });
  }
  const kept = modes.filter(({ weight }) => weight >= leastWeight);
  const weight = kept.reduce((sum, mode) => sum + mode.weight, 0);
  return kept.map((mode) => ({ ...mode, weight: mode.weight / weight }));
}

/** The probability of each mode given x. */
export function responsibilities(modes: readonly Mode[], x: number): number[] {
  const logs = modes.map(
    ({ weight, mean, deviation }) => Math.log(weight / deviation) - ((x - mean) / deviation) ** 2 / 2,
  );
  const largest = Math.max(...logs);
  const terms = logs.map((log) => Math.exp(log - largest));
  const sum = terms.reduce((a, b) => a + b);
  return terms.map((term) => term / sum);
}

function startAtQuantiles(
  bins: readonly { x: number; count: number }[],
  total: number,
  most: number,
  deviation: number,
): Mode[] {
  const means = new Set<number>();
  let passed = 0;
  for (const { x, count } of bins) {
    passed += count;
    while (means.size < most && passed / total >= (means.size + 0.5) / most) {
      if (means.has(x)) break; // a bin of much mass: one mode is enough for it
      means.add(x);
    }
  }
  return [...means].map((mean) => ({ weight: 1 / means.size, mean, deviation }));
}
