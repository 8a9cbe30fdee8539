/** Against scikit-image: tests/fixtures/colour/make-colour.py. */
import { ShapeError } from "../../lib/core/errors.ts";
import { selectImages } from "../../lib/data/images.ts";
import { structuralSimilarity } from "../../lib/metrics/image-similarity.ts";
import { colours, largestGap, numbers } from "./colour-fixture.ts";

const others = colours("others");
const pictures = selectImages(
  colours("picture"),
  Array.from({ length: others.shape[0] }, () => 0),
);

test("SSIM of noisy, shifted, inverted and grey pictures is scikit-image's", () => {
  expect(largestGap(structuralSimilarity(pictures, others), numbers("ssim"))).toBeLessThan(1e-6);
});

test("with sample covariance too, which is another number", () => {
  const values = structuralSimilarity(pictures, others, { sampleCovariance: true });
  expect(largestGap(values, numbers("ssimSample"))).toBeLessThan(1e-6);
  expect(largestGap(values, numbers("ssim"))).toBeGreaterThan(1e-5);
});

test("it is 1 for equal pictures, and the range's unit does not matter", () => {
  expect(structuralSimilarity(pictures, pictures)[0]).toBeCloseTo(1, 12);
  const bytes = ({ pixels, shape }: typeof pictures) => ({
    pixels: pixels.map((value) => 255 * value),
    shape,
  });
  const values = structuralSimilarity(bytes(pictures), bytes(others), { dataRange: 255 });
  expect(largestGap(values, numbers("ssim"))).toBeLessThan(1e-5);
});

test("pictures of different or too small shapes are refused", () => {
  expect(() => structuralSimilarity(pictures, selectImages(others, [0]))).toThrow(
    "expected two batches of one shape, got (4, 19, 23, 3) and (1, 19, 23, 3)",
  );
  const small = {
    pixels: new Float32Array(10 * 12 * 3),
    shape: [1, 10, 12, 3] as [number, number, number, number],
  };
  expect(() => structuralSimilarity(small, small)).toThrow(ShapeError);
});
