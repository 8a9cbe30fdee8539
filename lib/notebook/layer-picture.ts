/** A layer at work, step by step: what the pictures of the single layers have in common. */
import sharp from "sharp";
import { OptionError, ShapeError } from "../core/errors";
import { tf } from "../core/tf";
import { animation, type Animation, type AnimationOptions } from "./animation";
import { jupyterDisplay } from "./display";
import type { Displayable } from "./display";
import { frameSize } from "./layer-drawing";

/** Rows of numbers, or a tensor (height, width): read at once. */
export type Plane = readonly (readonly number[])[] | tf.Tensor2D;

/** A layer's picture to show: the last value of a cell (the animation), or a step of it. */
export interface LayerPicture extends Displayable {
  /** A frame for each step, as SVG. */
  readonly frames: readonly string[];
  /** What the layer makes of the input, as tf computes it. */
  readonly output: number[][];
  /** One step to show; −1 is the last. */
  step(index: number): Displayable;
  animation(options?: AnimationOptions): Promise<Animation>;
}

export function buildLayerPicture(
  description: string,
  frames: readonly string[],
  output: number[][],
): LayerPicture {
  const animate = (options: AnimationOptions = {}) =>
    animateFrames(frames, { description, frameDuration: 700, lastDuration: 3_000, ...options });
  let drawn: Promise<Animation> | undefined;
  return {
    frames,
    output,
    step(index) {
      const svg = frames.at(index);
      if (!Number.isInteger(index) || svg === undefined)
        throw new OptionError(`step: expected a whole number below ${frames.length}, got ${index}.`);
      const text = `${description}: step ${index < 0 ? frames.length + index : index} of ${frames.length}`;
      return { [jupyterDisplay]: () => ({ "text/plain": text, "image/svg+xml": svg }) };
    },
    animation: animate,
    [jupyterDisplay]: async () => (await (drawn ??= animate()))[jupyterDisplay](),
  };
}

/** SVG pictures of the size of a frame as an animation. */
async function animateFrames(frames: readonly string[], options: AnimationOptions): Promise<Animation> {
  const pixels = await Promise.all(
    frames.map((svg) =>
      sharp(Buffer.from(svg)).flatten({ background: "#fff" }).toColourspace("srgb").raw().toBuffer(),
    ),
  );
  return animation(
    { pixels: Buffer.concat(pixels), shape: [frames.length, frameSize.height, frameSize.width, 3] },
    options,
  );
}

/** The plane as a tensor (height, width); of a tensor a copy, so that it may be disposed of like one made here. */
export function planeToTensor(plane: Plane, name: string): tf.Tensor2D {
  if (plane instanceof tf.Tensor) {
    if (plane.rank !== 2)
      throw new ShapeError(`${name}: expected (height, width), got (${plane.shape.join(", ")}).`);
    return plane.clone();
  }
  const width = plane[0]?.length ?? 0;
  if (width === 0 || plane.some((row) => row.length !== width))
    throw new ShapeError(
      `${name}: expected rows of equal length, got lengths ${plane.map((row) => row.length).join(", ") || "of none"}.`,
    );
  return tf.tensor2d(plane as number[][]);
}

export const readPlane = (tensor: tf.Tensor): number[][] => tensor.arraySync() as number[][];

/** What `compute` returns, whatever it is; its tensors are disposed of. */
export function computeOnce<Result>(compute: () => Result): Result {
  let result: Result | undefined;
  tf.tidy(() => {
    result = compute();
  });
  return result!;
}
