/**
 * CIE L*a*b* of sRGB colours: L, how light, apart from a (green to red) and b (blue to yellow), so that a network can be given
 * the one and asked for the others. White is D65 for the 2° observer; constants and thresholds are scikit-image's
 * (skimage.color.rgb2lab and lab2rgb), whose results these are.
 */
import { ShapeError } from "../core/errors";
import type { ImageBatch } from "./images";

/** Linear light to X, Y, Z (IEC 61966-2-1), row by row. */
export const XYZ_OF_RGB = [
  [0.412453, 0.35758, 0.180423],
  [0.212671, 0.71516, 0.072169],
  [0.019334, 0.119193, 0.950227],
] as const;

/** X, Y, Z of white. */
export const WHITE = [0.95047, 1, 1.08883] as const;

/** Where sRGB's and Lab's curves go over into straight lines, which have a slope at black. */
export const SRGB_KNEE = 0.04045;
export const LAB_KNEE = 0.008856;
const LINEAR_KNEE = 0.0031308;
const LAB_KNEE_ROOT = 0.2068966;

const RGB_OF_XYZ = inverse(XYZ_OF_RGB);

/**
 * Red, green and blue in [0, 1] to L in [0, 100], a and b (in sRGB from −86 to 98 and from −108 to 94).
 *
 * @param images (count, height, width, 3)
 * @throws ShapeError where there are not three channels
 */
export function rgbToLab(images: ImageBatch): ImageBatch {
  return mapColours(images, "rgbToLab", labOfRgb);
}

/**
 * The way back. What a screen cannot show is clipped channel by channel to [0, 1], and a Z below zero is set to zero before, as
 * scikit-image does both; `fitChroma` (gamut.ts) avoids either, and the change of L that comes with it.
 *
 * @param images (count, height, width, 3)
 * @throws ShapeError where there are not three channels
 */
export function labToRgb(images: ImageBatch): ImageBatch {
  return mapColours(images, "labToRgb", (lightness, a, b, colour) => {
    linearOfLab(lightness, a, b, colour);
    for (let i = 0; i < 3; i++) colour[i] = Math.min(1, Math.max(0, encodeSrgb(colour[i]!)));
  });
}

/** Writes three numbers; double precision, so that only the result is rounded. */
export type Colour = Float64Array;

function labOfRgb(red: number, green: number, blue: number, colour: Colour): void {
  const r = decodeSrgb(red);
  const g = decodeSrgb(green);
  const b = decodeSrgb(blue);
  const light = (i: 0 | 1 | 2) => {
    const row = XYZ_OF_RGB[i];
    return labCurve((row[0] * r + row[1] * g + row[2] * b) / WHITE[i]);
  };
  const [x, y, z] = [light(0), light(1), light(2)];
  colour[0] = 116 * y - 16;
  colour[1] = 500 * (x - y);
  colour[2] = 200 * (y - z);
}

/** Linear light of a colour, which a screen can show where each is in [0, 1]. */
export function linearOfLab(lightness: number, a: number, b: number, colour: Colour): void {
  const fy = (lightness + 16) / 116;
  const x = labCurveInverse(fy + a / 500) * WHITE[0];
  const y = labCurveInverse(fy) * WHITE[1];
  const z = labCurveInverse(Math.max(0, fy - b / 200)) * WHITE[2];
  for (let i = 0; i < 3; i++) {
    const row = RGB_OF_XYZ[i]!;
    colour[i] = row[0] * x + row[1] * y + row[2] * z;
  }
}

const decodeSrgb = (value: number) => (value > SRGB_KNEE ? ((value + 0.055) / 1.055) ** 2.4 : value / 12.92);
const encodeSrgb = (linear: number) =>
  linear > LINEAR_KNEE ? 1.055 * linear ** (1 / 2.4) - 0.055 : 12.92 * linear;
const labCurve = (t: number) => (t > LAB_KNEE ? Math.cbrt(t) : 7.787 * t + 16 / 116);
const labCurveInverse = (f: number) => (f > LAB_KNEE_ROOT ? f ** 3 : (f - 16 / 116) / 7.787);

/** Applies a function of three numbers to every pixel. */
export function mapColours(
  { pixels, shape }: ImageBatch,
  name: string,
  convert: (first: number, second: number, third: number, colour: Colour) => void,
): ImageBatch {
  if (shape[3] !== 3 || pixels.length % 3 !== 0)
    throw new ShapeError(`${name}: images: expected (count, height, width, 3), got (${shape.join(", ")}).`);
  const converted = new Float32Array(pixels.length);
  const colour = new Float64Array(3);
  for (let i = 0; i < pixels.length; i += 3) {
    convert(pixels[i]!, pixels[i + 1]!, pixels[i + 2]!, colour);
    converted.set(colour, i);
  }
  return { pixels: converted, shape: [...shape] };
}

type Matrix = readonly (readonly [number, number, number])[];

/** Of 3 × 3 numbers, by cofactors. */
function inverse(matrix: Matrix): Matrix {
  const at = (row: number, column: number) => matrix[row % 3]![column % 3]!;
  // With rows and columns taken in a circle the cofactors' signs are right.
  const cofactor = (row: number, column: number) =>
    at(row + 1, column + 1) * at(row + 2, column + 2) - at(row + 1, column + 2) * at(row + 2, column + 1);
  const places = [0, 1, 2] as const;
  const determinant = places.reduce<number>((sum, column) => sum + at(0, column) * cofactor(0, column), 0);
  return places.map((row) => {
    const [first, second, third] = places.map((column) => cofactor(column, row) / determinant);
    return [first!, second!, third!] as const;
  });
}
