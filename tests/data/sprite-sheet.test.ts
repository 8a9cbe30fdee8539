import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { DataError, OptionError } from "../../lib/core/errors.ts";
import { loadSpriteSheet, type SpriteSheetOptions } from "../../lib/data/sprite-sheet.ts";
import { fixtures, golden } from "./read-golden.ts";

const tile = { tileHeight: 5, tileWidth: 4 };
const sheet = (name: string, options?: Partial<SpriteSheetOptions>) =>
  loadSpriteSheet(join(fixtures, name), { ...tile, channels: 3, ...options });

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "images-"))));
afterEach(() => rmSync(folder, { recursive: true }));

test.each([
  ["colour.png", golden.colour],
  ["palette.png", golden.palette],
  ["alpha.png", golden.colour], // transparency is left out, not blended with black
])("%s is cut into the tiles that Pillow and NumPy cut", async (name, expected) => {
  const { pixels, shape } = await sheet(name);
  expect(shape).toEqual([6, 5, 4, 3]);
  expect(pixels).toBeInstanceOf(Uint8Array);
  expect(Array.from(pixels)).toEqual(expected);
});

test("colour read as grey is its luminance: white stays white, green is lighter than blue", async () => {
  const path = join(folder, "colours.png");
  const colours = Uint8Array.of(0, 0, 0, 255, 255, 255, 0, 255, 0, 0, 0, 255);
  await sharp(colours, { raw: { width: 4, height: 1, channels: 3 } })
    .png()
    .toFile(path);
  const { pixels, shape } = await loadSpriteSheet(path, { tileHeight: 1, tileWidth: 4 });
  expect(shape).toEqual([1, 1, 4, 1]);
  const [black, white, green, blue] = pixels;
  expect([black, white]).toEqual([0, 255]);
  expect(green).toBeGreaterThan(blue!);
});

test("grey read as colour has three equal channels", async () => {
  const path = join(folder, "grey.png");
  await sharp(Uint8Array.of(0, 100, 255), { raw: { width: 3, height: 1, channels: 1 } })
    .png()
    .toFile(path);
  const { pixels } = await loadSpriteSheet(path, { tileHeight: 1, tileWidth: 3, channels: 3 });
  expect(Array.from(pixels)).toEqual([0, 0, 0, 100, 100, 100, 255, 255, 255]);
});

test("count takes the first tiles", async () => {
  const { pixels, shape } = await sheet("colour.png", { count: 4 });
  expect(shape).toEqual([4, 5, 4, 3]);
  expect(Array.from(pixels)).toEqual(golden.colour.slice(0, 4 * 60));
});

test.each<[Partial<SpriteSheetOptions>, typeof OptionError | typeof DataError, string]>([
  [{ tileHeight: 0 }, OptionError, "tileHeight: expected an integer ≥ 1, got 0."],
  [{ tileWidth: 2.5 }, OptionError, "tileWidth: expected an integer ≥ 1, got 2.5."],
  [{ count: -1 }, OptionError, "count: expected an integer ≥ 1, got -1."],
  [{ count: 7 }, DataError, "expected at least 7 tiles, got 6."],
  [
    { tileWidth: 3 },
    DataError,
    "expected tiles of 5 × 3 (height × width), got a picture of 15 × 8, which is not a whole number",
  ],
])("%p is refused", async (options, kind, message) => {
  await expect(sheet("colour.png", options)).rejects.toThrow(kind);
  await expect(sheet("colour.png", options)).rejects.toThrow(message);
});

test.each([
  ["no picture", Buffer.from("label\n1\n")],
  ["half a picture", Buffer.from("89504e470d0a1a0a0000000d49484452", "hex")],
  ["nothing", Buffer.alloc(0)],
])("%s is named as such", async (_, bytes) => {
  const path = join(folder, "digits.png");
  writeFileSync(path, bytes);
  const loading = loadSpriteSheet(path, tile);
  await expect(loading).rejects.toThrow(DataError);
  await expect(loading).rejects.toThrow(`${path}: digits.png cannot be read as a picture: `);
});
