/** How far a set of images is from another: the Fréchet distance of Gaussians fitted to their features. */
import { ShapeError } from "../core/errors";
import type { tf } from "../core/tf";
import { symmetricEigen } from "./symmetric-eigen";

/** A normal distribution of features. */
export interface Gaussian {
  /** (size) */
  mean: Float64Array;
  /** (size, size), row by row. */
  covariance: Float64Array;
}

/**
 * The normal distribution with the features' mean and covariance (divided by count − 1), summed in double precision.
 *
 * @param features (count, size), such as a classifier's; more rows than columns, or the covariance has no full rank
 * @throws ShapeError where there are fewer than two rows
 */
export async function fitGaussian(features: tf.Tensor2D): Promise<Gaussian> {
  const [count, size] = features.shape;
  if (count < 2)
    throw new ShapeError(`fitGaussian: features: expected at least 2 rows, got (${count}, ${size}).`);
  const rows = await features.data<"float32">();
  const mean = new Float64Array(size);
  for (let i = 0; i < count; i++) for (let j = 0; j < size; j++) mean[j]! += rows[i * size + j]! / count;
  const covariance = new Float64Array(size * size);
  const centred = new Float64Array(size);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < size; j++) centred[j] = rows[i * size + j]! - mean[j]!;
    for (let j = 0; j < size; j++) {
      const weight = centred[j]! / (count - 1);
      for (let k = 0; k < size; k++) covariance[j * size + k]! += weight * centred[k]!;
    }
  }
  return { mean, covariance };
}

/**
 * The squared Fréchet distance (Dowson & Landau 1982), as in the Fréchet Inception Distance of Heusel et al. 2017, on whatever
 * features are given:
 *
 *     |μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2 (Σ₁ Σ₂)^½)
 *
 * 0 for equal distributions. It depends on the number of rows (fewer give more), so compare numbers of equal counts only, and of
 * equal features only: ours are not Inception's. The trace of the root is the sum of the roots of the eigenvalues of
 * Σ₁^½ Σ₂ Σ₁^½, which is symmetric; those that rounding makes negative count as 0.
 *
 * @param real features (count, size), or what fitGaussian made of them
 * @throws ShapeError where the two have features of different sizes
 */
export async function frechetDistance(
  real: tf.Tensor2D | Gaussian,
  fake: tf.Tensor2D | Gaussian,
): Promise<number> {
  return distance(await gaussianOf(real), await gaussianOf(fake));
}

const gaussianOf = async (side: tf.Tensor2D | Gaussian) => ("covariance" in side ? side : fitGaussian(side));

function distance(a: Gaussian, b: Gaussian): number {
  const size = a.mean.length;
  if (b.mean.length !== size)
    throw new ShapeError(
      `frechetDistance: expected features of one size, got ${size} and ${b.mean.length}. Are they of the same network?`,
    );
  const root = squareRoot(a.covariance, size);
  const product = multiply(multiply(root, b.covariance, size), root, size);
  const { values } = symmetricEigen(symmetrise(product, size), size);
  let sum = 0;
  for (let i = 0; i < size; i++) {
    sum += (a.mean[i]! - b.mean[i]!) ** 2 + a.covariance[i * size + i]! + b.covariance[i * size + i]!;
    sum -= 2 * Math.sqrt(Math.max(0, values[i]!));
  }
  return Math.max(0, sum);
}

/** Of a symmetric matrix without negative eigenvalues: V √Λ Vᵀ. */
function squareRoot(matrix: Float64Array, size: number): Float64Array {
  const { values, vectors } = symmetricEigen(matrix, size);
  const scaled = vectors.map((value, i) => value * Math.sqrt(Math.max(0, values[Math.floor(i / size)]!)));
  const result = new Float64Array(size * size);
  for (let k = 0; k < size; k++)
    for (let i = 0; i < size; i++) {
      const factor = vectors[k * size + i]!;
      for (let j = 0; j < size; j++) result[i * size + j]! += factor * scaled[k * size + j]!;
    }
  return result;
}

function multiply(a: Float64Array, b: Float64Array, size: number): Float64Array {
  const product = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let k = 0; k < size; k++) {
      const factor = a[i * size + k]!;
      for (let j = 0; j < size; j++) product[i * size + j]! += factor * b[k * size + j]!;
    }
  return product;
}

/** Rounding makes the two halves differ; their mean does not. */
function symmetrise(matrix: Float64Array, size: number): Float64Array {
  return matrix.map((value, i) => (value + matrix[(i % size) * size + Math.floor(i / size)]!) / 2);
}
