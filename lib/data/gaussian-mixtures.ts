/**
 * The two mixtures of Gaussians in the plane on which mode collapse is measured: Srivastava et al. 2017 (VEEGAN), whose numbers
 * Lin et al. 2018 (PacGAN) take over. What a generator leaves out can be counted here, and seen.
 */
import { OptionError } from "../core/errors";
import type { Random } from "../core/random";

/** Equally likely round Gaussians. */
export interface GaussianMixture {
  name: string;
  /** The means, [x, y]. */
  modes: readonly (readonly [x: number, y: number])[];
  /** Standard deviation of each Gaussian along each axis. */
  std: number;
}

export interface RingOptions {
  /** How many Gaussians, spaced equally from angle 0 on. */
  modes?: number;
  radius?: number;
  std?: number;
}

/** As published: eight, on the unit circle. */
export const ringDefaults = { modes: 8, radius: 1, std: 0.01 } satisfies RingOptions;

/**
 * Gaussians on a circle: mode i at radius · (cos 2πi/n, sin 2πi/n).
 *
 * All n are distinct. The demonstration that Metz et al. 2017 published spaces its eight angles from 0 to 2π, both included, so
 * that the first and the last mode are one: its ring has seven modes, one of them twice as likely.
 *
 * @throws OptionError where there is less than one mode, or a length is not above 0
 */
export function ringOfGaussians(options: RingOptions = {}): GaussianMixture {
  const { modes, radius, std } = { ...ringDefaults, ...options };
  checkMixture("ringOfGaussians", { modes }, { radius, std });
  return {
    name: "ring",
    modes: Array.from({ length: modes }, (_, i) => {
      const angle = (2 * Math.PI * i) / modes;
      return [radius * Math.cos(angle), radius * Math.sin(angle)];
    }),
    std,
  };
}

export interface GridOptions {
  /** Gaussians in a row, and as many rows. */
  side?: number;
  /** From one mean to the next. */
  spacing?: number;
  std?: number;
}

/** As published: 25, at −4, −2, 0, 2, 4 along each axis. */
export const gridDefaults = { side: 5, spacing: 2, std: 0.05 } satisfies GridOptions;

/**
 * Gaussians on a square grid about 0, row by row from below.
 *
 * @throws OptionError where there is less than one mode, or a length is not above 0
 */
export function gridOfGaussians(options: GridOptions = {}): GaussianMixture {
  const { side, spacing, std } = { ...gridDefaults, ...options };
  checkMixture("gridOfGaussians", { side }, { spacing, std });
  const along = (i: number) => (i - (side - 1) / 2) * spacing;
  return {
    name: "grid",
    modes: Array.from({ length: side * side }, (_, i) => [along(i % side), along(Math.floor(i / side))]),
    std,
  };
}

/** Points of the mixture, (count, 2) row by row: x₀, y₀, x₁, y₁, … */
export function sampleMixture({ modes, std }: GaussianMixture, count: number, random: Random): Float32Array {
  const points = new Float32Array(2 * count);
  for (let i = 0; i < count; i++) {
    const [x, y] = modes[random.integer(modes.length)]!;
    points[2 * i] = x + std * random.normal();
    points[2 * i + 1] = y + std * random.normal();
  }
  return points;
}

function checkMixture(name: string, counts: Record<string, number>, lengths: Record<string, number>): void {
  for (const [option, value] of Object.entries(counts))
    if (!Number.isInteger(value) || value < 1)
      throw new OptionError(`${name}: ${option}: expected a positive whole number, got ${value}.`);
  for (const [option, value] of Object.entries(lengths))
    if (!(value > 0 && value < Infinity))
      throw new OptionError(`${name}: ${option}: expected a length above 0, got ${value}.`);
}
