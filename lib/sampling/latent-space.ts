/** Ways through the latent space: between two points, and round a loop of many. */
import { OptionError, ShapeError } from "../core/errors";
import type { Random } from "../core/random";
import { tf } from "../core/tf";

/** A straight line: (1 − t) a + t b. Halfway, two independent normal points of many numbers make one that is shorter by √2. */
export function lerp<T extends tf.Tensor>(a: T, b: T, t: number): T {
  return tf.tidy(() => a.mul(1 - t).add(b.mul(t)));
}

/**
 * A great circle (Shoemake 1985), row by row: sin((1 − t) Ω) / sin Ω · a + sin(t Ω) / sin Ω · b with Ω the angle between a and b.
 * Normal points of many numbers lie near a sphere of radius √size, and so do all points on the way (White 2016). Where a and b
 * point the same or opposite ways there is no single circle, and the line is taken.
 *
 * @param a, b (batch, size)
 */
export function slerp(a: tf.Tensor2D, b: tf.Tensor2D, t: number): tf.Tensor2D {
  return tf.tidy(() => {
    const norm = (x: tf.Tensor) => x.square().sum(1, true).sqrt();
    const cosine = a
      .mul(b)
      .sum(1, true)
      .div(norm(a).mul(norm(b)).maximum(1e-12))
      .clipByValue(-1, 1);
    const angle = cosine.acos();
    const sine = angle.sin();
    const shares = tf.where(
      sine.greater(1e-3),
      tf.concat(
        [
          angle
            .mul(1 - t)
            .sin()
            .div(sine),
          angle.mul(t).sin().div(sine),
        ],
        1,
      ),
      tf.tensor2d([[1 - t, t]]).tile([a.shape[0], 1]),
    ); // (batch, 2)
    return a.mul(shares.slice([0, 0], [-1, 1])).add(b.mul(shares.slice([0, 1], [-1, 1])));
  });
}

export interface LatentWalk {
  /** Random points that are visited. */
  stops?: number;
  /** Frames from one to the next. */
  framesPerStop?: number;
  /** Along the sphere, or straight. */
  path?: "spherical" | "linear";
}

export const latentWalkDefaults = { stops: 6, framesPerStop: 12, path: "spherical" } satisfies LatentWalk;

/**
 * A closed walk through random points: the last frame is one step before the first.
 *
 * @returns z (stops · framesPerStop, latentSize); the caller disposes of it
 * @throws OptionError where a count is no positive whole number
 */
export function latentWalk(rng: Random, latentSize: number, options: LatentWalk = {}): tf.Tensor2D {
  const { stops, framesPerStop, path } = { ...latentWalkDefaults, ...options };
  for (const [name, count] of Object.entries({ stops, framesPerStop, latentSize }))
    if (!Number.isInteger(count) || count < 1)
      throw new OptionError(`latentWalk: ${name}: expected a positive whole number, got ${count}.`);
  const values = rng.normals(stops * latentSize);
  return tf.tidy(() => {
    const points = tf.tensor2d(values, [stops, latentSize]);
    const next = tf.concat([points.slice(1), points.slice(0, 1)]);
    const between = path === "spherical" ? slerp : lerp;
    const frames = Array.from({ length: framesPerStop }, (_, i) => between(points, next, i / framesPerStop));
    return tf.stack(frames, 1).reshape([stops * framesPerStop, latentSize]); // stop by stop
  });
}

/**
 * Which layers' styles come from the second point when two are mixed: 0 is the coarsest (the plan of the image), the last the
 * finest (its colours).
 *
 * @param coarse, fine w (batch, styleSize)
 * @param from the first layer that takes the fine styles
 * @returns one w for each layer
 * @throws OptionError where `from` is no layer; ShapeError where the shapes differ
 */
export function mixStyles(
  coarse: tf.Tensor2D,
  fine: tf.Tensor2D,
  from: number,
  layers: number,
): tf.Tensor2D[] {
  if (!Number.isInteger(from) || from < 0 || from > layers)
    throw new OptionError(`mixStyles: from: expected a layer from 0 to ${layers}, got ${from}.`);
  if (coarse.shape.join() !== fine.shape.join())
    throw new ShapeError(
      `mixStyles: expected styles of one shape, got (${coarse.shape.join(", ")}) and (${fine.shape.join(", ")}).`,
    );
  return Array.from({ length: layers }, (_, layer) => (layer < from ? coarse : fine));
}
