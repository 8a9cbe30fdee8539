/** Eigenvalues and eigenvectors of symmetric matrices, in double precision. */

export interface SymmetricEigen {
  /** In no order. */
  values: Float64Array;
  /** Row i belongs to value i: size × size, row by row. */
  vectors: Float64Array;
}

/** Sweeps after which a matrix is taken as it is; convergence is quadratic, a dozen do for hundreds of rows. */
const MOST_SWEEPS = 60;

/**
 * Jacobi's method (1846), cyclic: turns that make one pair of off-diagonal elements zero, over all pairs, until nothing is left. Slower
 * than tridiagonalisation (n³ a sweep), as accurate as any, and short.
 *
 * @param matrix symmetric, size × size, row by row
 */
export function symmetricEigen(matrix: Float64Array, size: number): SymmetricEigen {
  const a = Float64Array.from(matrix);
  const vectors = new Float64Array(size * size);
  for (let i = 0; i < size; i++) vectors[i * size + i] = 1;
  const scale = a.reduce((sum, value) => sum + value * value, 0);
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let rest = 0;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rest += a[p * size + q]! ** 2;
    if (rest <= 1e-30 * scale) break;
    for (let p = 0; p < size; p++)
      for (let q = p + 1; q < size; q++) if (a[p * size + q] !== 0) turn(a, vectors, size, p, q);
  }
  return { values: Float64Array.from({ length: size }, (_, i) => a[i * size + i]!), vectors };
}

/** One turn in the plane of p and q (Golub & Van Loan, Matrix Computations, section 8.5.2). */
function turn(a: Float64Array, vectors: Float64Array, size: number, p: number, q: number): void {
  const [pp, qq, pq] = [a[p * size + p]!, a[q * size + q]!, a[p * size + q]!];
  const theta = (qq - pp) / (2 * pq);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const cosine = 1 / Math.sqrt(t * t + 1);
  const sine = t * cosine;
  for (let k = 0; k < size; k++) {
    const [x, y] = [a[p * size + k]!, a[q * size + k]!];
    a[p * size + k] = cosine * x - sine * y;
    a[q * size + k] = sine * x + cosine * y;
    const [u, v] = [vectors[p * size + k]!, vectors[q * size + k]!];
    vectors[p * size + k] = cosine * u - sine * v;
    vectors[q * size + k] = sine * u + cosine * v;
  }
  // The matrix stays symmetric: columns p and q are rows p and q, but for the four elements where they meet.
  for (let k = 0; k < size; k++) {
    a[k * size + p] = a[p * size + k]!;
    a[k * size + q] = a[q * size + k]!;
  }
  a[p * size + p] = pp - t * pq;
  a[q * size + q] = qq + t * pq;
  a[p * size + q] = a[q * size + p] = 0;
}
