import { OptionError } from "../../lib/core/errors.ts";
import { Random } from "../../lib/core/random.ts";
import { randomKey } from "../../lib/core/random-ops.ts";
import { tf } from "../../lib/core/tf.ts";
import { gridOfGaussians, ringOfGaussians, sampleMixture } from "../../lib/data/gaussian-mixtures.ts";
import { mixtureBatch } from "../../lib/data/tensors.ts";

test("the eight-mode ring has eight distinct modes, equally far from their neighbours", () => {
  const { modes, std } = ringOfGaussians();
  expect(std).toBe(0.01);
  expect(new Set(modes.map(([x, y]) => `${x.toFixed(6)},${y.toFixed(6)}`)).size).toBe(8);
  modes.forEach(([x, y], i) => {
    expect(Math.hypot(x, y)).toBeCloseTo(1, 12);
    const [nextX, nextY] = modes[(i + 1) % 8]!;
    // The side of a regular octagon in the unit circle.
    expect(Math.hypot(nextX - x, nextY - y)).toBeCloseTo(2 * Math.sin(Math.PI / 8), 12);
  });
});

test("the grid has the 25 means of PacGAN's code", () => {
  const { modes, std } = gridOfGaussians();
  const along = [-4, -2, 0, 2, 4];
  expect(std).toBe(0.05);
  expect(modes).toHaveLength(25);
  for (const x of along) for (const y of along) expect(modes).toContainEqual([x, y]);
});

/** Points per mode, and the mean square distance to it along an axis. */
function summarise(points: ArrayLike<number>, modes: readonly (readonly [number, number])[]) {
  const counts = modes.map(() => 0);
  let squares = 0;
  for (let i = 0; i < points.length; i += 2) {
    const distances = modes.map(([x, y]) => (points[i]! - x) ** 2 + (points[i + 1]! - y) ** 2);
    const least = Math.min(...distances);
    counts[distances.indexOf(least)]!++;
    squares += least;
  }
  return { counts, variance: squares / points.length };
}

test.each(["in JavaScript", "by a key"])(
  "points drawn %s: modes equally likely, of the mixture's spread",
  (how) => {
    const mixture = ringOfGaussians();
    const count = 16_000;
    const points =
      how === "by a key"
        ? mixtureBatch(randomKey(new Random(3)), mixture, count).dataSync()
        : sampleMixture(mixture, count, new Random(3));
    expect(points).toHaveLength(2 * count);
    const { counts, variance } = summarise(points, mixture.modes);
    const expected = count / 8;
    const chiSquare = counts.reduce((sum, seen) => sum + (seen - expected) ** 2 / expected, 0);
    expect(chiSquare).toBeLessThan(24.3); // 99.9 % of the χ² distribution with 7 degrees of freedom
    // The variance of a mean of 2n squares is σ⁴ / n: four standard errors.
    expect(Math.abs(variance / mixture.std ** 2 - 1)).toBeLessThan(4 / Math.sqrt(count));
  },
);

test("the same key gives the same points, another stream others", () => {
  const key = randomKey(new Random(3));
  const draw = (stream?: number) => Array.from(mixtureBatch(key, ringOfGaussians(), 5, stream).dataSync());
  expect(draw()).toEqual(draw(0));
  expect(draw(2)).not.toEqual(draw(0));
  const before = tf.memory().numTensors;
  mixtureBatch(key, ringOfGaussians(), 5).dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test("options that make no mixture are refused", () => {
  expect(() => ringOfGaussians({ modes: 0 })).toThrow(OptionError);
  expect(() => ringOfGaussians({ std: -1 })).toThrow("std: expected a length above 0, got -1");
  expect(() => gridOfGaussians({ side: 2.5 })).toThrow("side: expected a positive whole number, got 2.5");
});
