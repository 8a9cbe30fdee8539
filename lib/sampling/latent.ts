/** Points of the latent space, and what a generator makes of them. */
import type { Random } from "../core/random";
import { tf } from "../core/tf";

/** Latent points z (batch, latentSize), standard normal. The caller disposes of them. */
export function latentBatch(rng: Random, batchSize: number, latentSize: number): tf.Tensor2D {
  return tf.tensor2d(rng.normals(batchSize * latentSize), [batchSize, latentSize]);
}

/** The generator's images (batch, height, width, channels) for latent points z. The caller disposes of them. */
export function generateImages(generator: tf.LayersModel, z: tf.Tensor2D): tf.Tensor4D {
  return tf.tidy(() => generator.apply(z) as tf.Tensor4D);
}
