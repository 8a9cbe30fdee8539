/** Pictures one after the other: samples in the course of a training, a walk through the latent space, a layer at work. */
import sharp from "sharp";
import { OptionError } from "../core/errors";
import { jupyterDisplay } from "./display";
import type { Displayable } from "./display";
import { readImages, toBytes } from "./pixels";
import type { ImageSize, ImageSource, PixelRange } from "./pixels";

export interface AnimationOptions extends Partial<ImageSize> {
  /** How long a frame is shown, in milliseconds. */
  frameDuration?: number;
  /** How long the last one is, before the animation begins again. */
  lastDuration?: number;
  /** Screen pixels to a pixel, a whole number; without smoothing. */
  scale?: number;
  /** The values drawn black and white; unless told, [0, 255] for bytes and [0, 1] for other numbers. */
  range?: PixelRange;
  /** From 1 to 100: photographs, smaller files with losses. Without losses unless told. */
  quality?: number;
  /** What the pictures show, for those who cannot see them. */
  description?: string;
}

export const animationDefaults = {
  frameDuration: 100,
  lastDuration: 1_500,
  scale: 1,
  description: "animation",
} satisfies AnimationOptions;

/** An animation to show: the last value of a cell, or an argument of `display`. */
export interface Animation extends Displayable {
  readonly count: number;
  /** Size of a frame in screen pixels. */
  readonly height: number;
  readonly width: number;
  /** The animation as a WebP file. */
  webp(): Promise<Buffer>;
  /** The last frame as a PNG file: what is shown in print, and to readers who asked for less motion. */
  png(): Promise<Buffer>;
}

/**
 * An animation of images of one size, in their order: a tensor (frames, height, width, channels), read at once so that it may be
 * disposed of afterwards, or what `imageGrid` takes otherwise.
 *
 * @throws ShapeError where the values are not a whole number of images
 * @throws OptionError where a value is NaN or infinite, or an option makes no sense
 */
export function animation(source: ImageSource, options: AnimationOptions = {}): Animation {
  const { frameDuration, lastDuration, scale, range, quality, description } = {
    ...animationDefaults,
    ...options,
  };
  for (const [name, value] of Object.entries({ frameDuration, lastDuration, scale, quality: quality ?? 1 }))
    if (!Number.isInteger(value) || value < 1)
      throw new OptionError(`animation: ${name}: expected an integer ≥ 1, got ${value}.`);
  if (quality !== undefined && quality > 100)
    throw new OptionError(`animation: quality: expected an integer from 1 to 100, got ${quality}.`);
  const images = readImages(source, options, "animation");
  const bytes = toBytes(images, images.count, range, "animation");
  const { count, channels } = images;
  const [height, width] = [images.height * scale, images.width * scale];
  const delay = Array.from({ length: count }, (_, i) => (i === count - 1 ? lastDuration : frameDuration));
  const text = `${description}: ${count} ${count === 1 ? "frame" : "frames"} of ${height} × ${width} pixels`;

  const encode = (first: number, frames: number) => {
    const size = images.height * images.width * channels;
    const pixels = enlarge(
      bytes.subarray(first * size, (first + frames) * size),
      images.width,
      channels,
      scale,
    );
    // sharp takes the frames as one high picture, cut into pages.
    return sharp(pixels, {
      raw: { width, height: height * frames, channels: channels as 1 | 3, pageHeight: height },
      limitInputPixels: false,
    });
  };
  let webp: Promise<Buffer> | undefined;
  let png: Promise<Buffer> | undefined;
  const asWebp = () =>
    (webp ??= encode(0, count)
      .webp({ loop: 0, delay, ...(quality === undefined ? { lossless: true } : { quality }) })
      .toBuffer());
  const asPng = () =>
    (png ??= encode(count - 1, 1)
      .png()
      .toBuffer());
  return {
    count,
    height,
    width,
    webp: asWebp,
    png: asPng,
    displayMetadata: { "image/png": { height, width } },
    [jupyterDisplay]: async () => {
      const still = (await asPng()).toString("base64");
      const moving = (await asWebp()).toString("base64");
      // JupyterLab and pages of notebooks prefer HTML to an image; an image of type WebP beside a PNG would never be shown.
      const html =
        `<picture><source media="print, (prefers-reduced-motion: reduce)" srcset="data:image/png;base64,${still}">` +
        `<img src="data:image/webp;base64,${moving}" width="${width}" height="${height}" alt="${escapeHtml(text)}"></picture>`;
      return { "text/plain": text, "text/html": html, "image/png": still };
    },
  };
}

/** Each pixel becomes a square of scale × scale; `bytes` are rows of `width` pixels. */
function enlarge(bytes: Uint8Array, width: number, channels: number, scale: number): Uint8Array {
  if (scale === 1) return bytes;
  const row = width * channels;
  const rows = bytes.length / row;
  const target = new Uint8Array(bytes.length * scale * scale);
  for (let y = 0; y < rows; y++) {
    const start = y * scale * row * scale;
    for (let x = 0; x < width * scale; x++)
      for (let channel = 0; channel < channels; channel++)
        target[start + x * channels + channel] = bytes[y * row + Math.floor(x / scale) * channels + channel]!;
    for (let copy = 1; copy < scale; copy++)
      target.copyWithin(start + copy * row * scale, start, start + row * scale);
  }
  return target;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
