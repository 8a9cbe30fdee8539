/** Where points of the plane lie thick, as pixels: the figure of Metz et al. 2017. */
import { OptionError, ShapeError } from "../core/errors";

export interface DensityOptions {
  /** What the picture spans along both axes, [lowest, highest]. Points beyond are not drawn. */
  domain: readonly [number, number];
  /** Height and width of a picture in pixels. */
  side?: number;
  /** Standard deviation of the Gaussian that each point is drawn as, in units of the domain; unless told, 1.2 % of its length. */
  bandwidth?: number;
}

export const densityDefaults = { side: 160 } satisfies Partial<DensityOptions>;

/** Bytes of pictures (count, side, side, 3), for `imageGrid` and `animation`. */
export interface DensityPictures {
  pixels: Uint8Array;
  shape: [count: number, height: number, width: number, channels: number];
}

/** From nothing to the thickest, as red, green and blue: white, and ever darker blues about the palette's first. */
const ramp = [
  [255, 255, 255],
  [190, 219, 240],
  [31, 134, 201],
  [8, 48, 107],
] as const;

/**
 * Kernel density estimates, a picture for each set of points, the y axis upwards. The colour is that of √(density / highest of the picture), so
 * that thin smears between the modes are seen.
 *
 * @param sets each (count, 2) row by row: x₀, y₀, x₁, y₁, …
 * @throws ShapeError where they are no pairs
 * @throws OptionError where an option makes no sense
 */
export function densityPictures(
  sets: readonly ArrayLike<number>[],
  options: DensityOptions,
): DensityPictures {
  const { domain, side, bandwidth } = {
    ...densityDefaults,
    bandwidth: 0.012 * (options.domain[1] - options.domain[0]),
    ...options,
  };
  if (!(domain[1] > domain[0]))
    throw new OptionError(`densityPictures: domain: expected [lowest, highest], got [${domain.join(", ")}].`);
  if (!Number.isInteger(side) || side < 1)
    throw new OptionError(`densityPictures: side: expected an integer ≥ 1, got ${side}.`);
  if (!(bandwidth > 0))
    throw new OptionError(`densityPictures: bandwidth: expected a number above 0, got ${bandwidth}.`);
  const kernel = gaussianKernel((bandwidth * side) / (domain[1] - domain[0]));
  const pixels = new Uint8Array(sets.length * side * side * 3);
  sets.forEach((points, i) => {
    if (points.length % 2 !== 0)
      throw new ShapeError(
        `densityPictures: points: expected x₀, y₀, x₁, y₁, …, got ${points.length} values.`,
      );
    const counts = countPoints(points, domain, side);
    const density = blur(transpose(blur(counts, side, kernel), side), side, kernel); // (x, y): transposed
    paint(transpose(density, side), pixels.subarray(i * side * side * 3, (i + 1) * side * side * 3));
  });
  return { pixels, shape: [sets.length, side, side, 3] };
}

/** Weights at −r … r, of sum 1. */
function gaussianKernel(std: number): Float64Array {
  const radius = Math.max(1, Math.ceil(3 * std));
  const weights = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-0.5 * ((i - radius) / std) ** 2),
  );
  const sum = weights.reduce((a, b) => a + b);
  return weights.map((weight) => weight / sum);
}

/** Points in each pixel (side, side), the highest y first. */
function countPoints(
  points: ArrayLike<number>,
  [low, high]: readonly [number, number],
  side: number,
): Float64Array {
  const counts = new Float64Array(side * side);
  const place = (value: number) => Math.floor(((value - low) / (high - low)) * side);
  for (let i = 0; i < points.length; i += 2) {
    const [column, row] = [place(points[i]!), side - 1 - place(points[i + 1]!)];
    if (column >= 0 && column < side && row >= 0 && row < side) counts[row * side + column]!++;
  }
  return counts;
}

/** Along the rows; what the kernel reaches beyond the picture is nothing. */
function blur(image: Float64Array, side: number, kernel: Float64Array): Float64Array {
  const radius = (kernel.length - 1) / 2;
  return image.map((_, i) => {
    const column = i % side;
    let sum = 0;
    for (let k = Math.max(-radius, -column); k <= Math.min(radius, side - 1 - column); k++)
      sum += kernel[radius + k]! * image[i + k]!;
    return sum;
  });
}

function transpose(image: Float64Array, side: number): Float64Array {
  return image.map((_, i) => image[(i % side) * side + Math.floor(i / side)]!);
}

function paint(density: Float64Array, pixels: Uint8Array): void {
  const highest = density.reduce((a, b) => Math.max(a, b), 0);
  density.forEach((value, i) => {
    const place = highest === 0 ? 0 : Math.sqrt(value / highest) * (ramp.length - 1);
    const below = Math.min(ramp.length - 2, Math.floor(place));
    for (let channel = 0; channel < 3; channel++) {
      const [from, to] = [ramp[below]![channel]!, ramp[below + 1]![channel]!];
      pixels[3 * i + channel] = Math.round(from + (place - below) * (to - from));
    }
  });
}
