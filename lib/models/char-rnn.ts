/** A recurrent language model: embedding, one LSTM, logits (Karpathy 2015, "The unreasonable effectiveness of recurrent neural networks"). */
import { OptionError } from "../core/errors";
import { Random } from "../core/random";
import { tf } from "../core/tf";
import { linear } from "../layers/linear";
import { lstm, type LstmState, lstmStates, lstmStep, type LstmWeights } from "../layers/lstm";
import type { LanguageModel } from "./language-model";

export interface CharRnnOptions {
  /** How many different tokens there are. */
  vocabulary: number;
  /** Length of the vector that stands for a token. */
  width?: number;
  /** Units of the LSTM. */
  units?: number;
  /** Decides the first weights. */
  seed?: number;
}

export const charRnnDefaults = { width: 64, units: 256, seed: 0 };

/** All weights are variables. */
export interface CharRnn {
  options: Required<CharRnnOptions>;
  weights: Readonly<Record<"embedding" | "kernel" | "recurrent" | "bias" | "out" | "outBias", tf.Variable>>;
}

/**
 * A network with weights that `seed` decides: uniform in ±1/√units as PyTorch's, the forget gate's bias 1 (Jozefowicz et al. 2015).
 *
 * @throws OptionError where a size is no positive whole number
 */
export function buildCharRnn(options: CharRnnOptions): CharRnn {
  const settings = { ...charRnnDefaults, ...options };
  const { vocabulary, width, units, seed } = settings;
  for (const [name, size] of Object.entries({ vocabulary, width, units }))
    if (!Number.isInteger(size) || size < 1)
      throw new OptionError(`buildCharRnn: ${name}: expected a positive whole number, got ${size}.`);
  const random = new Random(seed).fork("char-rnn");
  const bound = 1 / Math.sqrt(units);
  const make = (shape: number[], values: Float32Array) =>
    tf.tidy(() => tf.variable(tf.tensor(values, shape), true));
  const uniform = (name: string, ...shape: [number, number]) =>
    make(shape, random.fork(name).uniforms(shape[0] * shape[1], -bound, bound));
  return {
    options: settings,
    weights: {
      embedding: make([vocabulary, width], random.fork("embedding").normals(vocabulary * width)),
      kernel: uniform("kernel", width, 4 * units),
      recurrent: uniform("recurrent", units, 4 * units),
      bias: make([4 * units], new Float32Array(4 * units).fill(1, units, 2 * units)),
      out: uniform("out", units, vocabulary),
      outBias: make([vocabulary], new Float32Array(vocabulary)),
    },
  };
}

/**
 * Logits of the token after each place.
 *
 * @param tokens int32 (batch, places)
 * @returns (batch, places, vocabulary)
 */
export function charRnnLogits(rnn: CharRnn, tokens: tf.Tensor2D): tf.Tensor3D {
  return tf.tidy(() => {
    const h = lstm(embed(rnn, tokens.transpose()) as tf.Tensor3D, lstmWeights(rnn));
    return readOut(rnn, h.transpose([1, 0, 2])) as tf.Tensor3D;
  });
}

/** For textGenerator. */
export function charRnnLanguageModel(rnn: CharRnn): LanguageModel<LstmState> {
  return {
    vocabulary: rnn.options.vocabulary,
    context: Infinity,
    read: (tokens, last) =>
      tf.tidy(() => {
        const all = lstmStates(embed(rnn, tokens.transpose()) as tf.Tensor3D, lstmWeights(rnn));
        const state = {
          h: tf.gather(all.h, last) as tf.Tensor as tf.Tensor2D,
          c: tf.gather(all.c, last) as tf.Tensor as tf.Tensor2D,
        };
        return { logits: readOut(rnn, state.h) as tf.Tensor2D, state };
      }),
    step: (token, _, before) =>
      tf.tidy(() => {
        const state = lstmStep(embed(rnn, token) as tf.Tensor2D, before, lstmWeights(rnn));
        return { logits: readOut(rnn, state.h) as tf.Tensor2D, state };
      }),
  };
}

const embed = ({ weights }: CharRnn, tokens: tf.Tensor) => tf.gather(weights.embedding, tokens);
const lstmWeights = ({ weights }: CharRnn) => weights as unknown as LstmWeights;
const readOut = ({ weights }: CharRnn, h: tf.Tensor) =>
  linear(h, weights.out as tf.Tensor as tf.Tensor2D, weights.outBias as tf.Tensor as tf.Tensor1D);
