/** What conditional generators and discriminators are, whichever way they are told the class. */
import type { tf } from "../core/tf";
import type { Weights } from "./weights";

export interface ConditionalGenerator {
  /** How many classes one may ask for; 0 where labels are not looked at. */
  classes: number;
  latentSize: number;
  imageShape: readonly [height: number, width: number, channels: number];
  weights: Weights;
  /**
   * Images (batch, height, width, channels) with values in [0, 1]. The caller disposes of them.
   *
   * @param z (batch, latentSize)
   * @param labels int32 (batch)
   */
  generate(z: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor4D;
}

export interface ConditionalDiscriminator {
  weights: Weights;
  /** What is neither a weight nor computed anew in each step: vectors of power iterations. */
  state: Weights;
  /** Brings the state up to date with the weights: once in a step, before the gradient is taken. */
  prepare(): void;
  /**
   * Logits (labels, 1): above 0 for "a real image of this class".
   *
   * @param images (batch, height, width, channels) with values in [0, 1]
   * @param labels int32 (batch), or (k · batch) to have the images judged k times, with other labels each time
   */
  judge(images: tf.Tensor4D, labels: tf.Tensor1D): tf.Tensor2D;
}

export interface ConditionalNetworks {
  generator: ConditionalGenerator;
  /** The same network with the running average of the generator's weights: the one to draw pictures with. */
  averaged: ConditionalGenerator;
  discriminator: ConditionalDiscriminator;
}
