/** Pictures as arrays of numbers, and batches picked from them. */
import { ShapeError } from "../core/errors";

/** (images, height, width, channels), as TensorFlow orders them. */
export type ImageShape = [count: number, height: number, width: number, channels: number];

/** Images of one size, row by row, channels last. */
export interface ImageBatch<Pixels extends Float32Array | Uint8Array = Float32Array> {
  pixels: Pixels;
  shape: ImageShape;
}

/** The same images with values in [0, 1] instead of 0 … 255. */
export function toUnitRange({ pixels, shape }: ImageBatch<Uint8Array>): ImageBatch {
  const scaled = new Float32Array(pixels.length);
  for (let i = 0; i < pixels.length; i++) scaled[i] = pixels[i]! / 255;
  return { pixels: scaled, shape: [...shape] };
}

/**
 * The images at these places, in this order.
 *
 * @throws ShapeError where an index is not that of an image
 */
export function selectImages<Pixels extends Float32Array | Uint8Array>(
  images: ImageBatch<Pixels>,
  indices: ArrayLike<number>,
): ImageBatch<Pixels> {
  const [count, height, width, channels] = images.shape;
  const size = height * width * channels;
  const selected = images.pixels.slice(0, 0).constructor as new (length: number) => Pixels;
  const pixels = new selected(indices.length * size);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    if (!Number.isInteger(index) || index < 0 || index >= count)
      throw new ShapeError(
        `selectImages: expected indices from 0 to ${count - 1}, got ${index} at place ${i}.`,
      );
    pixels.set(images.pixels.subarray(index * size, (index + 1) * size), i * size);
  }
  return { pixels, shape: [indices.length, height, width, channels] };
}

/**
 * The same images with blocks of factor × factor pixels averaged into one; bytes become numbers in [0, 1].
 *
 * @throws ShapeError where the factor does not divide the images' height and width
 */
export function shrinkImages(
  { pixels, shape }: ImageBatch | ImageBatch<Uint8Array>,
  factor: number,
): ImageBatch {
  const [count, height, width, channels] = shape;
  if (!Number.isInteger(factor) || factor < 1 || height % factor !== 0 || width % factor !== 0)
    throw new ShapeError(
      `shrinkImages: factor: expected a divisor of the images' height and width (${height}, ${width}), got ${factor}.`,
    );
  const small: ImageBatch["shape"] = [count, height / factor, width / factor, channels];
  const means = new Float32Array(count * small[1] * small[2] * channels);
  const scale = 1 / ((pixels instanceof Uint8Array ? 255 : 1) * factor * factor);
  const rowSize = width * channels;
  let place = 0;
  for (let row = 0; row < count * height; row += factor)
    for (let column = 0; column < rowSize; column += factor * channels)
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0;
        const start = row * rowSize + column + channel;
        for (let y = 0; y < factor; y++)
          for (let x = 0; x < factor; x++) sum += pixels[start + y * rowSize + x * channels]!;
        means[place++] = sum * scale;
      }
  return { pixels: means, shape: small };
}
