/** From the numbers of a model to the bytes of a picture. */
import { OptionError, ShapeError } from "../core/errors";

/** Images with their shape (a batch of `lib/data`, or a tensor), or bare values whose size the options give. */
export type ImageSource =
  | ArrayLike<number>
  | { readonly pixels: ArrayLike<number>; readonly shape: readonly number[] }
  | { readonly shape: readonly number[]; dataSync(): ArrayLike<number> };

/** The values drawn as black and as full brightness. */
export type PixelRange = [black: number, white: number];

export interface ImageSize {
  height: number;
  width: number;
  /** 1 for grey, 3 for red, green and blue. */
  channels: number;
}

export interface Images extends ImageSize {
  values: ArrayLike<number>;
  count: number;
}

/**
 * The images of a source, whose size the source's shape gives or else the options.
 *
 * @param caller the function that the errors speak of
 * @throws ShapeError where the values are not a whole number of images
 */
export function readImages(source: ImageSource, given: Partial<ImageSize>, caller = "imageGrid"): Images {
  const values = "dataSync" in source ? source.dataSync() : "pixels" in source ? source.pixels : source;
  const size = "shape" in source ? sizeOfShape(source.shape, caller) : given;
  const { height, width, channels = 1 } = size;
  if (height === undefined || width === undefined)
    throw new ShapeError(
      `${caller}: these pixels have no shape. Give it: ${caller}(pixels, { height: 28, width: 28 }).`,
    );
  for (const [name, value] of Object.entries({ height, width }))
    if (!Number.isInteger(value) || value < 1)
      throw new ShapeError(`${caller}: ${name}: expected an integer ≥ 1, got ${value}.`);
  if (channels !== 1 && channels !== 3)
    throw new ShapeError(`${caller}: channels: expected 1 (grey) or 3 (red, green, blue), got ${channels}.`);
  const length = height * width * channels;
  if (values.length === 0 || values.length % length !== 0)
    throw new ShapeError(
      `${caller}: expected a multiple of ${height} × ${width} × ${channels} = ${length} values, got ${values.length}.`,
    );
  return { values, count: values.length / length, height, width, channels };
}

/** (batch, height, width, channels), or one image (height, width, channels), or grey (batch, height, width). */
function sizeOfShape(shape: readonly number[], caller: string): Partial<ImageSize> {
  const last = shape.at(-1);
  if (shape.length === 4) return { height: shape[1]!, width: shape[2]!, channels: last! };
  if (shape.length === 3 && (last === 1 || last === 3))
    return { height: shape[0]!, width: shape[1]!, channels: last };
  if (shape.length === 3) return { height: shape[1]!, width: shape[2]!, channels: 1 };
  if (shape.length === 2) return { height: shape[0]!, width: shape[1]!, channels: 1 };
  throw new ShapeError(
    `${caller}: expected images (batch, height, width, channels), got (${shape.join(", ")}). Forgot reshape?`,
  );
}

/**
 * The first `count` images as bytes 0 … 255; values beyond the range are clipped.
 *
 * @throws OptionError where a value is NaN or infinite; without a range of the caller's, where the values are plainly not
 * in the one assumed
 */
export function toBytes(
  images: Images,
  count: number,
  range: PixelRange | undefined,
  caller = "imageGrid",
): Uint8Array {
  const { values } = images;
  const length = count * images.height * images.width * images.channels;
  const isBytes = values instanceof Uint8Array || values instanceof Uint8ClampedArray;
  if (isBytes && range === undefined) return new Uint8Array(values.subarray(0, length));
  const [black, white] = range ?? [0, 1];
  if (!Number.isFinite(black) || !Number.isFinite(white) || black === white)
    throw new OptionError(`${caller}: range: expected two different numbers, got [${black}, ${white}].`);
  let lowest = Infinity;
  let highest = -Infinity;
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) throw new OptionError(describeBadPixel(images, i, caller));
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
    bytes[i] = Math.round(255 * Math.min(1, Math.max(0, (value - black) / (white - black))));
  }
  // A range that was only assumed and misses by far gives a black or white picture: better to say so.
  if (range === undefined && (lowest < -0.5 || highest > 2))
    throw new OptionError(
      `${caller}: expected values in [0, 1], got values from ${lowest} to ${highest}. ` +
        `Say what is black and what is white: { range: ${highest > 2 ? "[0, 255]" : "[-1, 1]"} }.`,
    );
  return bytes;
}

function describeBadPixel({ values, height, width, channels }: Images, i: number, caller: string): string {
  const pixel = Math.floor(i / channels);
  const [row, column] = [Math.floor(pixel / width) % height, pixel % width];
  return (
    `${caller}: expected finite values, got ${values[i]} in image ${Math.floor(pixel / (height * width))}, ` +
    `row ${row}, column ${column}. Has the training diverged? A smaller learning rate may help.`
  );
}
