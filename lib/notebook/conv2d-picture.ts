/** A convolution step by step: the window moves, its products are added up, the output fills. */
import { OptionError } from "../core/errors";
import { tf } from "../core/tf";
import {
  type Cells,
  drawArrow,
  drawFrame,
  drawGrid,
  drawText,
  drawWindow,
  frameSize,
  type Grid,
  MIDDLE,
  gridHeight,
  gridWidth,
  largest,
  sayValue,
} from "./layer-drawing";
import {
  buildLayerPicture,
  type LayerPicture,
  type Plane,
  computeOnce,
  planeToTensor,
  readPlane,
} from "./layer-picture";

export interface ConvPictureOptions {
  strides?: number;
  /** As in Keras: "valid" stays within the input, "same" pads it with zeros. */
  padding?: "valid" | "same";
}

export const convPictureDefaults = { strides: 1, padding: "valid" } satisfies ConvPictureOptions;

/**
 * Conv2D of one channel, a frame for each number of the output:
 *
 *     output[i, j] = Σ over u, v of input[s·i + u, s·j + v] · kernel[u, v]
 *
 * as tf.conv2d computes it (deep learning's convolution: the kernel is not turned around).
 *
 * @param input (height, width)
 * @param kernel (height, width)
 * @throws ShapeError where one of them is no rectangle
 * @throws OptionError where the kernel does not fit into the input
 */
export function conv2dPicture(input: Plane, kernel: Plane, options: ConvPictureOptions = {}): LayerPicture {
  const { strides, padding } = { ...convPictureDefaults, ...options };
  return computeOnce(() => {
    const [x, k] = [
      planeToTensor(input, "conv2dPicture: input"),
      planeToTensor(kernel, "conv2dPicture: kernel"),
    ];
    checkFit(x.shape, k.shape, strides, padding);
    const asImage = x.reshape<tf.Tensor4D>([1, ...x.shape, 1]);
    const asFilter = k.reshape<tf.Tensor4D>([...k.shape, 1, 1]);
    const { padInfo } = tf.backend_util.computeConv2DInfo(asImage.shape, asFilter.shape, strides, 1, padding);
    const { top, bottom, left, right } = padInfo;
    const padded = readPlane(x.pad([[top, bottom], [left, right]])); // prettier-ignore
    const output = readPlane(tf.conv2d(asImage, asFilter, strides, padding).squeeze([0, 3]));
    const subject: Subject = {
      padded,
      kernel: readPlane(k),
      output,
      strides,
      isOutside: (row, column) =>
        row < top || row >= padded.length - bottom || column < left || column >= padded[0]!.length - right,
      subtitle:
        `input ${x.shape.join(" × ")}, kernel ${k.shape.join(" × ")}, stride ${strides}, padding "${padding}": ` +
        `output ${output.length} × ${output[0]!.length}`,
    };
    const places = output.flatMap((row, i) => row.map((_, j) => [i, j] as const));
    const frames = places.map(([i, j]) => drawStep(subject, i, j));
    return buildLayerPicture(`Conv2D, ${subject.subtitle}`, frames, output);
  });
}

interface Subject {
  padded: number[][];
  kernel: number[][];
  output: number[][];
  strides: number;
  isOutside: (row: number, column: number) => boolean;
  subtitle: string;
}

function drawStep(
  { padded, kernel, output, strides, isOutside, subtitle }: Subject,
  i: number,
  j: number,
): string {
  const [height, width] = [kernel.length, kernel[0]!.length];
  const products = kernel.map((row, u) =>
    row.map((weight, v) => weight * padded[strides * i + u]![strides * j + v]!),
  );
  const filled: Cells = output.map((row, y) =>
    row.map((value, x) => (y < i || (y === i && x <= j) ? value : undefined)),
  );
  const cell = Math.min(46, 330 / Math.max(padded.length, padded[0]!.length));
  const at = (
    cells: Cells,
    centre: number,
    size: number,
    rest: Omit<Grid, "cells" | "left" | "top" | "cell">,
  ): Grid => ({
    ...rest,
    cells,
    cell: size,
    left: centre - (cells[0]!.length * size) / 2,
    top: MIDDLE - (cells.length * size) / 2,
  });
  const small = Math.min(44, 132 / Math.max(height, width));
  const from = at(padded, 200, cell, { role: "input", label: "input", isOutside });
  const to = at(filled, 780, cell, { role: "output", label: "output", limit: largest(output) });
  const weights = { ...at(kernel, 500, small, { role: "kernel", label: "kernel" }), top: 118 };
  const terms = {
    ...at(products, 500, small, {
      role: "product",
      label: "window × kernel",
      limit: largest(padded) * largest(kernel),
    }),
    top: 118 + gridHeight(weights) + 62,
  };
  const below = terms.top + gridHeight(terms) + 34;
  const sum = sayValue(output[i]![j]!);
  return drawFrame("Conv2D", subtitle, [
    drawGrid(from),
    drawWindow(from, { row: strides * i, column: strides * j, height, width }, "kernel"),
    drawGrid(weights),
    drawGrid(terms),
    drawText(`sum = ${sum}`, terms.left + gridWidth(terms) / 2, below, { size: 22, weight: "bold" }),
    drawArrow(from, weights),
    drawArrow(terms, to),
    drawGrid(to),
    drawWindow(to, { row: i, column: j, height: 1, width: 1 }, "kernel"),
    drawText(
      `output[${i}, ${j}] = ${sayProducts(products, padded, kernel, strides, i, j)} = ${sum}`,
      frameSize.width / 2,
      518,
      { size: 15 },
    ),
  ]);
}

/** "1·2 + 0·(−1) + …" of the products that are not 0, as many as fit. */
function sayProducts(
  products: number[][],
  padded: number[][],
  kernel: number[][],
  strides: number,
  i: number,
  j: number,
): string {
  const bracket = (value: number) => (value < 0 ? `(${sayValue(value)})` : sayValue(value));
  const terms = kernel.flatMap((row, u) =>
    row.flatMap((weight, v) =>
      products[u]![v] === 0
        ? []
        : [`${bracket(padded[strides * i + u]![strides * j + v]!)}·${bracket(weight)}`],
    ),
  );
  if (terms.length === 0) return "0";
  return terms.length > 9 ? `${terms.slice(0, 8).join(" + ")} + …` : terms.join(" + ");
}

function checkFit(
  input: readonly number[],
  kernel: readonly number[],
  strides: number,
  padding: "valid" | "same",
): void {
  if (!Number.isInteger(strides) || strides < 1)
    throw new OptionError(`conv2dPicture: strides: expected a positive whole number, got ${strides}.`);
  if (padding === "valid" && kernel.some((size, axis) => size > input[axis]!))
    throw new OptionError(
      `conv2dPicture: kernel: expected at most the input's ${input.join(" × ")}, got ${kernel.join(" × ")}. Or padding: "same".`,
    );
}
