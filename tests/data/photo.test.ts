/** Every kind of picture a reader may bring, beside what Pillow reads: tests/fixtures/photo/make-photos.py. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { DataError, OptionError, ShapeError } from "../../lib/core/errors.ts";
import { loadPhoto, savePhoto, type Photo } from "../../lib/data/photo.ts";

const fixtures = join(import.meta.dirname, "..", "fixtures", "photo");
const expected = JSON.parse(readFileSync(join(fixtures, "photos.json"), "utf8")) as Record<
  string,
  { shape: [height: number, width: number, channels: number]; values: number[] }
>;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "photo-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The largest difference to Pillow's numbers, in steps of the file's own depth. */
function difference(photo: Photo, name: string): number {
  const { shape, values } = expected[name]!;
  const [height, width, channels] = shape;
  expect(photo.shape).toEqual([1, height, width, 3]);
  const scale = 2 ** photo.depth - 1;
  const gaps = values.map((value, i) => {
    const pixel = Math.floor(i / channels);
    const actual = i % channels < 3 ? photo.pixels[3 * pixel + (i % channels)] : photo.alpha![pixel];
    return Math.abs(scale * actual! - value);
  });
  return Math.max(...gaps);
}

test.each([
  ["rgb.png", 8, false],
  ["rgba.png", 8, true],
  ["grey.png", 8, false],
  ["grey-alpha.png", 8, true],
  ["rgb16.png", 16, false],
  ["rgba16.png", 16, true],
  ["grey16.png", 16, false],
  ["turned.jpg", 8, false],
  ["animated.gif", 8, false],
] as const)("%s is read as Pillow reads it, %i bits, alpha %p", async (name, depth, hasAlpha) => {
  const photo = await loadPhoto(join(fixtures, name));
  expect(photo.depth).toBe(depth);
  expect(photo.alpha !== undefined).toBe(hasAlpha);
  expect(difference(photo, name)).toBeLessThan(0.01);
});

test("EXIF's turn is undone: what is stored 12 wide and 8 high is 8 wide and 12 high", async () => {
  expect((await sharp(join(fixtures, "turned.jpg")).metadata()).width).toBe(12);
  expect((await loadPhoto(join(fixtures, "turned.jpg"))).shape).toEqual([1, 12, 8, 3]);
});

test("CMYK becomes colours on screen, by the inks' profile", async () => {
  // Pillow takes inks for ideal; the profile knows that they are duller. Brightness must agree all the same, pixel by pixel.
  const { pixels, shape } = await loadPhoto(join(fixtures, "cmyk.jpg"));
  expect(shape).toEqual([1, 8, 12, 3]);
  const brightness = (values: ArrayLike<number>) =>
    Array.from({ length: 96 }, (_, i) => values[3 * i]! + values[3 * i + 1]! + values[3 * i + 2]!);
  expect(correlation(brightness(pixels), brightness(expected["cmyk.jpg"]!.values))).toBeGreaterThan(0.85); // taken for the inks' negative it would be below zero
  const [red, , blue] = pixels.subarray(3 * 11); // the upper right corner, (218, 30, 112) as Pillow has it
  expect(red! - blue!).toBeGreaterThan(0.3);
});

function correlation(x: number[], y: number[]): number {
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  const product = (a: number[], ma: number, b: number[], mb: number) =>
    mean(a.map((value, i) => (value - ma) * (b[i]! - mb)));
  return product(x, mx, y, my) / Math.sqrt(product(x, mx, x, mx) * product(y, my, y, my));
}

test.each(["rgb.png", "rgba.png", "rgba16.png", "rgb16.png"])(
  "%s is written as it was read, alpha and bits included",
  async (name) => {
    const path = join(folder, "out.png");
    await savePhoto(await loadPhoto(join(fixtures, name)), path);
    const again = await loadPhoto(path);
    expect(difference(again, name)).toBeLessThan(0.01);
    const { depth, hasAlpha } = await sharp(path).metadata();
    expect([depth, hasAlpha]).toEqual([name.includes("16") ? "ushort" : "uchar", name.includes("a")]);
  },
);

test("bytes will do instead of a path", async () => {
  expect(difference(await loadPhoto(readFileSync(join(fixtures, "rgb.png"))), "rgb.png")).toBeLessThan(0.01);
});

describe("what is no picture is named, with what to do", () => {
  test.each([
    ["notes.txt", Buffer.from("Dear diary, today I took a picture."), /unsupported image format/],
    ["empty.jpg", Buffer.alloc(0), /empty/i],
    ["cut.jpg", readFileSync(join(fixtures, "turned.jpg")).subarray(0, 500), /premature end|corrupt/i],
    ["cut.png", readFileSync(join(fixtures, "rgb.png")).subarray(0, 200), /./],
  ])("%s", async (name, bytes, reason) => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    const error: unknown = await loadPhoto(path).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DataError);
    const { message } = error as Error;
    expect(message).toContain(`${path}: cannot be read as a picture: `);
    expect(message).toMatch(reason);
    expect(message).toMatch(/export it as JPEG or PNG/);
  });

  test("a file that is not there, and a folder", async () => {
    await expect(loadPhoto(join(folder, "none.jpg"))).rejects.toThrow(/none\.jpg: there is no such file/);
    await expect(loadPhoto(folder)).rejects.toThrow(/expected a file, got a folder/);
  });
});

test("a huge picture is refused before it is decoded, with both ways out", async () => {
  // One colour: a small file, and 1.8 GB with all that is computed of it.
  const create = { width: 6_000, height: 5_000, channels: 3, background: "#123456" } as const;
  const bytes = await sharp({ create }).png({ compressionLevel: 1 }).toBuffer();
  await expect(loadPhoto(bytes)).rejects.toThrow(DataError);
  await expect(loadPhoto(bytes)).rejects.toThrow(
    "photo: 6000 × 5000 pixels are more than maxPixels (24000000). Shrink the picture, or allow more: " +
      "loadPhoto(path, { maxPixels: 30000000 }) needs about 2 GB of memory.",
  );
  await expect(loadPhoto(join(fixtures, "rgb.png"), { maxPixels: 95 })).rejects.toThrow("12 × 8 pixels");
  await expect(loadPhoto(join(fixtures, "rgb.png"), { maxPixels: 96 })).resolves.toBeDefined();
});

test("options and photos that make no sense are refused", async () => {
  await expect(loadPhoto(join(fixtures, "rgb.png"), { maxPixels: 0 })).rejects.toThrow(OptionError);
  const two: Photo = { pixels: new Float32Array(6), shape: [2, 1, 1, 3], depth: 8 };
  await expect(savePhoto(two, join(folder, "x.png"))).rejects.toThrow(ShapeError);
});
