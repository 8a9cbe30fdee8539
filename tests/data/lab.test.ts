/** Against scikit-image: tests/fixtures/colour/make-colour.py. */
import { ShapeError } from "../../lib/core/errors.ts";
import { tf } from "../../lib/core/tf.ts";
import { fitChroma } from "../../lib/data/gamut.ts";
import { rgbTensorToLab } from "../../lib/data/lab-tensor.ts";
import { labToRgb, rgbToLab } from "../../lib/data/lab.ts";
import { colours, largestGap } from "../metrics/colour-fixture.ts";

const rgb = colours("rgb");
const lab = colours("lab");
const wild = colours("wild");

test("Lab is scikit-image's, corners of the cube and both sides of the knees included", () => {
  expect(largestGap(rgbToLab(rgb).pixels, lab.pixels)).toBeLessThan(2e-5);
});

test("white has L 100 and no colour, black is 0", () => {
  const { pixels } = rgbToLab({ pixels: new Float32Array([1, 1, 1, 0, 0, 0]), shape: [1, 1, 2, 3] });
  // scikit-image's constants have six digits, and so has its white: b is −0.01 there, not 0.
  [100, 0, 0, 0, 0, 0].forEach((value, i) => expect(Math.abs(pixels[i]! - value)).toBeLessThan(0.02));
});

test("the way back gives the same colours", () => {
  expect(largestGap(labToRgb(rgbToLab(rgb)).pixels, rgb.pixels)).toBeLessThan(1e-6);
});

test("what no screen shows is clipped as scikit-image clips it", () => {
  const { pixels } = labToRgb(wild);
  expect(largestGap(pixels, colours("wildRgb").pixels)).toBeLessThan(1e-5);
  expect(pixels.filter((value) => value === 0 || value === 1).length).toBeGreaterThan(50);
});

test("of a tensor it is the same, in single precision, and leaves no tensor", () => {
  const before = tf.memory().numTensors;
  const values = tf.tidy(() => rgbTensorToLab(tf.tensor4d(rgb.pixels, rgb.shape)).dataSync());
  expect(largestGap(values, lab.pixels)).toBeLessThan(2e-3);
  expect(tf.memory().numTensors).toBe(before);
});

describe("fitChroma", () => {
  test("leaves colours that a screen can show", () => {
    expect(largestGap(fitChroma(lab).pixels, lab.pixels)).toBeLessThan(1e-4);
  });

  test("keeps lightness and hue of the others, where clipping would not", () => {
    const fitted = fitChroma(wild).pixels;
    const back = rgbToLab(labToRgb({ pixels: fitted, shape: wild.shape })).pixels;
    const clipped = rgbToLab(labToRgb(wild)).pixels;
    let [kept, lost] = [0, 0];
    for (let i = 0; i < fitted.length; i += 3) {
      kept = Math.max(kept, Math.abs(back[i]! - wild.pixels[i]!));
      lost = Math.max(lost, Math.abs(clipped[i]! - wild.pixels[i]!));
      const [a, b] = [wild.pixels[i + 1]!, wild.pixels[i + 2]!];
      expect(Math.abs(fitted[i + 1]! * b - fitted[i + 2]! * a)).toBeLessThan(1e-2); // parallel
      expect(Math.hypot(fitted[i + 1]!, fitted[i + 2]!)).toBeLessThanOrEqual(Math.hypot(a, b) + 1e-4);
    }
    expect(kept).toBeLessThan(1e-2);
    expect(lost).toBeGreaterThan(5);
  });

  test("takes no more than it must: the colour is at the border of what a screen can show", () => {
    const { pixels } = labToRgb(fitChroma(wild));
    for (let i = 0; i < pixels.length; i += 3) {
      const unchanged = [0, 1, 2].every(
        (channel) => Math.abs(fitChroma(wild).pixels[i + channel]! - wild.pixels[i + channel]!) < 1e-5,
      );
      const nearest = Math.min(...pixels.subarray(i, i + 3).map((value) => Math.min(value, 1 - value)));
      if (!unchanged) expect(nearest).toBeLessThan(2e-3);
    }
  });
});

test.each([
  ["rgbToLab", rgbToLab],
  ["labToRgb", labToRgb],
  ["fitChroma", fitChroma],
] as const)("%s refuses pictures of one channel", (name, convert) => {
  const grey = { pixels: new Float32Array(6), shape: [1, 2, 3, 1] as [number, number, number, number] };
  expect(() => convert(grey)).toThrow(ShapeError);
  expect(() => convert(grey)).toThrow(
    `${name}: images: expected (count, height, width, 3), got (1, 2, 3, 1)`,
  );
});
