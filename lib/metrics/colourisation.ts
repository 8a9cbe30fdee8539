/** How good the colours are that a photograph was given, and the two guesses that any colouring must beat. */
import type { ImageBatch } from "../data/images";
import { selectImages } from "../data/images";
import { fitChroma } from "../data/gamut";
import { labToRgb, rgbToLab } from "../data/lab";
import { deltaE2000, deltaE76, histogramIntersection } from "./colour-difference";
import { structuralSimilarity } from "./image-similarity";

export interface ColourScores {
  /** Mean over all pixels; lightness being the same, it is about colour alone. */
  deltaE76: number;
  deltaE2000: number;
  /** Of red, green and blue; mean over photographs. */
  ssim: number;
  /** How much the distributions of a and b have in common with the true ones, from 0 to 1. */
  histogramA: number;
  histogramB: number;
  /** Mean √(a² + b²): how saturated the colours are. */
  chroma: number;
}

/**
 * Compares coloured photographs with the true ones. ΔE and SSIM ask for the very colour of each pixel, and so reward the safe middle
 * between possible colours; the distributions ask whether the colours are as manifold as real ones.
 *
 * @param truth red, green and blue in [0, 1], (count, height, width, 3)
 * @param coloured the same photographs
 * @throws ShapeError where the shapes differ, or a side is below 11 pixels
 */
export function scoreColours(truth: ImageBatch, coloured: ImageBatch): ColourScores {
  const [right, given] = [rgbToLab(truth), rgbToLab(coloured)];
  return {
    deltaE76: mean(deltaE76(right, given)),
    deltaE2000: mean(deltaE2000(right, given)),
    ssim: mean(structuralSimilarity(truth, coloured)),
    histogramA: histogramIntersection(right, given, 1),
    histogramB: histogramIntersection(right, given, 2),
    chroma: mean(chromas(given)),
  };
}

/** Photographs to convert at a time: as Lab, all of a training's would need another half gigabyte. */
const CHUNK = 500;

/** The mean a and b of all pixels. */
export function meanColour(photos: ImageBatch): { a: number; b: number } {
  const count = photos.shape[0];
  const sums = [0, 0];
  for (let start = 0; start < count; start += CHUNK) {
    const indices = Array.from({ length: Math.min(CHUNK, count - start) }, (_, i) => start + i);
    const { pixels } = rgbToLab(selectImages(photos, indices));
    for (let i = 0; i < pixels.length; i += 3) {
      sums[0]! += pixels[i + 1]!;
      sums[1]! += pixels[i + 2]!;
    }
  }
  const total = photos.pixels.length / 3;
  return { a: sums[0]! / total, b: sums[1]! / total };
}

/** The photographs' own lightness in one colour; 0, 0 is grey. */
export function paintEvenly(photos: ImageBatch, { a, b }: { a: number; b: number }): ImageBatch {
  const lab = rgbToLab(photos);
  for (let i = 0; i < lab.pixels.length; i += 3) {
    lab.pixels[i + 1] = a;
    lab.pixels[i + 2] = b;
  }
  return labToRgb(fitChroma(lab));
}

function chromas({ pixels }: ImageBatch): Float64Array {
  return Float64Array.from({ length: pixels.length / 3 }, (_, i) =>
    Math.hypot(pixels[3 * i + 1]!, pixels[3 * i + 2]!),
  );
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
