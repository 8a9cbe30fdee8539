import { OptionError, ShapeError } from "../../lib/core/errors.ts";
import { Random } from "../../lib/core/random.ts";
import { gridOfGaussians, ringOfGaussians, sampleMixture } from "../../lib/data/gaussian-mixtures.ts";
import { modeCoverage } from "../../lib/metrics/mode-coverage.ts";

const ring = ringOfGaussians(); // modes at (1, 0), (√½, √½), (0, 1), …, σ = 0.01

test("a point counts for its nearest mode where it is nearer than 3 standard deviations", () => {
  const points = [
    ...[1, 0], // on mode 0
    ...[1.029, 0], // 2.9 σ from it
    ...[1.031, 0], // 3.1 σ from it: of no quality
    ...[0.02, 1.02], // 2.83 σ from mode 2
    ...[0.025, 1.025], // 3.54 σ, though 2.5 σ along each axis
    ...[0, 0], // the middle
    ...[-1, 0], // on mode 4
    ...[5, 5], // far away
  ];
  const { capturedModes, highQuality, counts } = modeCoverage(points, ring);
  expect(counts).toEqual([2, 0, 1, 0, 1, 0, 0, 0]);
  expect(capturedModes).toBe(3);
  expect(highQuality).toBe(0.5);
});

test("a generator that collapsed to one mode captures one, at full quality", () => {
  // xkcd 221: return 4, chosen by fair dice roll.
  const points = Array.from({ length: 2_500 }, () => ring.modes[4]!).flat();
  expect(modeCoverage(points, ring)).toEqual({
    capturedModes: 1,
    highQuality: 1,
    counts: [0, 0, 0, 0, 2_500, 0, 0, 0],
  });
});

test.each([ring, gridOfGaussians()])(
  "$name: its own points capture all modes, 98.9 % of them at high quality",
  (mixture) => {
    const count = 20_000;
    const { capturedModes, highQuality } = modeCoverage(
      sampleMixture(mixture, count, new Random(1)),
      mixture,
    );
    expect(capturedModes).toBe(mixture.modes.length);
    // Rayleigh: P(r < 3σ) = 1 − e^(−9/2); four standard errors.
    const expected = 1 - Math.exp(-4.5);
    expect(Math.abs(highQuality - expected)).toBeLessThan(4 * Math.sqrt((expected * (1 - expected)) / count));
  },
);

test("points that are none are named", () => {
  expect(() => modeCoverage([1, 2, 3], ring)).toThrow(ShapeError);
  expect(() => modeCoverage([], ring)).toThrow("got 0 values");
  expect(() => modeCoverage([1, 0, NaN, 0], ring)).toThrow(OptionError);
  expect(() => modeCoverage([1, 0, NaN, 0], ring)).toThrow("got (NaN, 0) at place 1");
});
