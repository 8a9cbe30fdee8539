/** How much of a mixture a generator covers, as Srivastava et al. 2017 (VEEGAN, section 4.1) measure it. */
import { OptionError, ShapeError } from "../core/errors";
import type { GaussianMixture } from "../data/gaussian-mixtures";

/** How many points the published numbers are of. */
export const modeCoverageSamples = 2_500;

export interface ModeCoverage {
  /** Modes that are nearest to at least one high-quality point. */
  capturedModes: number;
  /** Part of the points that are of high quality, in [0, 1]. */
  highQuality: number;
  /** High-quality points at each mode, in the mixture's order. */
  counts: number[];
}

/**
 * Captured modes and high-quality points. A point is of high quality where its distance to the nearest mean is below
 * 3 standard deviations; of the mixture's own points 1 − e^(−9/2) = 98.9 % are.
 *
 * @param points (count, 2) row by row: the values of a generator's points; 2,500 of them to compare with published numbers
 * @throws ShapeError where they are no pairs
 * @throws OptionError where a coordinate is NaN or infinite
 */
export function modeCoverage(points: ArrayLike<number>, { modes, std }: GaussianMixture): ModeCoverage {
  if (points.length === 0 || points.length % 2 !== 0)
    throw new ShapeError(`modeCoverage: points: expected x₀, y₀, x₁, y₁, …, got ${points.length} values.`);
  const counts = modes.map(() => 0);
  let good = 0;
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = [points[i]!, points[i + 1]!];
    if (!Number.isFinite(x) || !Number.isFinite(y))
      throw new OptionError(
        `modeCoverage: expected finite points, got (${x}, ${y}) at place ${i / 2}. Has the training diverged?`,
      );
    let nearest = 0;
    let least = Infinity;
    for (let mode = 0; mode < modes.length; mode++) {
      const distance = Math.hypot(x - modes[mode]![0], y - modes[mode]![1]);
      if (distance < least) [nearest, least] = [mode, distance];
    }
    if (least < 3 * std) {
      counts[nearest]!++;
      good++;
    }
  }
  return {
    capturedModes: counts.filter((count) => count > 0).length,
    highQuality: (2 * good) / points.length,
    counts,
  };
}
