/** How alike two pictures are to the eye: structure (SSIM). */
import { ShapeError } from "../core/errors";
import type { ImageBatch } from "../data/images";

export interface SsimOptions {
  /** Difference between black and white. */
  dataRange?: number;
  /** Variances with n − 1 instead of n, n being the window's pixels; scikit-image's default, not the paper's. */
  sampleCovariance?: boolean;
}

export const ssimDefaults = { dataRange: 1, sampleCovariance: false } satisfies SsimOptions;

/** The paper's window: a Gaussian of 1.5 pixels, cut off after 5. */
const SIGMA = 1.5;
const RADIUS = 5;
const WINDOW = gaussianWindow();

/**
 * Structural similarity (Wang, Bovik, Sheikh & Simoncelli 2004) of each pair of pictures: with means μ, variances σ² and the
 * covariance in a Gaussian window about each pixel,
 *
 *     (2 μ_x μ_y + C₁)(2 σ_xy + C₂) / ((μ_x² + μ_y² + C₁)(σ_x² + σ_y² + C₂)),  C₁ = (0.01 range)², C₂ = (0.03 range)²,
 *
 * and its mean over all windows that lie inside, and over the channels. 1 for equal pictures. It is scikit-image's
 * structural_similarity(x, y, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, channel_axis=-1).
 *
 * @returns one number for each pair
 * @throws ShapeError where the shapes differ, or a side is shorter than the window's 11 pixels
 */
export function structuralSimilarity(
  first: ImageBatch,
  second: ImageBatch,
  options: SsimOptions = {},
): Float64Array {
  const settings = { ...ssimDefaults, ...options };
  checkPair("structuralSimilarity", first, second);
  const [count, height, width, channels] = first.shape;
  const side = 2 * RADIUS + 1;
  if (height < side || width < side)
    throw new ShapeError(
      `structuralSimilarity: expected sides of at least ${side}, got (${first.shape.join(", ")}).`,
    );
  const size = height * width;
  const planes = [new Float64Array(size), new Float64Array(size)] as const;
  return Float64Array.from({ length: count }, (_, image) => {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) {
      for (let i = 0; i < size; i++) {
        const source = (image * size + i) * channels + channel;
        planes[0][i] = first.pixels[source]!;
        planes[1][i] = second.pixels[source]!;
      }
      sum += planeSimilarity(...planes, { height, width, ...settings });
    }
    return sum / channels;
  });
}

/** @throws ShapeError where the shapes differ */
export function checkPair(name: string, first: ImageBatch, second: ImageBatch): void {
  if (first.shape.join() !== second.shape.join())
    throw new ShapeError(
      `${name}: expected two batches of one shape, got (${first.shape.join(", ")}) and (${second.shape.join(", ")}).`,
    );
}

interface Plane extends Required<SsimOptions> {
  height: number;
  width: number;
}

function planeSimilarity(x: Float64Array, y: Float64Array, plane: Plane): number {
  const { height, width, dataRange, sampleCovariance } = plane;
  const blur = (values: Float64Array) => windowMeans(values, height, width);
  const meanX = blur(x);
  const meanY = blur(y);
  const squareX = blur(x.map((value) => value * value));
  const squareY = blur(y.map((value) => value * value));
  const product = blur(x.map((value, i) => value * y[i]!));
  const windowSize = (2 * RADIUS + 1) ** 2;
  const correction = sampleCovariance ? windowSize / (windowSize - 1) : 1;
  const c1 = (0.01 * dataRange) ** 2;
  const c2 = (0.03 * dataRange) ** 2;
  let sum = 0;
  for (let i = 0; i < meanX.length; i++) {
    const mx = meanX[i]!;
    const my = meanY[i]!;
    const varianceX = correction * (squareX[i]! - mx * mx);
    const varianceY = correction * (squareY[i]! - my * my);
    const covariance = correction * (product[i]! - mx * my);
    sum +=
      ((2 * mx * my + c1) * (2 * covariance + c2)) /
      ((mx * mx + my * my + c1) * (varianceX + varianceY + c2));
  }
  return sum / meanX.length;
}

/** Weighted means of all windows that lie inside, (height − 10) × (width − 10). */
function windowMeans(values: Float64Array, height: number, width: number): Float64Array {
  const columns = width - 2 * RADIUS;
  const rows = height - 2 * RADIUS;
  const across = new Float64Array(height * columns);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let k = 0; k < WINDOW.length; k++) sum += WINDOW[k]! * values[row * width + column + k]!;
      across[row * columns + column] = sum;
    }
  const means = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let k = 0; k < WINDOW.length; k++) sum += WINDOW[k]! * across[(row + k) * columns + column]!;
      means[row * columns + column] = sum;
    }
  return means;
}

function gaussianWindow(): Float64Array {
  const weights = Float64Array.from({ length: 2 * RADIUS + 1 }, (_, i) =>
    Math.exp(-((i - RADIUS) ** 2) / (2 * SIGMA ** 2)),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}
