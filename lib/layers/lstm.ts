import { ShapeError } from "../core/errors";
import { tf } from "../core/tf";
import { hasOwnKernels, nativeOp } from "./native-op";
import { inputGradient, recurrentGradient, rowsOf, timesOf } from "./sequence";

export interface LstmWeights {
  /** (inputs, 4 · units): input gate, forget gate, cell, output gate, as in Keras and PyTorch. */
  kernel: tf.Tensor2D;
  /** (units, 4 · units) */
  recurrent: tf.Tensor2D;
  /** (4 · units) */
  bias: tf.Tensor1D;
}

/**
 * Long short-term memory (Hochreiter & Schmidhuber 1997; with the forget gate of Gers et al. 2000) over a whole sequence. With
 * zₜ = xₜ W + hₜ₋₁ U + b cut into i, f, g, o:
 *
 *     cₜ = σ(f) cₜ₋₁ + σ(i) tanh(g)        hₜ = σ(o) tanh(cₜ)
 *
 * @param x time first: (time, batch, inputs)
 * @returns h (time, batch, units); h₀ and c₀ are 0
 * @throws ShapeError where the weights do not fit
 */
export function lstm(x: tf.Tensor3D, weights: LstmWeights): tf.Tensor3D {
  checkWeights("lstm", x, weights);
  return hasOwnKernels() ? fused(x, weights) : tf.tidy(() => composed(x, weights).h);
}

/** What a cell hands on: its output h and its memory c, (batch, units) each. */
export type LstmState = { h: tf.Tensor2D; c: tf.Tensor2D };

/**
 * The same, with the memory too: h and c after every time, (time, batch, units). For reading a text to go on from; its gradient is
 * that of the composed ops.
 */
export function lstmStates(x: tf.Tensor3D, weights: LstmWeights): { h: tf.Tensor3D; c: tf.Tensor3D } {
  checkWeights("lstmStates", x, weights);
  if (!hasOwnKernels()) return tf.tidy(() => composed(x, weights));
  const { kernel, recurrent, bias } = weights;
  const [gates, c, h] = nativeOp("GenerativeLstmForward", [x, kernel, recurrent, bias], {}, 3);
  gates!.dispose();
  return { h: h as tf.Tensor3D, c: c as tf.Tensor3D };
}

/** One time: x (batch, inputs) and the state before to the state after. */
export function lstmStep(x: tf.Tensor2D, { h, c }: LstmState, weights: LstmWeights): LstmState {
  checkWeights("lstmStep", x, weights);
  const { kernel, recurrent, bias } = weights;
  return tf.tidy(() => cell(tf.matMul(x, kernel).add(bias), { h, c }, recurrent));
}

function checkWeights(name: string, x: tf.Tensor, { kernel, recurrent, bias }: LstmWeights): void {
  const inputs = x.shape.at(-1);
  const units = recurrent.shape[0];
  const gates = 4 * units;
  if (kernel.shape.join() !== `${inputs},${gates}` || recurrent.shape[1] !== gates || bias.size !== gates)
    throw new ShapeError(
      `${name}: expected kernel (${inputs}, ${gates}), recurrent (${units}, ${gates}) and bias (${gates}) for x ` +
        `(${x.shape.join(", ")}); got (${kernel.shape.join(", ")}), (${recurrent.shape.join(", ")}) and (${bias.shape.join(", ")}).`,
    );
}

/** The sequence in one op, lib/native/kernels/lstm_kernel.cc. */
function fused(x: tf.Tensor3D, { kernel, recurrent, bias }: LstmWeights): tf.Tensor3D {
  const op = tf.customGrad((...args) => {
    const save = args[4] as unknown as tf.GradSaveFunc;
    const [input, w, u, b] = args.slice(0, 4) as tf.Tensor[];
    const [gates, cells, outputs] = nativeOp("GenerativeLstmForward", [input!, w!, u!, b!], {}, 3);
    save([input!, w!, u!, gates!, cells!, outputs!]);
    const gradFunc = (dOutputs: tf.Tensor, saved: tf.Tensor[]) => {
      const [before, kernelThen, recurrentThen, activations, states, hidden] = saved as [
        tf.Tensor3D,
        ...tf.Tensor[],
      ] as [tf.Tensor3D, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor3D];
      const [dGates, dX, dBias] = nativeOp(
        "GenerativeLstmBackward",
        [kernelThen, recurrentThen, activations, states, dOutputs],
        {},
        3,
      ) as [tf.Tensor3D, tf.Tensor, tf.Tensor];
      return [dX, inputGradient(before, dGates), recurrentGradient(hidden, dGates), dBias];
    };
    return { value: outputs!, gradFunc };
  });
  return op(x, kernel, recurrent, bias) as tf.Tensor3D;
}

function composed(
  x: tf.Tensor3D,
  { kernel, recurrent, bias }: LstmWeights,
): { h: tf.Tensor3D; c: tf.Tensor3D } {
  const [time, batch] = x.shape;
  // One large product for all times; only the recurrent part has to wait for the time before.
  const projected = tf.matMul(rowsOf(x), kernel).add(bias).reshape<tf.Tensor3D>([time, batch, bias.size]);
  // From zeros rather than from the second time on, so that every weight has a gradient at length 1 too.
  const zeros = tf.zeros<tf.Rank.R2>([batch, recurrent.shape[0]]);
  let state: LstmState = { h: zeros, c: zeros };
  const states: LstmState[] = [];
  for (const input of timesOf(projected)) {
    state = cell(input, state, recurrent);
    states.push(state);
  }
  return {
    h: tf.stack(states.map(({ h }) => h)) as tf.Tensor3D,
    c: tf.stack(states.map(({ c }) => c)) as tf.Tensor3D,
  };
}

/** @param projected x W + b, (batch, 4 · units) */
function cell(projected: tf.Tensor2D, { h, c }: LstmState, recurrent: tf.Tensor2D): LstmState {
  const z = projected.add(tf.matMul(h, recurrent));
  const [i, f, g, o] = tf.split(z, 4, 1) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
  const memory = f.sigmoid().mul<tf.Tensor2D>(c).add<tf.Tensor2D>(i.sigmoid().mul(g.tanh()));
  return { h: o.sigmoid().mul(memory.tanh()), c: memory };
}
