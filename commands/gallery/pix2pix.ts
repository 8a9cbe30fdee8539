/** `node commands/gallery/pix2pix.ts`: draws docs/gallery/pix2pix.png of the shipped models. */
import { join } from "node:path";
import sharp from "sharp";
import {
  colourise,
  imageGrid,
  loadColouriser,
  loadHurricane,
  paintEvenly,
  Random,
  useBackend,
} from "@actl/generative";
import type { ImageBatch } from "@actl/generative";

const SEED = 4;
const ROWS = 8;
const SIDE = 64;
/** The large picture: so many photographs side by side, less a margin, so that its tiles lie anywhere among them. */
const MOSAIC = { across: 6, down: 5, margin: 22 };
const GAP = 12;
const HEADING = 24;
const SCALE = 2;

await useBackend();
const [withDiscriminator, byL1] = [loadColouriser("pix2pix-colour"), loadColouriser("pix2pix-colour-l1")];
const { images } = await loadHurricane({ split: "test", side: SIDE, count: ROWS, seed: SEED });
const painted = [
  paintEvenly(images, { a: 0, b: 0 }),
  await colourise(byL1, images),
  await colourise(withDiscriminator, images),
  images,
];
const columns = await Promise.all(painted.map((photos) => draw(photos, 1, SCALE)));

const mosaic = await makeMosaic();
const large = [paintEvenly(mosaic, { a: 0, b: 0 }), await colourise(withDiscriminator, mosaic), mosaic];
const pictures = await Promise.all(large.map((photo) => draw(photo, 1, 1)));
for (const generator of [withDiscriminator, byL1]) generator.dispose();

const [, mosaicHeight, mosaicWidth] = mosaic.shape;
const columnWidth = SIDE * SCALE;
const left = 4 * (columnWidth + GAP);
const height = HEADING + Math.max(ROWS * (columnWidth + 2) - 2, 3 * (mosaicHeight + HEADING) - HEADING);
const width = left + mosaicWidth;
const layers = [
  ...columns.map((input, i) => ({ input, left: i * (columnWidth + GAP), top: HEADING })),
  ...pictures.map((input, i) => ({ input, left, top: HEADING + i * (mosaicHeight + HEADING) })),
];
const headings = [
  ...["grey", "L1 alone", "GAN and L1", "truth"].map((text, i) => ({
    text,
    x: i * (columnWidth + GAP),
    y: 17,
  })),
  ...[`grey, ${mosaicWidth} × ${mosaicHeight} pixels in tiles`, "GAN and L1", "truth"].map((text, i) => ({
    text,
    x: left,
    y: 17 + i * (mosaicHeight + HEADING),
  })),
];
const words = headings.map(
  ({ text, x, y }) => `<text x="${x}" y="${y}" font-family="sans-serif" font-size="15">${text}</text>`,
);
const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${words.join("")}</svg>`;
const path = join(import.meta.dirname, "../../docs/gallery/pix2pix.png");
await sharp({ create: { width, height, channels: 3, background: "#ffffff" } })
  .composite([...layers, { input: Buffer.from(svg), left: 0, top: 0 }])
  .png({ palette: true, colours: 192, effort: 10 })
  .toFile(path);
console.log(path);

function draw(photos: ImageBatch, across: number, scale: number): Promise<Buffer> {
  return imageGrid(photos, { columns: across, scale, gap: 2 }).png();
}

/** Photographs of the test split side by side, as one. */
async function makeMosaic(): Promise<ImageBatch> {
  const { across, down, margin } = MOSAIC;
  const seed = new Random(SEED).fork("mosaic").integer(1000);
  const { images: parts } = await loadHurricane({ split: "test", side: SIDE, count: across * down, seed });
  const size: ImageBatch["shape"] = [1, down * SIDE - 2 * margin, across * SIDE - 2 * margin, 3];
  const pixels = new Float32Array(size[1] * size[2] * 3);
  for (let y = 0; y < size[1]; y++)
    for (let x = 0; x < size[2]; x++) {
      const [row, column] = [y + margin, x + margin];
      const part = Math.floor(row / SIDE) * across + Math.floor(column / SIDE);
      const source = ((part * SIDE + (row % SIDE)) * SIDE + (column % SIDE)) * 3;
      pixels.set(parts.pixels.subarray(source, source + 3), (y * size[2] + x) * 3);
    }
  return { pixels, shape: size };
}
