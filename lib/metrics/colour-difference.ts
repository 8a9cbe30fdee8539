/** How different colours look: ΔE between Lab colours, and how alike two pictures' stocks of colours are. */
import { OptionError, ShapeError } from "../core/errors";
import type { ImageBatch } from "../data/images";
import { checkPair } from "./image-similarity";

/**
 * ΔE of 1976, the Euclidean distance √(ΔL² + Δa² + Δb²) of each pair of pixels. About 2.3 is just noticeable.
 *
 * @param first Lab, (count, height, width, 3)
 * @param second the same
 * @returns one number for each pixel
 * @throws ShapeError where the shapes differ or there are not three channels
 */
export function deltaE76(first: ImageBatch, second: ImageBatch): Float64Array {
  return differences("deltaE76", first, second, (l1, a1, b1, l2, a2, b2) =>
    Math.hypot(l1 - l2, a1 - a2, b1 - b2),
  );
}

/**
 * ΔE of 2000 (Sharma, Wu & Dalal 2005, with k_L = k_C = k_H = 1): closer to what people see, who tell saturated colours less well
 * apart than greys.
 *
 * @param first Lab, (count, height, width, 3)
 * @param second the same
 * @returns one number for each pixel
 * @throws ShapeError where the shapes differ or there are not three channels
 */
export function deltaE2000(first: ImageBatch, second: ImageBatch): Float64Array {
  return differences("deltaE2000", first, second, difference2000);
}

type Difference = (l1: number, a1: number, b1: number, l2: number, a2: number, b2: number) => number;

function differences(name: string, first: ImageBatch, second: ImageBatch, difference: Difference) {
  checkPair(name, first, second);
  if (first.shape[3] !== 3)
    throw new ShapeError(`${name}: expected Lab (count, height, width, 3), got (${first.shape.join(", ")}).`);
  const [p, q] = [first.pixels, second.pixels];
  return Float64Array.from({ length: p.length / 3 }, (_, pixel) => {
    const i = 3 * pixel;
    return difference(p[i]!, p[i + 1]!, p[i + 2]!, q[i]!, q[i + 1]!, q[i + 2]!);
  });
}

const radians = (degrees: number) => (degrees * Math.PI) / 180;
const TURN = 2 * Math.PI;
/** √(C⁷ / (C⁷ + 25⁷)): 0 for greys, near 1 for saturated colours. */
const saturation = (chroma: number) => Math.sqrt(chroma ** 7 / (chroma ** 7 + 25 ** 7));
const hueOf = (a: number, b: number) => (Math.atan2(b, a) + TURN) % TURN;

/** Sharma et al. 2005, eq. 2 to 22. */
function difference2000(l1: number, a1: number, b1: number, l2: number, a2: number, b2: number): number {
  const stretch = 1 + 0.5 * (1 - saturation((Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2));
  const chroma1 = Math.hypot(stretch * a1, b1);
  const chroma2 = Math.hypot(stretch * a2, b2);
  const hue1 = hueOf(stretch * a1, b1);
  const hue2 = hueOf(stretch * a2, b2);
  const grey = chroma1 * chroma2 === 0;

  let turn = grey ? 0 : hue2 - hue1;
  let hueSum = hue1 + hue2;
  if (Math.abs(hue2 - hue1) > Math.PI && !grey) {
    turn -= Math.sign(turn) * TURN;
    hueSum += hueSum < TURN ? TURN : -TURN;
  }
  const hue = grey ? hueSum : hueSum / 2;
  const chroma = (chroma1 + chroma2) / 2;
  const lightness = ((l1 + l2) / 2 - 50) ** 2;

  const t =
    1 -
    0.17 * Math.cos(hue - radians(30)) +
    0.24 * Math.cos(2 * hue) +
    0.32 * Math.cos(3 * hue + radians(6)) -
    0.2 * Math.cos(4 * hue - radians(63));
  const deltaL = (l2 - l1) / (1 + (0.015 * lightness) / Math.sqrt(20 + lightness));
  const deltaC = (chroma2 - chroma1) / (1 + 0.045 * chroma);
  const deltaH = (2 * Math.sqrt(chroma1 * chroma2) * Math.sin(turn / 2)) / (1 + 0.015 * chroma * t);
  // Blue's hue and chroma are not judged independently.
  const angle = radians(30) * Math.exp(-((((hue * 180) / Math.PI - 275) / 25) ** 2));
  const rotation = -2 * Math.sin(2 * angle) * saturation(chroma);
  return Math.sqrt(Math.max(0, deltaL ** 2 + deltaC ** 2 + deltaH ** 2 + rotation * deltaC * deltaH));
}

/**
 * How much the distributions of one channel over all pixels have in common, Σ min(p, q) over bins of one unit from −128 to 128: 1
 * where they are equal, whichever pixel has which value. Isola et al. (2017, section 4.2) measure so whether colours are as manifold
 * as real ones, which the mean difference does not reward.
 *
 * @param first (count, height, width, channels), Lab for instance
 * @param second any number of pictures with as many channels
 * @param channel 1 for a, 2 for b
 * @throws ShapeError where the numbers of channels differ
 * @throws OptionError where there is no such channel
 */
export function histogramIntersection(first: ImageBatch, second: ImageBatch, channel: number): number {
  const channels = first.shape[3];
  if (second.shape[3] !== channels)
    throw new ShapeError(
      `histogramIntersection: expected equally many channels, got ${channels} and ${second.shape[3]}.`,
    );
  if (!Number.isInteger(channel) || channel < 0 || channel >= channels)
    throw new OptionError(`histogramIntersection: channel: expected 0 to ${channels - 1}, got ${channel}.`);
  const shares = ({ pixels }: ImageBatch) => {
    const bins = new Float64Array(256);
    const weight = channels / pixels.length;
    for (let i = channel; i < pixels.length; i += channels)
      bins[Math.min(255, Math.max(0, Math.floor(pixels[i]!) + 128))]! += weight;
    return bins;
  };
  const q = shares(second);
  return shares(first).reduce((sum, share, bin) => sum + Math.min(share, q[bin]!), 0);
}
