/** The Fréchet distance equals the one by scipy's sqrtm (tests/fixtures/frechet/make-frechet.py). */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ShapeError } from "../../lib/core/errors.ts";
import { Random } from "../../lib/core/random.ts";
import { tf } from "../../lib/core/tf.ts";
import { fitGaussian, frechetDistance } from "../../lib/metrics/frechet.ts";
import { symmetricEigen } from "../../lib/metrics/symmetric-eigen.ts";

interface Fixture {
  pairs: { name: string; real: number[][]; fake: number[][]; distance: number }[];
  eigen: { matrix: number[]; values: number[] };
}
const path = join(import.meta.dirname, "../fixtures/frechet/frechet.json");
const { pairs, eigen } = JSON.parse(readFileSync(path, "utf8")) as Fixture;

test.each(pairs)("of features $name is scipy's", async ({ real, fake, distance }) => {
  const [a, b] = [tf.tensor2d(real), tf.tensor2d(fake)];
  const before = tf.memory().numTensors;
  const ours = await frechetDistance(a, b);
  expect(Math.abs(ours - distance)).toBeLessThan(1e-7 * Math.max(1, distance));
  // Symmetric, and the same from fitted Gaussians.
  expect(await frechetDistance(await fitGaussian(b), a)).toBeCloseTo(ours, 6);
  expect(tf.memory().numTensors).toBe(before);
  tf.dispose([a, b]);
});

test("is 0 between a set and itself, also where the covariance has no full rank", async () => {
  const few = tf.tensor2d(new Random(1).normals(5 * 20), [5, 20]);
  expect(await frechetDistance(few, few)).toBeLessThan(1e-6);
});

test("of two normal distributions on a line is (μ₁ − μ₂)² + (σ₁ − σ₂)²", async () => {
  const line = (mean: number, variance: number) => ({
    mean: Float64Array.of(mean),
    covariance: Float64Array.of(variance),
  });
  expect(await frechetDistance(line(1, 4), line(-2, 0.25))).toBeCloseTo(9 + 1.5 ** 2, 12);
});

test("eigenvalues are numpy's, and the vectors make the matrix again", () => {
  const size = 12;
  const { values, vectors } = symmetricEigen(Float64Array.from(eigen.matrix), size);
  const sorted = values.toSorted((a, b) => a - b);
  eigen.values.forEach((value, i) => expect(sorted[i]).toBeCloseTo(value, 10));
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) {
      let sum = 0;
      for (let k = 0; k < size; k++) sum += values[k]! * vectors[k * size + i]! * vectors[k * size + j]!;
      expect(sum).toBeCloseTo(eigen.matrix[i * size + j]!, 10);
    }
});

test("one row, and features of different sizes, are refused", async () => {
  await expect(fitGaussian(tf.zeros([1, 3]))).rejects.toThrow(ShapeError);
  await expect(frechetDistance(tf.zeros([4, 3]), tf.zeros([4, 2]))).rejects.toThrow(
    "expected features of one size, got 3 and 2",
  );
});
