import { Random } from "../../lib/core/random.ts";
import type { ImageBatch } from "../../lib/data/images.ts";
import { rgbToLab } from "../../lib/data/lab.ts";
import { meanColour, paintEvenly, scoreColours } from "../../lib/metrics/colourisation.ts";
import { colours, numbers } from "./colour-fixture.ts";

const photos: ImageBatch = {
  pixels: new Random(2).uniforms(3 * 12 * 14 * 3).map((value) => 0.3 + 0.3 * value),
  shape: [3, 12, 14, 3],
};

test("true colours have no difference, SSIM 1 and all of the distribution", () => {
  const { chroma, ...scores } = scoreColours(photos, photos);
  expect(scores.deltaE76).toBe(0);
  expect(scores.deltaE2000).toBe(0);
  for (const score of [scores.ssim, scores.histogramA, scores.histogramB]) expect(score).toBeCloseTo(1, 9);
  expect(chroma).toBeGreaterThan(1);
});

test("grey's difference is the true chroma, and it shares a and b's zero bin alone", () => {
  const grey = paintEvenly(photos, { a: 0, b: 0 });
  const scores = scoreColours(photos, grey);
  expect(scores.deltaE76).toBeCloseTo(scoreColours(photos, photos).chroma, 2);
  expect(scores.chroma).toBeLessThan(0.02);
  expect(scores.histogramA).toBeLessThan(0.2);
  // A grey of float numbers has a of ±1e-3, on either side of a bin's border.
  expect(scores.ssim).toBeLessThan(1);
});

test("the mean colour is the mean of a and b, and of all even colours it is the nearest in squares", () => {
  const { a, b } = meanColour(photos);
  const { pixels } = rgbToLab(photos);
  const mean = (axis: number) =>
    pixels.reduce((sum, value, i) => (i % 3 === axis ? sum + value : sum), 0) / (pixels.length / 3);
  expect(a).toBeCloseTo(mean(1), 4);
  expect(b).toBeCloseTo(mean(2), 4);
});

test("an even colour keeps lightness", () => {
  const even = rgbToLab(paintEvenly(photos, { a: -8, b: 13 })).pixels;
  const { pixels } = rgbToLab(photos);
  for (let i = 0; i < pixels.length; i += 3) {
    expect(Math.abs(even[i]! - pixels[i]!)).toBeLessThan(0.01);
    expect(Math.abs(even[i + 1]! + 8)).toBeLessThan(0.02);
    expect(Math.abs(even[i + 2]! - 13)).toBeLessThan(0.02);
  }
});

test("SSIM is the mean over photographs of scikit-image's", () => {
  const truth = colours("picture");
  const noisy: ImageBatch = { ...truth, pixels: colours("others").pixels.slice(0, truth.pixels.length) };
  expect(scoreColours(truth, noisy).ssim).toBeCloseTo(numbers("ssim")[0]!, 5);
});
