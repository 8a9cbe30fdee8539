/** Large pictures in overlapping tiles: where the tiles lie, what they read, and how their results become one picture again. */
import { OptionError } from "../core/errors";
import type { ImageBatch } from "../data/images";

export interface Tile {
  /** Of its upper left pixel, in the picture; below zero where the picture is smaller than a tile. */
  top: number;
  left: number;
}

/**
 * Tiles of side × side pixels that cover height × width, evenly spread: neighbours share at least `overlap` pixels.
 *
 * @throws OptionError where the overlap is not less than the side
 */
export function layTiles(height: number, width: number, side: number, overlap: number): Tile[] {
  for (const [name, value, least] of [
    ["side", side, 1],
    ["overlap", overlap, 0],
  ] as const)
    if (!Number.isInteger(value) || value < least || (name === "overlap" && value >= side))
      throw new OptionError(
        `tiles: ${name}: expected a whole number from ${least}${name === "overlap" ? ` to ${side - 1}` : ""}, got ${value}.`,
      );
  return starts(height, side, overlap).flatMap((top) =>
    starts(width, side, overlap).map((left) => ({ top, left })),
  );
}

function starts(length: number, side: number, overlap: number): number[] {
  // A tile that is larger than the picture has it in its middle.
  if (length <= side) return [Math.floor((length - side) / 2)];
  const steps = Math.ceil((length - side) / (side - overlap));
  return Array.from({ length: steps + 1 }, (_, i) => Math.round((i * (length - side)) / steps));
}

/**
 * The place that a coordinate outside 0 … length − 1 is the mirror image of, in the outermost pixels as mirrors: for a length of 3,
 * … 2 1 | 0 1 2 | 1 0 …, again and again.
 */
export function reflect(place: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const within = ((place % period) + period) % period;
  return Math.min(within, period - within);
}

/** How much each pixel along a tile's side counts where tiles overlap: rising evenly from the border to `overlap` pixels inside. */
export function blendWeights(side: number, overlap: number): Float32Array {
  return Float32Array.from({ length: side }, (_, i) =>
    Math.min(1, (Math.min(i, side - 1 - i) + 1) / (overlap + 1)),
  );
}

/** The pictures continued by reflection, below and to the right, until their sides are multiples of a number. */
export function padByReflection({ pixels, shape }: ImageBatch, multiple: number): ImageBatch {
  const [count, height, width, channels] = shape;
  const [rows, columns] = [height, width].map((length) => Math.ceil(length / multiple) * multiple) as [
    number,
    number,
  ];
  const padded = new Float32Array(count * rows * columns * channels);
  for (let y = 0; y < count * rows; y++) {
    const row = Math.floor(y / rows) * height + reflect(y % rows, height);
    for (let x = 0; x < columns; x++) {
      const source = (row * width + reflect(x, width)) * channels;
      padded.set(pixels.subarray(source, source + channels), (y * columns + x) * channels);
    }
  }
  return { pixels: padded, shape: [count, rows, columns, channels] };
}
