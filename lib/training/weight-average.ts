/** The running average of a network's weights: steadier than the weights, which go on jumping about a good place. */
import { OptionError } from "../core/errors";
import type { NamedTensor } from "../core/safetensors";
import { tf } from "../core/tf";
import { readVariables, writeVariables } from "../models/weights";

/**
 * Exponential moving average (Polyak averaging; of a GAN's generator: Karras et al. 2018, Yazıcı et al. 2019): after step t
 *
 *     d = min(decay, (1 + t) / (10 + t))        average ← d · average + (1 − d) · weight
 *
 * The smaller d of the first steps forgets the untrained weights. All state is in variables, so `update` may be a part of a
 * compiled step.
 */
export class WeightAverage {
  /** In the order of the variables they are averages of. */
  readonly averages: readonly tf.Variable[];
  readonly #variables: readonly tf.Variable[];
  readonly #decay: number;
  readonly #step: tf.Variable<tf.Rank.R0>;

  /**
   * @param averages variables of the same shapes to hold the averages; of its own unless given
   * @throws OptionError where decay is not from 0 to below 1
   */
  constructor(variables: readonly tf.Variable[], decay: number, averages?: readonly tf.Variable[]) {
    if (!(decay >= 0 && decay < 1))
      throw new OptionError(`averageDecay: expected a number from 0 to below 1, got ${decay}.`);
    this.#variables = variables;
    this.#decay = decay;
    this.averages =
      averages ?? variables.map((variable) => tf.tidy(() => tf.variable(variable.clone(), false)));
    this.#step = tf.tidy(() => tf.variable(tf.scalar(0), false));
    this.#ownsAverages = averages === undefined;
  }

  readonly #ownsAverages: boolean;

  /** To be called after each step of the optimiser. */
  update(): void {
    tf.tidy(() => {
      const step = this.#step.add(1);
      this.#step.assign(step as tf.Scalar);
      const decay = tf.minimum(this.#decay, step.add(1).div(step.add(10)));
      this.averages.forEach((average, i) => {
        const weight = this.#variables[i]!;
        average.assign(weight.add(average.sub(weight).mul(decay)));
      });
    });
  }

  /** Gives the network the averages for its weights. */
  apply(): void {
    this.averages.forEach((average, i) => {
      this.#variables[i]!.assign(average);
    });
  }

  /** The state: `step`, then `average.0`, … in the order of the variables. */
  read(): Promise<Map<string, NamedTensor>> {
    return readVariables(this.#state());
  }

  /** @throws DataError where the state belongs to other variables */
  write(state: ReadonlyMap<string, NamedTensor>, origin: string): void {
    writeVariables(this.#state(), state, origin);
  }

  #state(): Record<string, tf.Variable> {
    const averages = this.averages.map((average, i) => [`average.${i}`, average] as const);
    return { step: this.#step, ...Object.fromEntries(averages) };
  }

  dispose(): void {
    this.#step.dispose();
    if (this.#ownsAverages) tf.dispose([...this.averages]);
  }
}
