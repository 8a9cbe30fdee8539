import { Random } from "../../lib/core/random.ts";
import type { Point } from "../../lib/notebook/series.ts";
import { keepExtremes, smooth } from "../../lib/notebook/thin-out.ts";

const line = (ys: (number | null)[]): Point[] => ys.map((y, i) => ({ x: i, y }));

test("few points stay as they are", () => {
  const points = line([1, null, 3]);
  expect(keepExtremes(points, 3)).toBe(points);
});

test.each([4, 10, 100, 599])(
  "at most about %p points stay, in order, all of them points that were there",
  (maxPoints) => {
    const points = line(Array.from(new Random(1).normals(10_000)));
    const kept = keepExtremes(points, maxPoints);
    expect(kept.length).toBeLessThanOrEqual(maxPoints + 2);
    expect(kept.length).toBeGreaterThan(maxPoints / 3);
    expect(kept.every(({ x, y }) => points[x]!.y === y)).toBe(true);
    const xs = kept.map(({ x }) => x);
    expect(xs).toEqual([...new Set(xs)].sort((a, b) => a - b));
  },
);

test("the lowest and the highest of all stay, wherever they are", () => {
  for (let at = 0; at < 1000; at += 37) {
    const ys = new Array<number>(1000).fill(0);
    ys[at] = 5;
    ys[999 - at] = -5;
    const kept = keepExtremes(line(ys), 20).map(({ y }) => y);
    expect(kept).toEqual(expect.arrayContaining([5, -5]));
  }
});

test("a gap stays a gap, but one for each stretch", () => {
  const kept = keepExtremes(line(new Array<null>(1000).fill(null)), 100);
  expect(kept.length).toBe(50);
  expect(kept.every(({ y }) => y === null)).toBe(true);
});

test("the mean of a constant is that constant from the first step on", () => {
  expect(smooth(line([3, 3, 3]), 0.9).every(({ y }) => Math.abs(y! - 3) < 1e-12)).toBe(true);
});

test("the mean is the weighted mean of all before, computed anew", () => {
  const ys = Array.from(new Random(2).normals(50));
  const weight = 0.8;
  smooth(line(ys), weight).forEach(({ y }, i) => {
    const weights = ys.slice(0, i + 1).map((_, j) => weight ** (i - j));
    const sum = weights.reduce((total, each, j) => total + each * ys[j]!, 0);
    expect(y).toBeCloseTo(sum / weights.reduce((a, b) => a + b), 10);
  });
});

test("a gap stays a gap in the mean, which goes on after it", () => {
  expect(smooth(line([null, 2, null, 2]), 0.5).map(({ y }) => y)).toEqual([null, 2, null, 2]);
});
