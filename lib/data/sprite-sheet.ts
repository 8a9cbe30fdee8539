/** A sprite sheet (one picture of many) cut into tiles: the one file of this folder that loads sharp. */
import { basename } from "node:path";
import sharp from "sharp";
import { DataError, OptionError } from "../core/errors";
import { readDataFile } from "./dataset-files";
import type { ImageBatch } from "./images";

/** How a sprite sheet is laid out: tiles side by side, row by row, without gaps. */
export interface SpriteSheetOptions {
  /** Height of a tile in pixels. */
  tileHeight: number;
  /** Width of a tile in pixels. */
  tileWidth: number;
  /** 1 for grey, 3 for red, green and blue. */
  channels?: 1 | 3;
  /** How many tiles to take, where the last row of the sheet is not full. All that fit unless told. */
  count?: number;
}

/**
 * The tiles of a sprite sheet (PNG, JPEG, WebP …), as bytes 0 … 255.
 *
 * @throws DataError where the file is missing, is no picture, or its size is not a whole number of tiles
 */
export async function loadSpriteSheet(
  path: string,
  options: SpriteSheetOptions,
): Promise<ImageBatch<Uint8Array>> {
  const { tileHeight, tileWidth, channels = 1, count } = options;
  for (const [name, size] of Object.entries({ tileHeight, tileWidth, count: count ?? 1 }))
    if (!Number.isInteger(size) || size < 1)
      throw new OptionError(`loadSpriteSheet: ${name}: expected an integer ≥ 1, got ${size}.`);
  const sheet = await decode(path, channels);
  if (sheet.height % tileHeight !== 0 || sheet.width % tileWidth !== 0)
    throw new DataError(
      `${path}: expected tiles of ${tileHeight} × ${tileWidth} (height × width), got a picture of ` +
        `${sheet.height} × ${sheet.width}, which is not a whole number of them.`,
    );
  const capacity = (sheet.height / tileHeight) * (sheet.width / tileWidth);
  if (count !== undefined && count > capacity)
    throw new DataError(`${path}: expected at least ${count} tiles, got ${capacity}.`);
  return cutTiles(sheet, { tileHeight, tileWidth, channels, count: count ?? capacity });
}

interface Sheet {
  bytes: Uint8Array;
  height: number;
  width: number;
}

async function decode(path: string, channels: 1 | 3): Promise<Sheet> {
  const encoded = readDataFile(path);
  try {
    const { data, info } = await sharp(encoded)
      .removeAlpha()
      .toColourspace(channels === 1 ? "b-w" : "srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    return { bytes: data, height: info.height, width: info.width };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DataError(`${path}: ${basename(path)} cannot be read as a picture: ${reason}`, { cause });
  }
}

function cutTiles(sheet: Sheet, tile: Required<SpriteSheetOptions>): ImageBatch<Uint8Array> {
  const { tileHeight, tileWidth, channels, count } = tile;
  const tilesInRow = sheet.width / tileWidth;
  const rowBytes = tileWidth * channels;
  const pixels = new Uint8Array(count * tileHeight * rowBytes);
  for (let i = 0, target = 0; i < count; i++) {
    const top = Math.floor(i / tilesInRow) * tileHeight;
    const left = (i % tilesInRow) * rowBytes;
    for (let y = 0; y < tileHeight; y++, target += rowBytes) {
      const source = (top + y) * sheet.width * channels + left;
      pixels.set(sheet.bytes.subarray(source, source + rowBytes), target);
    }
  }
  return { pixels, shape: [count, tileHeight, tileWidth, channels] };
}
