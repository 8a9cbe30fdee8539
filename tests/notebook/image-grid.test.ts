import sharp from "sharp";
import { OptionError, ShapeError } from "../../lib/core/errors.ts";
import { tf } from "../../lib/core/tf.ts";
import { jupyterDisplay } from "../../lib/notebook/display.ts";
import { imageGrid, type ImageGrid, type ImageGridOptions } from "../../lib/notebook/image-grid.ts";
import type { ImageSource } from "../../lib/notebook/pixels.ts";

/** The picture's pixels (red, green, blue, alpha), as another program decodes the PNG. */
async function decode(grid: ImageGrid) {
  const { data, info } = await sharp(await grid.png())
    .ensureAlpha()
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect([info.height, info.width]).toEqual([grid.height, grid.width]);
  return (y: number, x: number) =>
    Array.from(data.subarray((y * info.width + x) * 4, (y * info.width + x) * 4 + 4));
}

/** `count` images of 2 × 3 pixels, all different. */
const ramp = (count: number, channels = 1) => Uint8Array.from({ length: count * 6 * channels }, (_, i) => i);

test("each pixel is a square of its grey, images are apart by a transparent gap", async () => {
  const grid = imageGrid({ pixels: ramp(4), shape: [4, 2, 3, 1] }, { columns: 2, scale: 3, gap: 2 });
  expect([grid.height, grid.width]).toEqual([2 * 6 + 2, 2 * 9 + 2]);
  const pixel = await decode(grid);
  for (let image = 0; image < 4; image++)
    for (let y = 0; y < 6; y++)
      for (let x = 0; x < 9; x++) {
        const grey = image * 6 + Math.floor(y / 3) * 3 + Math.floor(x / 3);
        expect(pixel(Math.floor(image / 2) * 8 + y, (image % 2) * 11 + x)).toEqual([grey, grey, grey, 255]);
      }
  for (const [y, x] of [
    [0, 9],
    [0, 10],
    [6, 0],
    [7, 19],
    [13, 10],
  ] as const)
    expect(pixel(y, x)[3]).toBe(0);
});

test("colour keeps its channels, and a last row that is not full is transparent", async () => {
  const grid = imageGrid({ pixels: ramp(3, 3), shape: [3, 2, 3, 3] }, { columns: 2, scale: 1, gap: 0 });
  const pixel = await decode(grid);
  expect(pixel(0, 0)).toEqual([0, 1, 2, 255]);
  expect(pixel(1, 5)).toEqual([33, 34, 35, 255]);
  expect(pixel(2, 0)).toEqual([36, 37, 38, 255]);
  expect(pixel(3, 5)[3]).toBe(0);
});

test.each<[string, ImageSource, ImageGridOptions]>([
  ["bytes", Uint8Array.of(0, 51, 255), {}],
  ["numbers in [0, 1]", Float32Array.of(0, 0.2, 1), {}],
  ["a plain array", [0, 0.2, 1], {}],
  ["numbers in [-1, 1] by their range", Float32Array.of(-1, -0.6, 1), { range: [-1, 1] }],
  ["a range turned round", Float32Array.of(1, 0.8, 0), { range: [1, 0] }],
  ["numbers a little beyond, clipped", Float32Array.of(-0.4, 0.2, 1.9), {}],
])("%s give the same picture", async (_, source, options) => {
  const pixel = await decode(imageGrid(source, { height: 1, width: 3, scale: 1, ...options }));
  expect([0, 1, 2].map((x) => pixel(0, x)[0])).toEqual([0, 51, 255]);
});

test.each([
  ["a batch with channels", [5, 2, 4, 1], 5 * 2, 4],
  ["a batch in colour", [5, 2, 4, 3], 5 * 2, 4],
  ["one image", [2, 4, 1], 2, 4],
  ["one image in colour", [2, 4, 3], 2, 4],
  ["a batch of grey without channels", [5, 2, 4], 5 * 2, 4],
  ["one grey image", [2, 6], 2, 6],
])("a tensor of %s (%p) is read at once and not kept", (_, shape, height, width) => {
  const before = tf.memory().numTensors;
  const tensor = tf.zeros(shape);
  const grid = imageGrid(tensor, { scale: 1, gap: 0, columns: 1 });
  tensor.dispose();
  expect([grid.height, grid.width]).toEqual([height, width]);
  expect(tf.memory().numTensors).toBe(before);
});

test("its bundle is a PNG with its size, and a text", async () => {
  const grid = imageGrid({ pixels: ramp(2), shape: [2, 2, 3, 1] }, { description: "fakes of step 7" });
  const bundle = await grid[jupyterDisplay]();
  expect(Object.keys(bundle)).toEqual(["text/plain", "image/png"]);
  expect(bundle["text/plain"]).toBe("fakes of step 7: 2 images of 2 × 3 pixels");
  const { format, width, height } = await sharp(
    Buffer.from(bundle["image/png"] as string, "base64"),
  ).metadata();
  expect(format).toBe("png");
  expect(grid.displayMetadata).toEqual({ "image/png": { width, height } });
});

test.each([1, 2, 7, 16, 25, 36, 64, 100, 1000])(
  "%p digits fit a slide, in full rows where they can",
  (count) => {
    const grid = imageGrid({ pixels: new Uint8Array(count * 784), shape: [count, 28, 28, 1] }, { gap: 0 });
    expect(grid.width / 28).toEqual(Math.floor(grid.width / 28));
    if (count <= 100) {
      expect(grid.width).toBeLessThanOrEqual(960);
      expect(grid.height).toBeLessThanOrEqual(600);
      expect(grid.width).toBeGreaterThanOrEqual(grid.height);
    }
  },
);

test("count and columns are the reader's, as far as there are images", () => {
  const source = { pixels: ramp(6), shape: [6, 2, 3, 1] };
  expect(imageGrid(source, { count: 3, columns: 3, scale: 1, gap: 1 })).toMatchObject({
    height: 2,
    width: 11,
  });
  expect(imageGrid(source, { count: 99, columns: 99, scale: 1, gap: 0 })).toMatchObject({
    height: 2,
    width: 18,
  });
});

const grey = (...values: number[]): [ImageSource, ImageGridOptions] => [
  Float32Array.from(values),
  { height: 1, width: 2 },
];
const six = { pixels: ramp(1), shape: [1, 2, 3, 1] };

test.each<[ImageSource, ImageGridOptions, typeof OptionError | typeof ShapeError, string]>([
  [
    ...grey(0, 1, NaN, 0),
    OptionError,
    "expected finite values, got NaN in image 1, row 0, column 0. Has the training diverged?",
  ],
  [...grey(0, Infinity), OptionError, "expected finite values, got Infinity in image 0, row 0, column 1."],
  [
    ...grey(-1, 1),
    OptionError,
    "expected values in [0, 1], got values from -1 to 1. Say what is black and what is white: { range: [-1, 1] }.",
  ],
  [
    ...grey(0, 255),
    OptionError,
    "got values from 0 to 255. Say what is black and what is white: { range: [0, 255] }.",
  ],
  [...grey(1, 2, 3), ShapeError, "expected a multiple of 1 × 2 × 1 = 2 values, got 3."],
  [...grey(), ShapeError, "expected a multiple of 1 × 2 × 1 = 2 values, got 0."],
  [
    [1, 2],
    {},
    ShapeError,
    "these pixels have no shape. Give it: imageGrid(pixels, { height: 28, width: 28 }).",
  ],
  [[1, 2], { height: 0, width: 2 }, ShapeError, "height: expected an integer ≥ 1, got 0."],
  [
    [1, 2],
    { height: 1, width: 1, channels: 2 as never },
    ShapeError,
    "channels: expected 1 (grey) or 3 (red, green, blue), got 2.",
  ],
  [
    { pixels: [1, 2], shape: [2] },
    {},
    ShapeError,
    "expected images (batch, height, width, channels), got (2). Forgot reshape?",
  ],
  [six, { count: 0 }, OptionError, "count: expected an integer ≥ 1, got 0."],
  [six, { columns: 0.5 }, OptionError, "columns: expected an integer ≥ 1, got 0.5."],
  [six, { scale: 0 }, OptionError, "scale: expected an integer ≥ 1, got 0."],
  [six, { gap: -1 }, OptionError, "gap: expected an integer ≥ 0, got -1."],
  [six, { range: [1, 1] }, OptionError, "range: expected two different numbers, got [1, 1]."],
])("%j with %j is refused", (source, options, kind, message) => {
  expect(() => imageGrid(source, options)).toThrow(kind);
  expect(() => imageGrid(source, options)).toThrow(message);
});
