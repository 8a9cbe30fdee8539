/** A reader's own photograph, of whatever kind: in as numbers, out as PNG. */
import sharp from "sharp";
import { DataError, OptionError, ShapeError } from "../core/errors";
import { writeWholeFile } from "../core/write-file";
import { readBytes } from "./dataset-files";
import type { ImageBatch } from "./images";

/** One picture: a batch of one, with what else its file said. */
export interface Photo extends ImageBatch {
  /**
   * Opacity in [0, 1], row by row, where anything is less than opaque. It is kept beside the colours, not blended with a background,
   * and `savePhoto` puts it back: a cut-out stays a cut-out.
   */
  alpha?: Float32Array;
  /** Bits of each number in the file: `savePhoto` writes as many. */
  depth: 8 | 16;
}

export interface PhotoOptions {
  /** The largest number of pixels that is read: as numbers, and with all that is computed of them, a pixel takes about 60 bytes. */
  maxPixels?: number;
}

export const photoDefaults = { maxPixels: 24e6 } satisfies PhotoOptions;

/**
 * A photograph as red, green and blue in [0, 1] of shape (1, height, width, 3): JPEG, PNG, WebP, GIF, TIFF or AVIF; 8 or 16 bits;
 * grey pictures get three equal channels, CMYK and others are converted to sRGB by their colour profile; turned upright as the
 * camera noted (EXIF); of an animation or a file of many pages the first.
 *
 * @param source a file's path, or its bytes
 * @throws DataError where there is no such file, it is no picture, it is damaged, or it has more than `maxPixels`
 */
export async function loadPhoto(source: string | Uint8Array, options: PhotoOptions = {}): Promise<Photo> {
  const { maxPixels } = { ...photoDefaults, ...options };
  if (!(maxPixels >= 1))
    throw new OptionError(`loadPhoto: maxPixels: expected at least 1, got ${maxPixels}.`);
  const name = typeof source === "string" ? source : "photo";
  const bytes = typeof source === "string" ? readBytes(source) : source;
  const picture = () => sharp(bytes, { limitInputPixels: false });
  const { width, height, depth } = await explained(name, () => picture().metadata());
  if (width * height > maxPixels)
    throw new DataError(
      `${name}: ${width} × ${height} pixels are more than maxPixels (${maxPixels}). Shrink the picture, or allow more: ` +
        `loadPhoto(path, { maxPixels: ${width * height} }) needs about ${Math.ceil((width * height * 60) / 1e9)} GB of memory.`,
    );
  const deep = depth === "ushort";
  const { data, info } = await explained(name, () =>
    picture()
      .autoOrient()
      .toColourspace(deep ? "rgb16" : "srgb")
      .raw({ depth: deep ? "ushort" : "uchar" })
      .toBuffer({ resolveWithObject: true }),
  );
  const values = deep ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2) : data;
  return splitAlpha(values, info, deep ? 16 : 8);
}

function splitAlpha(
  values: Uint8Array | Uint16Array,
  { height, width, channels }: sharp.OutputInfo,
  depth: 8 | 16,
): Photo {
  const scale = 1 / (2 ** depth - 1);
  const count = height * width;
  const pixels = new Float32Array(count * 3);
  for (let i = 0; i < count; i++)
    for (let channel = 0; channel < 3; channel++)
      pixels[3 * i + channel] = values[channels * i + channel]! * scale;
  const photo: Photo = { pixels, shape: [1, height, width, 3], depth };
  if (channels < 4) return photo;
  const alpha = Float32Array.from({ length: count }, (_, i) => values[channels * i + 3]! * scale);
  // GIF and WebP often have an alpha that says nothing.
  return alpha.every((opacity) => opacity === 1) ? photo : { ...photo, alpha };
}

/** What sharp says, with the file's name and what to do. */
async function explained<T>(name: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    const reason = (cause instanceof Error ? cause.message : String(cause)).replace(/\.?\s*$/, "");
    throw new DataError(
      `${name}: cannot be read as a picture: ${reason}. Expected JPEG, PNG, WebP, GIF, TIFF or AVIF; open it in a viewer, and export ` +
        "it as JPEG or PNG (a telephone's HEIC too).",
      { cause },
    );
  }
}

/**
 * Writes a photo as PNG, with its alpha and as many bits as it was read with. Numbers beyond [0, 1] are clipped.
 *
 * @throws ShapeError where it is not one picture of three channels
 * @throws DataError where the file cannot be written
 */
export async function savePhoto(photo: Photo, path: string): Promise<void> {
  const [count, height, width, channels] = photo.shape;
  if (count !== 1 || channels !== 3)
    throw new ShapeError(`savePhoto: expected (1, height, width, 3), got (${photo.shape.join(", ")}).`);
  const { pixels, alpha, depth } = photo;
  const planes = alpha === undefined ? 3 : 4;
  const largest = 2 ** depth - 1;
  const values = new (depth === 16 ? Uint16Array : Uint8Array)(height * width * planes);
  const quantise = (value: number) => Math.round(Math.min(1, Math.max(0, value)) * largest);
  for (let i = 0; i < height * width; i++) {
    for (let channel = 0; channel < 3; channel++)
      values[planes * i + channel] = quantise(pixels[3 * i + channel]!);
    if (alpha !== undefined) values[planes * i + 3] = quantise(alpha[i]!);
  }
  const picture = sharp(values, { raw: { width, height, channels: planes } });
  writeWholeFile(
    path,
    await picture
      .toColourspace(depth === 16 ? "rgb16" : "srgb")
      .png()
      .toBuffer(),
  );
}
