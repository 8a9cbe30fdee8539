/** What is made of the words: uniforms, normals, integers, permutations. Bounds are four to five standard errors. */
import { Random } from "../../lib/core/random.ts";

const COUNT = 100_000;

function moments(values: ArrayLike<number>) {
  const mean = (power: number, centre = 0) =>
    Array.from(values).reduce((sum, value) => sum + (value - centre) ** power, 0) / values.length;
  const centre = mean(1);
  const variance = mean(2, centre);
  return {
    mean: centre,
    variance,
    skewness: mean(3, centre) / variance ** 1.5,
    kurtosis: mean(4, centre) / variance ** 2,
  };
}

test("uniforms have the moments of [0, 1)", () => {
  const values = new Random(11).uniforms(COUNT);
  const { mean, variance, kurtosis } = moments(values);
  expect(Math.abs(mean - 1 / 2)).toBeLessThan(5 * Math.sqrt(1 / 12 / COUNT));
  expect(Math.abs(variance - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / COUNT));
  expect(Math.abs(kurtosis - 9 / 5)).toBeLessThan(0.02);
  expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
});

test("uniforms of an interval fill it", () => {
  const values = new Random(11).uniforms(COUNT, -3, 5);
  expect(Math.min(...values.subarray(0, 50_000))).toBeLessThan(-2.99);
  expect(Math.max(...values.subarray(0, 50_000))).toBeGreaterThan(4.99);
  expect(values.every((value) => value >= -3 && value <= 5)).toBe(true);
});

test("normals have the moments of N(0, 1) and its tails", () => {
  const values = new Random(12).normals(COUNT);
  const { mean, variance, skewness, kurtosis } = moments(values);
  expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(COUNT));
  expect(Math.abs(variance - 1)).toBeLessThan(5 * Math.sqrt(2 / COUNT));
  expect(Math.abs(skewness)).toBeLessThan(5 * Math.sqrt(6 / COUNT));
  expect(Math.abs(kurtosis - 3)).toBeLessThan(5 * Math.sqrt(24 / COUNT));
  // P(|z| < 1, 2, 3), from any table
  for (const [bound, share] of [
    [1, 0.6826895],
    [2, 0.9544997],
    [3, 0.9973002],
  ] as const) {
    const within = values.filter((value) => Math.abs(value) < bound).length / COUNT;
    expect(Math.abs(within - share)).toBeLessThan(5 * Math.sqrt((share * (1 - share)) / COUNT));
  }
});

test("the two normals of a pair are uncorrelated", () => {
  const values = new Random(12).normals(COUNT);
  let sum = 0;
  for (let i = 0; i < COUNT; i += 2) sum += values[i]! * values[i + 1]!;
  expect(Math.abs(sum / (COUNT / 2))).toBeLessThan(5 / Math.sqrt(COUNT / 2));
});

test("integers below a bound are equally frequent (chi-squared, 9 degrees of freedom)", () => {
  const rng = new Random(13);
  const counts = new Array<number>(10).fill(0);
  for (let i = 0; i < COUNT; i++) counts[rng.integer(10)]!++;
  const expected = COUNT / 10;
  const chiSquared = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  expect(chiSquared).toBeLessThan(27.88); // exceeded once in a thousand seeds
  expect(rng.integer(1)).toBe(0);
  expect(rng.integer(2 ** 32)).toBeLessThan(2 ** 32);
});

test("a permutation has each number once, and each order of four is equally frequent", () => {
  const rng = new Random(14);
  expect(Array.from(rng.permutation(1000)).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 1000 }, (_, i) => i),
  );
  expect(rng.permutation(0)).toEqual(new Uint32Array(0));
  expect(rng.permutation(1)).toEqual(Uint32Array.of(0));
  const counts = new Map<string, number>();
  for (let i = 0; i < 24_000; i++) {
    const order = rng.permutation(4).join("");
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  expect(counts.size).toBe(24);
  const chiSquared = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
  expect(chiSquared).toBeLessThan(49.73); // 23 degrees of freedom, once in a thousand
});

test.each([-1, 0.5, NaN, Infinity, 2 ** 53])("seed %p is refused", (seed) => {
  expect(() => new Random(seed)).toThrow(RangeError);
  expect(() => new Random(seed)).toThrow(
    `seed: expected an integer from 0 to 2^53 − 1, got ${seed}. Try new Random(1).`,
  );
});

test.each([0, -1, 2.5, 2 ** 32 + 1])("an integer below %p is refused", (bound) => {
  expect(() => new Random(1).integer(bound)).toThrow(`expected an integer from 1 to 2^32, got ${bound}`);
});

test.each([-1, 2.5, 2 ** 32])("a permutation of %p is refused", (count) => {
  expect(() => new Random(1).permutation(count)).toThrow(
    `expected an integer from 0 to 2^32 − 1, got ${count}`,
  );
});
