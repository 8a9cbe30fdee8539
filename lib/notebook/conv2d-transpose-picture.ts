/** A transposed convolution step by step: each number of the input stamps the kernel onto the output. */
import { OptionError } from "../core/errors";
import { tf } from "../core/tf";
import { type ConvPictureOptions } from "./conv2d-picture";
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

export const transposePictureDefaults = { strides: 2, padding: "valid" } satisfies ConvPictureOptions;

/**
 * Conv2DTranspose of one channel, a frame for each number of the input:
 *
 *     output[s·i + u, s·j + v] += input[i, j] · kernel[u, v]
 *
 * as tf.conv2dTranspose computes it. With padding "same" the output is what an outline keeps of it: s times the input's size.
 *
 * @param input (height, width)
 * @param kernel square (size, size)
 * @throws ShapeError where one of them is no rectangle
 * @throws OptionError where the kernel is not square, or smaller than the stride
 */
export function conv2dTransposePicture(
  input: Plane,
  kernel: Plane,
  options: ConvPictureOptions = {},
): LayerPicture {
  const { strides, padding } = { ...transposePictureDefaults, ...options };
  return computeOnce(() => {
    const x = planeToTensor(input, "conv2dTransposePicture: input");
    const k = planeToTensor(kernel, "conv2dTransposePicture: kernel");
    const [rows, columns] = x.shape;
    const size = checkKernel(k.shape, strides);
    // The layer is linear: of the input with the first n numbers alone it makes the output after n stamps. All n in one batch.
    const count = rows * columns;
    const first = tf.linalg
      .bandPart(tf.ones<tf.Rank.R2>([count, count]), -1, 0)
      .reshape([count, rows, columns]);
    const after = transpose(first.mul(x), k, strides, "valid").arraySync() as number[][][];
    const output = readPlane(transpose(x.expandDims(0), k, strides, padding).squeeze([0]));
    const subject: Subject = {
      input: readPlane(x),
      kernel: readPlane(k),
      after,
      strides,
      size,
      kept: padding === "same" ? { offset: Math.floor((size - strides) / 2), output } : undefined,
      subtitle:
        `input ${rows} × ${columns}, kernel ${size} × ${size}, stride ${strides}, padding "${padding}": ` +
        `output ${output.length} × ${output[0]!.length}`,
    };
    const frames = after.map((_, step) => drawStep(subject, step));
    return buildLayerPicture(`Conv2DTranspose, ${subject.subtitle}`, frames, output);
  });
}

/**
 * tf.conv2dTranspose of planes (batch, height, width), one channel.
 *
 * @returns (batch, height, width): (height − 1) · strides + size with padding "valid", height · strides with "same"
 */
export function transpose(
  planes: tf.Tensor,
  kernel: tf.Tensor2D,
  strides: number,
  padding: "valid" | "same",
): tf.Tensor {
  const [batch, height, width] = planes.shape as [number, number, number];
  const [size] = kernel.shape;
  const grow = (length: number) => (padding === "same" ? length * strides : (length - 1) * strides + size);
  const shape: [number, number, number, number] = [batch, grow(height), grow(width), 1];
  return tf
    .conv2dTranspose(
      planes.reshape<tf.Tensor4D>([batch, height, width, 1]),
      kernel.reshape<tf.Tensor4D>([size, size, 1, 1]),
      shape,
      strides,
      padding,
    )
    .squeeze([3]);
}

interface Subject {
  input: number[][];
  kernel: number[][];
  /** The output after each step, without padding. */
  after: number[][][];
  strides: number;
  size: number;
  kept: { offset: number; output: number[][] } | undefined;
  subtitle: string;
}

function drawStep({ input, kernel, after, strides, size, kept, subtitle }: Subject, step: number): string {
  const columns = input[0]!.length;
  const [i, j] = [Math.floor(step / columns), step % columns];
  const value = input[i]![j]!;
  const last = after.at(-1)!;
  const stamp = { row: strides * i, column: strides * j, height: size, width: size };
  // White where no stamp has been yet.
  const touched = touchedCells(last.length, last[0]!.length, strides, size, step, columns);
  const canvas: Cells = after[step]!.map((row, y) =>
    row.map((number, x) => (touched[y]![x] === true ? number : undefined)),
  );
  const cell = Math.min(44, 350 / Math.max(last.length, last[0]!.length));
  const small = Math.min(44, 132 / size);
  const centred = (cells: Cells, centre: number, side: number) => ({
    cells,
    cell: side,
    left: centre - (cells[0]!.length * side) / 2,
  });
  const from: Grid = {
    ...centred(input, 150, Math.min(46, 210 / columns)),
    role: "input",
    label: "input",
    top: 0,
  };
  from.top = MIDDLE - gridHeight(from) / 2;
  const weights: Grid = { ...centred(kernel, 410, small), role: "kernel", label: "kernel", top: 118 };
  const product: Grid = {
    ...centred(kernel.map((row) => row.map((weight) => weight * value)), 410, small), // prettier-ignore
    role: "product",
    label: `stamp: ${sayValue(value)} × kernel`,
    limit: largest(input) * largest(kernel),
    top: 118 + gridHeight(weights) + 62,
  };
  const to: Grid = {
    ...centred(canvas, 740, cell),
    role: "output",
    label: "output: stamps added up",
    limit: largest(last),
    top: 0,
  };
  to.top = MIDDLE - gridHeight(to) / 2;
  const parts = [
    drawGrid(from),
    drawWindow(from, { row: i, column: j, height: 1, width: 1 }, "product"),
    drawGrid(weights),
    drawGrid(product),
    drawArrow(from, weights),
    drawArrow(product, to),
    drawGrid(to),
  ];
  if (kept !== undefined)
    parts.push(
      drawWindow(
        to,
        { row: kept.offset, column: kept.offset, height: kept.output.length, width: kept.output[0]!.length },
        "output",
      ),
    );
  parts.push(
    drawWindow(to, stamp, "product"),
    drawText(
      `input[${i}, ${j}] = ${sayValue(value)} is stamped on rows ${stamp.row} to ${stamp.row + size - 1}, ` +
        `columns ${stamp.column} to ${stamp.column + size - 1}` +
        (kept === undefined ? "" : '; padding "same" keeps what is in the green frame'),
      frameSize.width / 2,
      518,
      { size: 16 },
    ),
  );
  return drawFrame("Conv2DTranspose", subtitle, parts);
}

function touchedCells(
  height: number,
  width: number,
  strides: number,
  size: number,
  step: number,
  columns: number,
): boolean[][] {
  const touched = Array.from({ length: height }, () => Array.from({ length: width }, () => false));
  for (let n = 0; n <= step; n++)
    for (let u = 0; u < size; u++)
      for (let v = 0; v < size; v++)
        touched[strides * Math.floor(n / columns) + u]![strides * (n % columns) + v] = true;
  return touched;
}

function checkKernel([height, width]: readonly [number, number], strides: number): number {
  if (height !== width)
    throw new OptionError(`conv2dTransposePicture: kernel: expected a square, got ${height} × ${width}.`);
  if (!Number.isInteger(strides) || strides < 1 || strides > height)
    throw new OptionError(
      `conv2dTransposePicture: strides: expected a whole number from 1 to the kernel's ${height}, got ${strides}.`,
    );
  return height;
}
