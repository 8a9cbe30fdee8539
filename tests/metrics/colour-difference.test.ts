/** Against scikit-image (tests/fixtures/colour/make-colour.py) and the published pairs of Sharma, Wu & Dalal 2005. */
import { OptionError, ShapeError } from "../../lib/core/errors.ts";
import type { ImageBatch } from "../../lib/data/images.ts";
import { deltaE2000, deltaE76, histogramIntersection } from "../../lib/metrics/colour-difference.ts";
import { colours, largestGap, numbers } from "./colour-fixture.ts";

const [first, second] = [colours("lab1"), colours("lab2")];

test("ΔE of 1976 is scikit-image's", () => {
  expect(largestGap(deltaE76(first, second), numbers("deltaE76"))).toBeLessThan(2e-5);
});

test("ΔE of 2000 is scikit-image's, and the published one where hue is hard", () => {
  const values = deltaE2000(first, second);
  expect(largestGap(values, numbers("deltaE2000"))).toBeLessThan(2e-5);
  const published = numbers("sharma2000");
  expect(published.length).toBe(32);
  expect(largestGap(values.subarray(0, published.length), published)).toBeLessThan(1e-4);
});

test("both are 0 for equal colours and the same in both directions", () => {
  for (const difference of [deltaE76, deltaE2000]) {
    expect(largestGap(difference(first, first), new Float64Array(first.pixels.length / 3))).toBe(0);
    expect(largestGap(difference(first, second), difference(second, first))).toBeLessThan(1e-9);
  }
});

describe("histogramIntersection", () => {
  const picture = (...values: number[]): ImageBatch => ({
    pixels: Float32Array.from(values),
    shape: [1, 1, values.length / 3, 3],
  });
  const some = picture(50, 3.2, -7, 50, 3.9, -8, 50, -3, 0.5, 50, 200, 0);

  test("is 1 for the same colours in another order, and knows bins of one unit", () => {
    const reordered = picture(0, 3.5, 0.1, 0, -2.1, -7, 0, 130, -8, 0, 3, 0.9);
    expect(histogramIntersection(some, reordered, 1)).toBe(1); // 200 and 130 are in the last bin both
    expect(histogramIntersection(some, picture(50, 2.9, 0, 50, 4, 0, 50, -4, 0, 50, 126, 0), 1)).toBe(0);
  });

  test("counts what both have, whatever the number of pixels", () => {
    expect(histogramIntersection(some, picture(50, 3, 0), 1)).toBe(0.5);
    expect(histogramIntersection(picture(50, 3, 0), some, 2)).toBe(0.5); // of −7, −8, 0.5 and 0: the last two
  });

  test("a channel that is not there is refused", () => {
    expect(() => histogramIntersection(some, some, 3)).toThrow(OptionError);
  });
});

test("pictures of different shapes are refused", () => {
  const less: ImageBatch = { pixels: first.pixels.slice(3), shape: [1, 1, first.shape[2] - 1, 3] };
  for (const difference of [deltaE76, deltaE2000]) expect(() => difference(first, less)).toThrow(ShapeError);
});
