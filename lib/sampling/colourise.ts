/** Grey photographs of any size in colour. */
import { withRandomKey } from "../core/dropout";
import { OptionError } from "../core/errors";
import { Random } from "../core/random";
import { randomKey } from "../core/random-ops";
import { tf } from "../core/tf";
import { fitChroma } from "../data/gamut";
import { shrinkImages, type ImageBatch } from "../data/images";
import { labToRgb, rgbToLab } from "../data/lab";
import { imagesToTensor } from "../data/tensors";
import { scaleLightness, unscaleColours } from "../models/pix2pix";
import { blendWeights, layTiles, padByReflection, reflect, type Tile } from "./tiles";

export interface ColouriseOptions {
  /**
   * Side of the tiles that a photograph is coloured in, a multiple of 2^levels: as large as those the generator learnt from, which
   * knows what a picture's border does to its convolutions and does not know the middle of a large picture.
   */
  side?: number;
  /** Pixels that neighbouring tiles share at least, and over which one fades into the other. */
  overlap?: number;
  /**
   * How many times smaller, a whole number, the colours are chosen than the photograph is; lightness stays as sharp as it was, and
   * the eye does not see colours as sharply. A generator knows things at the size that they had where it learnt: a telephone's
   * photograph shows them many times larger.
   */
  shrink?: number;
  /**
   * Draws the masks of the dropout, which is the generator's noise (Isola et al. use it at test time too): another seed, slightly
   * other colours. Without it nothing is dropped, and equal photographs get equal colours.
   */
  seed?: number;
  /** Tiles that the generator is given at a time. */
  batchSize?: number;
}

export const colouriseDefaults = {
  side: 64,
  overlap: 32,
  shrink: 1,
  batchSize: 32,
} satisfies ColouriseOptions;

/**
 * Photographs with the generator's colours and their own lightness: only L of what is given is read, so a coloured photograph is
 * coloured anew, and L of what is returned is L of what was given to within rounding (colours that a screen cannot show at that
 * lightness are drawn towards grey, `fitChroma`).
 *
 * Photographs larger than a tile are coloured in tiles that overlap and fade into each other; smaller ones are continued by
 * reflection. Whatever else the object carries, such as a photo's alpha, is passed on.
 *
 * @param photos red, green and blue in [0, 1], (count, height, width, 3), of any height and width
 * @throws OptionError where an option makes no sense
 * @throws ShapeError where there are not three channels
 */
export async function colourise<Photos extends ImageBatch>(
  generator: tf.LayersModel,
  photos: Photos,
  options: ColouriseOptions = {},
): Promise<Photos> {
  const settings = { ...colouriseDefaults, ...options };
  checkOptions(generator, settings);
  const lab = rgbToLab(photos);
  if (settings.shrink === 1) await paintTiles(generator, lab, settings);
  else {
    const small = shrinkImages(padByReflection(lab, settings.shrink), settings.shrink);
    await paintTiles(generator, small, settings);
    await takeColours(lab, small, settings.shrink);
  }
  return { ...photos, pixels: labToRgb(fitChroma(lab)).pixels };
}

type Settings = typeof colouriseDefaults & ColouriseOptions;

/** Replaces a and b of every pixel. */
async function paintTiles(generator: tf.LayersModel, lab: ImageBatch, settings: Settings): Promise<void> {
  const [count, height, width] = lab.shape;
  const { side, overlap, batchSize, seed } = settings;
  const tiles = layTiles(height, width, side, overlap);
  const weights = blendWeights(side, overlap);
  const random = seed === undefined ? undefined : new Random(seed).fork("colourise");
  const jobs = Array.from({ length: count * tiles.length }, (_, i) => ({
    photo: Math.floor(i / tiles.length),
    tile: tiles[i % tiles.length]!,
  }));
  const colours = new Float32Array(count * height * width * 2);
  const totals = new Float32Array(count * height * width);
  for (let start = 0; start < jobs.length; start += batchSize) {
    const batch = jobs.slice(start, start + batchSize);
    const lightness = new Float32Array(batch.length * side * side);
    batch.forEach(({ photo, tile }, i) => readTile(lab, photo, tile, side, lightness, i * side * side));
    const painted = tf.tidy(() => {
      const scaled = scaleLightness(tf.tensor4d(lightness, [batch.length, side, side, 1]));
      const paint = (training: boolean) =>
        unscaleColours(generator.apply(scaled, { training }) as tf.Tensor4D);
      return random === undefined
        ? paint(false)
        : withRandomKey(randomKey(random.fork(start)), () => paint(true));
    });
    const values = await painted.data<"float32">();
    painted.dispose();
    batch.forEach(({ photo, tile }, i) => {
      const base = photo * height * width;
      for (let y = Math.max(0, -tile.top); y < side && tile.top + y < height; y++)
        for (let x = Math.max(0, -tile.left); x < side && tile.left + x < width; x++) {
          const target = base + (tile.top + y) * width + tile.left + x;
          const source = 2 * (i * side * side + y * side + x);
          const weight = weights[y]! * weights[x]!;
          colours[2 * target]! += weight * values[source]!;
          colours[2 * target + 1]! += weight * values[source + 1]!;
          totals[target]! += weight;
        }
    });
  }
  for (let i = 0; i < totals.length; i++) {
    lab.pixels[3 * i + 1] = colours[2 * i]! / totals[i]!;
    lab.pixels[3 * i + 2] = colours[2 * i + 1]! / totals[i]!;
  }
}

/** Gives `lab` the colours of `small`, enlarged `factor` times between its pixels' centres. */
async function takeColours(lab: ImageBatch, small: ImageBatch, factor: number): Promise<void> {
  const [count, height, width] = lab.shape;
  const [, rows, columns] = small.shape;
  const enlarged = tf.tidy(() =>
    tf.image.resizeBilinear(imagesToTensor(small), [rows * factor, columns * factor], false, true),
  );
  const values = await enlarged.data<"float32">();
  enlarged.dispose();
  for (let y = 0; y < count * height; y++) {
    const row = Math.floor(y / height) * rows * factor + (y % height);
    for (let x = 0; x < width; x++)
      for (const axis of [1, 2])
        lab.pixels[3 * (y * width + x) + axis] = values[3 * (row * columns * factor + x) + axis]!;
  }
}

/** L of one tile, continued by reflection where the tile reaches beyond the photograph. */
function readTile(
  { pixels, shape }: ImageBatch,
  photo: number,
  { top, left }: Tile,
  side: number,
  lightness: Float32Array,
  offset: number,
): void {
  const [, height, width] = shape;
  for (let y = 0; y < side; y++) {
    const row = (photo * height + reflect(top + y, height)) * width;
    for (let x = 0; x < side; x++)
      lightness[offset + y * side + x] = pixels[3 * (row + reflect(left + x, width))]!;
  }
}

function checkOptions(generator: tf.LayersModel, { side, shrink, batchSize }: Settings): void {
  const levels = generator.layers.filter(({ name }) => /^down\d+$/.test(name)).length;
  if (!Number.isInteger(side) || side < 1 || side % 2 ** levels !== 0)
    throw new OptionError(
      `colourise: side: expected a multiple of ${2 ** levels} (the generator halves ${levels} times), got ${side}.`,
    );
  for (const [name, value] of Object.entries({ shrink, batchSize }))
    if (!Number.isInteger(value) || value < 1)
      throw new OptionError(`colourise: ${name}: expected a positive whole number, got ${value}.`);
}
