/** Adam (Kingma & Ba 2015) and AdamW (Loshchilov & Hutter 2019), with a state that can be saved and put back to the last bit. */
import { DataError, OptionError } from "../core/errors";
import type { NamedTensor } from "../core/safetensors";
import { tf } from "../core/tf";
import { hasOwnKernels, nativeOp } from "../layers/native-op";

export interface AdamOptions {
  learningRate: number;
  /** Memory of the mean of gradients. */
  beta1?: number;
  /** Memory of the mean of squared gradients. */
  beta2?: number;
  /** Keeps the division finite; 1e-7 as in Keras. */
  epsilon?: number;
  /** λ, the share of a weight that each step takes away, times the learning rate: with more than 0 this is AdamW. */
  weightDecay?: number;
  /** Which variables decay; matrices and convolutions' filters unless given, not biases and gains, as in nanoGPT. */
  decays?: (variable: tf.Variable) => boolean;
}

export const adamDefaults = {
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-7,
  weightDecay: 0,
  decays: ({ rank }) => rank >= 2,
} satisfies Omit<AdamOptions, "learningRate">;

/**
 * Kingma & Ba's algorithm 1: for each variable θ with gradient g at step t,
 *
 *     m ← β₁ m + (1 − β₁) g        v ← β₂ v + (1 − β₂) g²
 *     θ ← (1 − rate · λ) θ − rate · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)
 *
 * With λ = 0 this is Adam; else AdamW (Loshchilov & Hutter 2019, algorithm 2), whose decay is not part of the gradient and so is
 * not divided by √v. As in PyTorch it is multiplied by the rate, and a variable that has no gradient does not decay.
 *
 * tf.train.adam keeps β₁ᵗ as a running 32-bit product that it does not save, so a training resumed with it takes slightly
 * other steps than one that was never stopped. Here t itself is the state, in a variable, so that a compiled step counts on.
 */
export class Adam {
  readonly #variables: readonly tf.Variable[];
  readonly #options: Required<AdamOptions>;
  readonly #means: tf.Variable[];
  readonly #squares: tf.Variable[];
  readonly #step: tf.Variable<tf.Rank.R0>;
  /** What a step leaves of each variable, 1 − rate · λ; 1 where it does not decay. */
  readonly #kept: readonly number[];

  /** @throws OptionError where the decay is negative, or takes all in one step */
  constructor(variables: readonly tf.Variable[], options: AdamOptions) {
    this.#variables = variables;
    this.#options = { ...adamDefaults, ...options };
    const { learningRate, weightDecay, decays } = this.#options;
    const kept = 1 - learningRate * weightDecay;
    if (!(weightDecay >= 0 && kept > 0))
      throw new OptionError(
        `Adam: weightDecay: expected a number from 0 to less than 1 / learningRate (${1 / learningRate}), got ${weightDecay}.`,
      );
    this.#kept = variables.map((variable) => (decays(variable) ? kept : 1));
    this.#means = zerosLike(variables);
    this.#squares = zerosLike(variables);
    this.#step = tf.tidy(() => tf.variable(tf.scalar(0), false));
  }

  /**
   * One step down the gradient of `loss` with respect to this optimiser's variables, and to nothing else. A variable that the
   * loss does not depend on stays as it is, its means included, as in PyTorch.
   *
   * @returns the loss before the step; the caller disposes of it
   */
  minimize(loss: () => tf.Scalar): tf.Scalar {
    return tf.tidy(() => {
      const { value, grads } = tf.variableGrads(loss, [...this.#variables]);
      this.apply(grads);
      return value;
    });
  }

  /**
   * One step down gradients that are known already.
   *
   * @param grads by the variables' own names (`variable.name`); who is not named stays as it is
   */
  apply(grads: tf.NamedTensorMap): void {
    tf.tidy(() => {
      this.#step.assign(this.#step.add(1));
      if (hasOwnKernels()) {
        this.#updateAll(grads);
        return;
      }
      const corrections = { mean: this.#correction("beta1"), square: this.#correction("beta2") };
      this.#variables.forEach((variable, i) => {
        const gradient = grads[variable.name];
        if (gradient !== undefined) this.#update(variable, gradient, i, corrections);
      });
    });
  }

  /** All variables in one op, lib/native/kernels/adam_kernel.cc. */
  #updateAll(gradients: tf.NamedTensorMap): void {
    const { learningRate, beta1, beta2, epsilon, weightDecay } = this.#options;
    const found = [...this.#variables.keys()].filter((i) => this.#variables[i]!.name in gradients);
    // The op lets the first of its variables decay.
    const decaying = found.filter((i) => this.#kept[i] !== 1);
    const moved = [...decaying, ...found.filter((i) => this.#kept[i] === 1)];
    const count = moved.length;
    const state = [this.#variables, this.#means, this.#squares].flatMap((each) => moved.map((i) => each[i]!));
    const inputs = [...moved.map((i) => gradients[this.#variables[i]!.name]!), ...state, this.#step];
    const attributes = {
      N: BigInt(count),
      rate: learningRate,
      beta1,
      beta2,
      epsilon,
      decaying: BigInt(decaying.length),
      weight_decay: weightDecay,
    };
    const updated = nativeOp("GenerativeAdam", inputs, attributes, 3 * count);
    state.forEach((variable, i) => variable.assign(updated[i]!));
  }

  /** 1 − βᵗ, as −(exp(t ln β) − 1): in single precision the difference itself would lose what a β near 1 leaves. */
  #correction(beta: "beta1" | "beta2"): tf.Scalar {
    return this.#step.mul(Math.log(this.#options[beta])).expm1().neg() as tf.Scalar;
  }

  #update(variable: tf.Variable, gradient: tf.Tensor, i: number, corrections: Corrections): void {
    const { learningRate, beta1, beta2, epsilon } = this.#options;
    const mean = this.#means[i]!;
    const square = this.#squares[i]!;
    mean.assign(mean.mul(beta1).add(gradient.mul(1 - beta1)));
    square.assign(square.mul(beta2).add(gradient.square().mul(1 - beta2)));
    const rate = tf.div(learningRate, corrections.mean);
    const root = square.div(corrections.square).sqrt();
    const kept = this.#kept[i]!;
    const before = kept === 1 ? variable : variable.mul(kept);
    variable.assign(before.sub(mean.mul(rate).div(root.add(epsilon))));
  }

  /** What an unrolled step goes on from; the variables themselves, not to be changed. */
  get state(): Readonly<{
    options: Required<AdamOptions>;
    means: readonly tf.Tensor[];
    squares: readonly tf.Tensor[];
    step: tf.Scalar;
  }> {
    return { options: this.#options, means: this.#means, squares: this.#squares, step: this.#step };
  }

  /** How many steps were made. */
  get step(): number {
    return this.#step.dataSync()[0]!;
  }

  /** The state: `step`, then `mean.0`, `square.0`, … in the order of the variables. */
  async read(): Promise<Map<string, NamedTensor>> {
    const entries: (readonly [string, tf.Tensor])[] = [["step", this.#step]];
    this.#means.forEach((mean, i) => entries.push([`mean.${i}`, mean], [`square.${i}`, this.#squares[i]!]));
    const tensors = entries.map(async ([name, variable]): Promise<[string, NamedTensor]> => [
      name,
      { shape: [...variable.shape], values: Float32Array.from(await variable.data<"float32">()) },
    ]);
    return new Map(await Promise.all(tensors));
  }

  /**
   * Puts a saved state back.
   *
   * @param origin where it comes from, for the error
   * @throws DataError where it belongs to other variables
   */
  write(state: ReadonlyMap<string, NamedTensor>, origin: string): void {
    const find = (name: string, like: tf.Variable) => {
      const tensor = state.get(name);
      if (tensor?.shape.join() !== like.shape.join())
        throw new DataError(
          `${origin}: ${name}: expected the optimiser's state (${like.shape.join(", ")}), ` +
            `got ${tensor === undefined ? "nothing" : `(${tensor.shape.join(", ")})`}. It was made by another network.`,
        );
      return tensor;
    };
    const found = [[this.#step as tf.Variable, find("step", this.#step)] as const];
    this.#means.forEach((mean, i) =>
      found.push([mean, find(`mean.${i}`, mean)], [this.#squares[i]!, find(`square.${i}`, mean)]),
    );
    tf.tidy(() => {
      for (const [variable, { values, shape }] of found) variable.assign(tf.tensor(values, shape, "float32"));
    });
  }

  dispose(): void {
    tf.dispose([...this.#means, ...this.#squares, this.#step]);
  }
}

type Corrections = Record<"mean" | "square", tf.Scalar>;

function zerosLike(variables: readonly tf.Variable[]): tf.Variable[] {
  return variables.map((variable) => tf.tidy(() => tf.variable(tf.zerosLike(variable), false)));
}
