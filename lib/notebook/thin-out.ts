/** Fewer points for the same picture: a screen has some hundred columns, a training may have a million steps. */
import type { Point } from "./series";

/**
 * At most about `maxPoints` points that draw the same outline: of each stretch the lowest and the highest, and one gap
 * where the stretch has any. Spikes, which matter in a training, stay visible; a plain every-tenth would lose them.
 */
export function keepExtremes(points: readonly Point[], maxPoints: number): readonly Point[] {
  if (points.length <= maxPoints) return points;
  const stretch = Math.ceil((2 * points.length) / maxPoints);
  const kept: Point[] = [];
  for (let start = 0; start < points.length; start += stretch) {
    const part = points.slice(start, start + stretch);
    const numbers = part.filter((point): point is { x: number; y: number } => point.y !== null);
    const chosen = new Set<Point | undefined>([part.find(({ y }) => y === null)]);
    if (numbers.length > 0) {
      chosen.add(numbers.reduce((low, point) => (point.y < low.y ? point : low)));
      chosen.add(numbers.reduce((high, point) => (point.y > high.y ? point : high)));
    }
    kept.push(...part.filter((point) => chosen.has(point)));
  }
  return kept;
}

/**
 * Exponentially weighted mean, mᵢ = (1 − w) Σⱼ wʲ yᵢ₋ⱼ / (1 − wⁱ): the division takes out the bias of the first steps, as
 * in Adam (Kingma & Ba 2015, §3). Gaps stay gaps.
 */
export function smooth(points: readonly Point[], weight: number): Point[] {
  let mean = 0;
  let mass = 0;
  return points.map(({ x, y }) => {
    if (y === null) return { x, y };
    mean = weight * mean + (1 - weight) * y;
    mass = weight * mass + (1 - weight);
    return { x, y: mean / mass };
  });
}
