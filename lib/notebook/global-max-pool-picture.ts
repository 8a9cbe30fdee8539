/** Global max pooling step by step: of each feature map only the largest number is left. */
import { ShapeError } from "../core/errors";
import { tf } from "../core/tf";
import {
  type Cells,
  drawFrame,
  drawGrid,
  drawText,
  drawWindow,
  type Grid,
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

/** More would not fit beside each other. */
const MOST_MAPS = 4;

/**
 * GlobalMaxPool2D, a frame for each row that is looked at, map after map: output[c] = max over i, j of input[i, j, c], as
 * tf.layers.globalMaxPooling2d computes it.
 *
 * @param maps feature maps (height, width) of one size, one for each channel, at most four
 * @param names what each map shows; "channel 0", … unless told
 * @throws ShapeError where they differ in size, or there are none or too many
 */
export function globalMaxPoolPicture(maps: readonly Plane[], names: readonly string[] = []): LayerPicture {
  if (maps.length === 0 || maps.length > MOST_MAPS)
    throw new ShapeError(`globalMaxPoolPicture: maps: expected 1 to ${MOST_MAPS}, got ${maps.length}.`);
  return computeOnce(() => {
    const planes = maps.map((map) => planeToTensor(map, "globalMaxPoolPicture: map"));
    const [first] = planes;
    const other = planes.find(({ shape }) => shape.join() !== first!.shape.join());
    if (other !== undefined)
      throw new ShapeError(
        `globalMaxPoolPicture: maps: expected all (${first!.shape.join(", ")}), got (${other.shape.join(", ")}).`,
      );
    const stacked = tf.stack(planes, -1).expandDims<tf.Tensor4D>(0); // (1, height, width, channels)
    const output = readPlane(tf.layers.globalMaxPooling2d({}).apply(stacked) as tf.Tensor2D);
    const values = planes.map(readPlane);
    const rows = first!.shape[0];
    const frames = values.flatMap((_, channel) =>
      Array.from({ length: rows }, (__, row) => drawStep(values, output[0]!, names, channel, row)),
    );
    const [height, width] = first!.shape;
    return buildLayerPicture(
      `GlobalMaxPool2D of ${maps.length} feature maps of ${height} × ${width}`,
      frames,
      output,
    );
  });
}

function drawStep(
  maps: readonly number[][][],
  output: readonly number[],
  names: readonly string[],
  channel: number,
  row: number,
): string {
  const [height, width] = [maps[0]!.length, maps[0]![0]!.length];
  const span = 900 / maps.length;
  const cell = Math.min(42, (span - 30) / width, 250 / height);
  const grids = maps.map((cells, c): Grid => ({
    cells,
    role: "input",
    label: names[c] ?? `channel ${c}`,
    cell,
    left: 30 + (c + 0.5) * span - (width * cell) / 2,
    top: 124,
  }));
  const parts = grids.map(drawGrid);
  grids.forEach((grid, c) => {
    if (c > channel) return;
    const seen = c < channel ? height : row + 1;
    const { value, at } = maximumOf(grid.cells as number[][], seen);
    if (c === channel && row < height - 1)
      parts.push(drawWindow(grid, { row, column: 0, height: 1, width }, "input"));
    parts.push(drawWindow(grid, { ...at, height: 1, width: 1 }, "kernel"));
    const centre = grid.left + (width * cell) / 2;
    const done = c < channel || row === height - 1;
    parts.push(
      drawText(
        `${done ? "max" : "max so far"} = ${sayValue(value)}`,
        centre,
        grid.top + gridHeight(grid) + 30,
        {
          weight: done ? "bold" : "normal",
        },
      ),
    );
  });
  // The output's numbers stand below their maps.
  const filled: Cells = [
    output.map((value, c) => (c < channel || (c === channel && row === height - 1) ? value : undefined)),
  ];
  const vector: Grid = {
    cells: filled,
    role: "output",
    label: `output: one number for each channel (${output.length})`,
    cell: 52,
    left: 480 - (output.length * 52) / 2,
    top: 464,
    limit: largest([output]),
  };
  return drawFrame(
    "GlobalMaxPool2D",
    `${output.length} feature maps of ${height} × ${width}: where a feature was found no longer matters, only how strongly`,
    [...parts, drawGrid(vector)],
  );
}

function maximumOf(cells: number[][], rows: number): { value: number; at: { row: number; column: number } } {
  let best = { value: -Infinity, at: { row: 0, column: 0 } };
  for (let row = 0; row < rows; row++)
    cells[row]!.forEach((value, column) => {
      if (value > best.value) best = { value, at: { row, column } };
    });
  return best;
}
