import type { Random } from "../core/random";

/**
 * Orthogonal first weights (Saxe et al. 2014): gain · Q, of whose rows or columns, whichever are fewer, each has length 1 and is
 * at right angles to the others. Normal numbers, made so by Gram and Schmidt's method.
 *
 * @returns (rows, columns) row by row
 */
export function orthogonalMatrix(rows: number, columns: number, gain: number, random: Random): Float32Array {
  const [count, length] = [Math.min(rows, columns), Math.max(rows, columns)];
  const vectors: Float64Array[] = [];
  for (let i = 0; i < count; i++) {
    const vector = Float64Array.from({ length }, () => random.normal());
    // Twice, since the first pass leaves what rounding leaves.
    for (let pass = 0; pass < 2; pass++)
      for (const other of vectors) {
        const part = dot(vector, other);
        for (let j = 0; j < length; j++) vector[j]! -= part * other[j]!;
      }
    const norm = Math.sqrt(dot(vector, vector));
    vectors.push(vector.map((value) => value / norm));
  }
  const matrix = new Float32Array(rows * columns);
  vectors.forEach((vector, i) =>
    vector.forEach((value, j) => {
      matrix[rows >= columns ? j * columns + i : i * columns + j] = gain * value;
    }),
  );
  return matrix;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
