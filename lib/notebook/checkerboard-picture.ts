/** Why a transposed convolution's kernel should be divisible by its stride (Odena, Dumoulin & Olah 2016, Distill). */
import { OptionError } from "../core/errors";
import { tf } from "../core/tf";
import { transpose } from "./conv2d-transpose-picture";
import { jupyterDisplay } from "./display";
import type { Displayable } from "./display";
import { drawFrame, drawGrid, drawText, frameSize, type Grid, gridHeight } from "./layer-drawing";
import { computeOnce, type Plane, planeToTensor, readPlane } from "./layer-picture";

export interface CheckerboardOptions {
  /** Sizes of square kernels to compare, two of them. */
  kernelSizes?: readonly [number, number];
  strides?: number;
}

export const checkerboardDefaults = { kernelSizes: [3, 4], strides: 2 } satisfies CheckerboardOptions;

/** A comparison to show: the last value of a cell, or an argument of `display`. */
export interface CheckerboardPicture extends Displayable {
  readonly svg: string;
  /** For each kernel, how many stamps each cell of the output gets. */
  readonly overlaps: number[][][];
  /** For each kernel, the image enlarged by it. */
  readonly enlarged: number[][][];
}

/** Input of the counted overlaps: small, for its output's numbers to be read. */
const COUNTED = 3;

/**
 * Two kernels beside each other: how many stamps of the kernel overlap in each cell of the output, which is tf.conv2dTranspose of ones by
 * a kernel of ones; and what such a kernel, of strides² / size² everywhere, makes of an image. Where the size is not divisible by
 * the stride, neighbouring cells get different numbers of stamps: a checkerboard, before anything is learnt.
 *
 * @param image (height, width), from 0 to 1; at most about 24 × 24, since each pixel of the output is drawn
 * @throws ShapeError where it is no rectangle
 * @throws OptionError where a kernel is smaller than the stride
 */
export function checkerboardPicture(image: Plane, options: CheckerboardOptions = {}): CheckerboardPicture {
  const { kernelSizes, strides } = { ...checkerboardDefaults, ...options };
  for (const size of kernelSizes)
    if (!Number.isInteger(size) || !Number.isInteger(strides) || strides < 1 || size < strides)
      throw new OptionError(
        `checkerboardPicture: expected whole kernelSizes of at least the stride, got ${kernelSizes.join(", ")} with stride ${strides}.`,
      );
  const halves = computeOnce(() => {
    const pixels = planeToTensor(image, "checkerboardPicture: image").expandDims(0);
    return kernelSizes.map((size) => {
      const ones = tf.ones<tf.Rank.R2>([size, size]);
      const counted = transpose(tf.ones([1, COUNTED, COUNTED]), ones, strides, "valid");
      const enlarged = transpose(pixels, ones.mul(strides ** 2 / size ** 2), strides, "valid");
      return { size, overlap: readPlane(counted.squeeze([0])), enlarged: readPlane(enlarged.squeeze([0])) };
    });
  });
  const svg = drawFrame(
    "Conv2DTranspose: checkerboards",
    `how many stamps overlap in each cell (input of ${COUNTED} × ${COUNTED} ones, stride ${strides}), and what becomes of an image`,
    halves.map((half, i) => drawHalf(half, strides, 24 + i * 470)),
  );
  const text = halves
    .map(({ size, overlap }) => `kernel ${size}: ${sayCounts(overlap, size, strides)} stamps a cell within`)
    .join("; ");
  return {
    svg,
    overlaps: halves.map(({ overlap }) => overlap),
    enlarged: halves.map(({ enlarged }) => enlarged),
    [jupyterDisplay]: () => ({
      "text/plain": `Conv2DTranspose, stride ${strides}: ${text}`,
      "image/svg+xml": svg,
    }),
  };
}

interface Half {
  size: number;
  overlap: number[][];
  enlarged: number[][];
}

function drawHalf({ size, overlap, enlarged }: Half, strides: number, left: number): string {
  const divisible = size % strides === 0;
  const side = 214;
  const top = 158;
  const counts: Grid = {
    cells: overlap,
    role: "product",
    label: "stamps a cell",
    cell: side / overlap.length,
    left: left + 4,
    top,
    note: `${sayCounts(overlap, size, strides)} within`,
  };
  const centre = left + 228;
  return [
    drawText(`kernel ${size} × ${size}, stride ${strides}`, centre, 112, { size: 20, weight: "bold" }),
    drawGrid(counts),
    drawPixels(enlarged, left + 238, top, side),
    drawText("image through the layer", left + 238 + side / 2, top - 14, { size: 17, weight: "bold" }),
    drawText(
      divisible
        ? `${size} is divisible by ${strides}: even, but for the edge`
        : `${size} is not divisible by ${strides}: a checkerboard`,
      centre,
      top + gridHeight(counts) + 76,
      { size: 19, colour: divisible ? "#00734f" : "#b04a00", weight: "bold" },
    ),
    left < frameSize.width / 4 ? `<line x1="480" y1="96" x2="480" y2="500" stroke="#d5dade"/>` : "",
  ].join("");
}

/** The value drawn white: a flat 1 is light grey, so that what lies above it shows. */
const WHITE = 1.33;

/** Brightness from black up; equal neighbours in a row are one rectangle. */
function drawPixels(image: number[][], left: number, top: number, side: number): string {
  const cell = side / Math.max(image.length, image[0]!.length);
  const rows = image.map((row, y) => {
    const levels = row.map((value) => Math.round(255 * Math.min(1, Math.max(0, value / WHITE))));
    const rectangles: string[] = [];
    for (let start = 0, end = 1; start < levels.length; start = end) {
      const level = levels[start]!;
      for (end = start + 1; levels[end] === level; end++);
      rectangles.push(
        `<rect x="${(start * cell).toFixed(2)}" y="${(y * cell).toFixed(2)}" width="${((end - start) * cell).toFixed(2)}" ` +
          `height="${cell.toFixed(2)}" fill="rgb(${level},${level},${level})"/>`,
      );
    }
    return rectangles.join("");
  });
  // Crisp: smoothed edges would draw a grid of seams.
  return `<g transform="translate(${left} ${top})" shape-rendering="crispEdges">${rows.join("")}</g>`;
}

/** "1, 2 or 4": the counts away from the edge, where every cell has all the neighbours it can have. */
function sayCounts(overlap: number[][], size: number, strides: number): string {
  const edge = size - strides;
  const within = overlap
    .slice(edge, overlap.length - edge)
    .flatMap((row) => row.slice(edge, row.length - edge));
  const counts = [...new Set(within)].sort((a, b) => a - b).map(String);
  return counts.length < 2 ? counts.join("") : `${counts.slice(0, -1).join(", ")} or ${counts.at(-1)!}`;
}
