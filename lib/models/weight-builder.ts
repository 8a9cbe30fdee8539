/** A network's first weights, by name. */
import type { Random } from "../core/random";
import { tf } from "../core/tf";

/** Collects variables; each is drawn from a stream of its own name. */
export class WeightBuilder {
  readonly weights: Record<string, tf.Variable> = {};
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  normal(name: string, shape: number[], deviation = 1): void {
    const size = shape.reduce((a, b) => a * b, 1);
    const values = this.#random.fork(name).normals(size);
    this.#add(name, shape, values.map((value) => value * deviation), true); // prettier-ignore
  }

  constant(name: string, shape: number[], value = 0, trainable = true): void {
    const size = shape.reduce((a, b) => a * b, 1);
    this.#add(name, shape, new Float32Array(size).fill(value), trainable);
  }

  /** Numbers that are drawn once and never learnt. */
  fixedNormal(name: string, shape: number[]): void {
    this.#add(name, shape, this.#random.fork(name).normals(shape.reduce((a, b) => a * b, 1)), false);
  }

  #add(name: string, shape: number[], values: Float32Array, trainable: boolean): void {
    this.weights[name] = tf.tidy(() => tf.variable(tf.tensor(values, shape, "float32"), trainable));
  }
}
