/** Images behind a slider: a walk through the latent space that the reader steps through. */
import sharp from "sharp";
import { OptionError } from "../core/errors";
import { buildChart, type Chart } from "./chart";
import { readImages, toBytes, type ImageSize, type ImageSource, type PixelRange } from "./pixels";

export interface ImageSliderOptions extends Partial<ImageSize> {
  title?: string;
  /** What the slider moves along. */
  label?: string;
  /** Side of the picture in screen pixels; the images' pixels are enlarged without smoothing. */
  size?: number;
  range?: PixelRange;
}

export const imageSliderDefaults = { label: "frame", size: 320 } satisfies ImageSliderOptions;

/** More would make a notebook heavy. */
const MOST_IMAGES = 200;

/**
 * A chart with one of the images and a slider that chooses which. Where nothing can be moved (a printed page) it shows the first.
 *
 * @throws ShapeError where the values are not a whole number of images
 * @throws OptionError where there are more than 200
 */
export async function imageSlider(source: ImageSource, options: ImageSliderOptions = {}): Promise<Chart> {
  const { title, label, size, range } = { ...imageSliderDefaults, ...options };
  const images = readImages(source, options);
  const { count, height, width, channels } = images;
  if (count > MOST_IMAGES)
    throw new OptionError(
      `imageSlider: expected at most ${MOST_IMAGES} images, got ${count}. Take every other.`,
    );
  const bytes = toBytes(images, count, range);
  const length = height * width * channels;
  const scale = Math.max(1, Math.round(size / Math.max(height, width)));
  const urls = await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const pixels = bytes.subarray(i * length, (i + 1) * length);
      const png = await sharp(pixels, { raw: { height, width, channels: channels as 1 | 3 } })
        .resize(width * scale, height * scale, { kernel: "nearest" })
        .png({ palette: true })
        .toBuffer();
      return `data:image/png;base64,${png.toString("base64")}`;
    }),
  );
  return buildChart({
    options: { width: width * scale, height: height * scale, ...(title === undefined ? {} : { title }) },
    description: `${count} images of ${height} × ${width} pixels behind a slider (${label}).`,
    notes: [],
    body: {
      params: [
        {
          name: "shown",
          value: 0,
          bind: { input: "range", min: 0, max: count - 1, step: 1, name: `${label} ` },
        },
      ],
      data: { values: urls.map((url, frame) => ({ frame, url })) },
      transform: [{ filter: "datum.frame === shown" }],
      mark: { type: "image", width: width * scale, height: height * scale },
      encoding: {
        url: { field: "url", type: "nominal" },
        x: { value: (width * scale) / 2 },
        y: { value: (height * scale) / 2 },
      },
    },
  });
}
