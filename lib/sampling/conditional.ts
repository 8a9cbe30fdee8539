/** Images of classes that are asked for. */
import type { Random } from "../core/random";
import { tf } from "../core/tf";
import type { ConditionalGenerator } from "../models/conditional-networks";
import { latentBatch } from "./latent";

/** Images that are made at once: more would only take memory. */
const CHUNK = 250;

/**
 * One image for each label (count, height, width, channels), each of a latent point of its own. The caller disposes of them.
 *
 * @param labels 0 … classes − 1
 */
export function sampleClasses(
  generator: ConditionalGenerator,
  labels: ArrayLike<number>,
  rng: Random,
): tf.Tensor4D {
  return tf.tidy(() => {
    const z = latentBatch(rng, labels.length, generator.latentSize);
    const y = tf.tensor1d(Int32Array.from(labels), "int32");
    const parts: tf.Tensor4D[] = [];
    for (let start = 0; start < labels.length; start += CHUNK) {
      const size = Math.min(CHUNK, labels.length - start);
      parts.push(generator.generate(z.slice(start, size), y.slice(start, size)));
    }
    return tf.concat(parts);
  });
}
