/** scikit-image's numbers, made by tests/fixtures/colour/make-colour.py. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeSafetensors } from "../../lib/core/safetensors.ts";
import type { ImageBatch, ImageShape } from "../../lib/data/images.ts";

const path = join(import.meta.dirname, "..", "fixtures", "colour", "colour.safetensors");
const { tensors } = decodeSafetensors(readFileSync(path), path);

export function colours(name: string): ImageBatch {
  const { values, shape } = tensors.get(name)!;
  return { pixels: values, shape: [...shape] as ImageShape };
}

export function numbers(name: string): Float32Array {
  return tensors.get(name)!.values;
}

export function largestGap(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  let gap = 0;
  // Not Math.max, for which NaN would have to be looked at too.
  for (let i = 0; i < actual.length; i++)
    gap = gap >= Math.abs(actual[i]! - expected[i]!) ? gap : Math.abs(actual[i]! - expected[i]!);
  return gap;
}
