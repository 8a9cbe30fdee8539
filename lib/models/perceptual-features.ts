/** What a trained classifier sees at every layer: two images are alike where these are, even if their pixels are not. */
import { tf } from "../core/tf";
import type { Classifier } from "./classifier";

/**
 * The classifier's convolutions as features to compare images by, in the manner of LPIPS (Zhang et al. 2018): at each place the
 * channels have length 1, so that every layer counts alike. LPIPS also weighs the channels by what people judged, which nobody did
 * for our classifiers.
 *
 * @returns a function of images (batch, height, width, channels) in [0, 1]; gradients flow through it
 */
export function perceptualFeatures({ network }: Classifier): (images: tf.Tensor4D) => tf.Tensor4D[] {
  const convolutions = network.layers.filter(({ name }) => name.startsWith("conv"));
  const eye = tf.model({
    inputs: network.inputs,
    outputs: convolutions.map(({ output }) => output as tf.SymbolicTensor),
  });
  return (images) =>
    tf.tidy(() => {
      const layers = eye.apply(images) as tf.Tensor4D[];
      return layers.map((x) => x.mul<tf.Tensor4D>(x.square().sum(3, true).add(1e-8).rsqrt()));
    });
}
