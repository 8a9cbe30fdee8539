import { tf } from "../core/tf";
import { layerNorm } from "./layer-norm";

/**
 * Layer normalisation of a picture's channels at each place (Ba et al. 2016; in U-Nets for pictures: Chen et al. 2022, "Simple
 * baselines for image restoration"), as a layer for tf.model: weights `gamma` and `beta` (channels), ε 1e-5.
 *
 * Batch normalisation would make a picture depend on the others of its batch and another function of the network at test time, and
 * instance normalisation a place on all others. This one is the same function always, and local: what a convolution sees stays what
 * it sees.
 */
export function channelNorm(config: { name?: string } = {}): tf.layers.Layer {
  return new ChannelNorm(config);
}

class ChannelNorm extends tf.layers.Layer {
  static className = "ChannelNorm";
  #gain!: ReturnType<tf.layers.Layer["addWeight"]>;
  #bias!: ReturnType<tf.layers.Layer["addWeight"]>;

  override build(inputShape: tf.Shape): void {
    const channels = [inputShape.at(-1)!];
    this.#gain = this.addWeight("gamma", channels, "float32", tf.initializers.ones());
    this.#bias = this.addWeight("beta", channels, "float32", tf.initializers.zeros());
    this.built = true;
  }

  override computeOutputShape(inputShape: tf.Shape): tf.Shape {
    return inputShape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs;
    return layerNorm(x, this.#gain.read() as tf.Tensor1D, this.#bias.read() as tf.Tensor1D);
  }
}
