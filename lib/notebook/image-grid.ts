/** Many small images as one PNG, in rows and columns. */
import sharp from "sharp";
import { OptionError } from "../core/errors";
import { jupyterDisplay } from "./display";
import type { Displayable } from "./display";
import { readImages, toBytes } from "./pixels";
import type { ImageSize, ImageSource, PixelRange } from "./pixels";

export interface ImageGridOptions {
  /** Height of an image in pixels; only where the source has no shape. */
  height?: number;
  /** Width of an image in pixels; only where the source has no shape. */
  width?: number;
  /** 1 for grey (unless told), 3 for red, green and blue; only where the source has no shape. */
  channels?: 1 | 3;
  /** Show the first so many images; all of them unless told. */
  count?: number;
  /** Images in a row; unless told, full rows if possible, a picture somewhat wider than high. */
  columns?: number;
  /** Screen pixels to a pixel, a whole number; unless told, as large as fits a slide. */
  scale?: number;
  /** Screen pixels between images; transparent, so that they show on light and dark pages. */
  gap?: number;
  /** The values drawn black and white; unless told, [0, 255] for bytes and [0, 1] for other numbers. */
  range?: PixelRange;
  /** What the picture shows, for those who cannot see it. */
  description?: string;
}

export const imageGridDefaults = { gap: 2, description: "image grid" } satisfies ImageGridOptions;

/** A grid to show: the last value of a cell, or an argument of `display`. */
export interface ImageGrid extends Displayable {
  /** Height of the whole picture in screen pixels. */
  readonly height: number;
  /** Width of the whole picture in screen pixels. */
  readonly width: number;
  /** The picture as a PNG file. */
  png(): Promise<Buffer>;
}

/** What fits a 16:9 slide beside its title, in screen pixels. */
const SLIDE = { height: 600, width: 960 };
const LARGEST_SCALE = 8;

/**
 * A grid of images, the first at the top left. A tensor (batch, height, width, channels) is read at once, so it may be
 * disposed of afterwards. Values beyond `range` are clipped.
 *
 * @throws ShapeError where the values are not a whole number of images
 * @throws OptionError where a value is NaN or infinite, or the values are plainly of another range
 */
export function imageGrid(source: ImageSource, options: ImageGridOptions = {}): ImageGrid {
  const { gap, description } = { ...imageGridDefaults, ...options };
  const images = readImages(source, options);
  const count = Math.min(images.count, options.count ?? images.count);
  const columns = Math.min(count, options.columns ?? chooseColumns(count));
  const rows = Math.ceil(count / columns);
  const scale = options.scale ?? chooseScale(rows * images.height, columns * images.width);
  for (const [name, value, least] of [
    ["count", count, 1],
    ["columns", columns, 1],
    ["scale", scale, 1],
    ["gap", gap, 0],
  ] as const)
    if (!Number.isInteger(value) || value < least)
      throw new OptionError(`imageGrid: ${name}: expected an integer ≥ ${least}, got ${value}.`);

  const bytes = toBytes(images, count, options.range);
  const { height, width, channels } = images;
  const layout: Layout = { height, width, channels, count, columns, rows, scale, gap };
  const size = pictureSize(layout);
  const text = `${description}: ${count} ${count === 1 ? "image" : "images"} of ${height} × ${width} pixels`;
  let encoded: Promise<Buffer> | undefined;
  const png = () => (encoded ??= encode(bytes, layout));
  return {
    ...size,
    png,
    displayMetadata: { "image/png": { ...size } },
    [jupyterDisplay]: async () => ({ "text/plain": text, "image/png": (await png()).toString("base64") }),
  };
}

interface Layout extends ImageSize {
  count: number;
  columns: number;
  rows: number;
  scale: number;
  gap: number;
}

/** Of the widths that give full rows, the one nearest to twice as wide as high. */
function chooseColumns(count: number): number {
  const ideal = Math.sqrt(2 * count);
  const full = Array.from({ length: count }, (_, i) => i + 1).filter(
    (columns) => count % columns === 0 && columns >= ideal / 2 && columns <= 2 * ideal,
  );
  const [nearest] = full.sort((a, b) => Math.abs(a - ideal) - Math.abs(b - ideal));
  return nearest ?? Math.ceil(ideal);
}

function chooseScale(height: number, width: number): number {
  const largest = Math.floor(Math.min(SLIDE.height / height, SLIDE.width / width));
  return Math.min(LARGEST_SCALE, Math.max(1, largest));
}

function pictureSize({ height, width, columns, rows, scale, gap }: Layout): {
  height: number;
  width: number;
} {
  return {
    height: rows * height * scale + (rows - 1) * gap,
    width: columns * width * scale + (columns - 1) * gap,
  };
}

/** Each pixel becomes a square of scale × scale, without smoothing: the model's pixels are what is to be seen. */
async function encode(bytes: Uint8Array, layout: Layout): Promise<Buffer> {
  const { height, width, channels, count, columns, scale, gap } = layout;
  const picture = pictureSize(layout);
  const planes = channels + 1; // and alpha: 0 in the gaps and where the last row is not full
  const canvas = new Uint8Array(picture.height * picture.width * planes);
  for (let i = 0; i < count; i++) {
    const top = Math.floor(i / columns) * (height * scale + gap);
    const left = (i % columns) * (width * scale + gap);
    for (let y = 0; y < height * scale; y++)
      for (let x = 0; x < width * scale; x++) {
        const source = ((i * height + Math.floor(y / scale)) * width + Math.floor(x / scale)) * channels;
        const target = ((top + y) * picture.width + left + x) * planes;
        for (let channel = 0; channel < channels; channel++)
          canvas[target + channel] = bytes[source + channel]!;
        canvas[target + channels] = 255;
      }
  }
  return sharp(canvas, { raw: { ...picture, channels: planes as 2 | 4 } })
    .png()
    .toBuffer();
}
