import { ShapeError } from "../core/errors";
import { tf } from "../core/tf";
import { hasOwnKernels, nativeOp } from "./native-op";
import { inputGradient, recurrentGradient, rowsOf, timesOf } from "./sequence";

export interface GruWeights {
  /** (inputs, 3 · units): update gate, reset gate, candidate, as in Keras (PyTorch has the reset gate first). */
  kernel: tf.Tensor2D;
  /** (units, 3 · units) */
  recurrent: tf.Tensor2D;
  /** (3 · units) */
  bias: tf.Tensor1D;
  /** (3 · units) */
  recurrentBias: tf.Tensor1D;
}

/**
 * Gated recurrent unit (Cho et al. 2014, with the reset gate after the product as in cuDNN, Keras and PyTorch) over a whole
 * sequence. With aₜ = xₜ W + b and gₜ = hₜ₋₁ U + b′, each cut into three:
 *
 *     z = σ(a₁ + g₁)     r = σ(a₂ + g₂)     n = tanh(a₃ + r g₃)     hₜ = (1 − z) n + z hₜ₋₁
 *
 * @param x time first: (time, batch, inputs)
 * @returns h (time, batch, units); h₀ is 0
 * @throws ShapeError where the weights do not fit
 */
export function gru(x: tf.Tensor3D, weights: GruWeights): tf.Tensor3D {
  const { kernel, recurrent, bias, recurrentBias } = weights;
  const inputs = x.shape[2];
  const units = recurrent.shape[0];
  const width = 3 * units;
  if (
    kernel.shape.join() !== `${inputs},${width}` ||
    recurrent.shape[1] !== width ||
    bias.size !== width ||
    recurrentBias.size !== width
  )
    throw new ShapeError(
      `gru: expected kernel (${inputs}, ${width}), recurrent (${units}, ${width}) and both biases (${width}) for x ` +
        `(${x.shape.join(", ")}); got (${kernel.shape.join(", ")}), (${recurrent.shape.join(", ")}), (${bias.shape.join(", ")}) ` +
        `and (${recurrentBias.shape.join(", ")}).`,
    );
  return hasOwnKernels() ? fused(x, weights) : tf.tidy(() => composed(x, weights));
}

/** The sequence in one op, lib/native/kernels/gru_kernel.cc. */
function fused(x: tf.Tensor3D, { kernel, recurrent, bias, recurrentBias }: GruWeights): tf.Tensor3D {
  const op = tf.customGrad((...args) => {
    const save = args[5] as unknown as tf.GradSaveFunc;
    const [input, w, u, b, v] = args.slice(0, 5) as tf.Tensor[];
    const [parts, outputs] = nativeOp("GenerativeGruForward", [input!, w!, u!, b!, v!], {}, 2);
    save([input!, w!, u!, parts!, outputs!]);
    const gradFunc = (dOutputs: tf.Tensor, saved: tf.Tensor[]) => {
      const [before, kernelThen, recurrentThen, partsThen, hidden] = saved as [
        tf.Tensor3D,
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
        tf.Tensor3D,
      ];
      const [dInput, dRecurrent, dX, dBias, dRecurrentBias] = nativeOp(
        "GenerativeGruBackward",
        [kernelThen, recurrentThen, partsThen, hidden, dOutputs],
        {},
        5,
      ) as [tf.Tensor3D, tf.Tensor3D, tf.Tensor, tf.Tensor, tf.Tensor];
      return [
        dX,
        inputGradient(before, dInput),
        recurrentGradient(hidden, dRecurrent),
        dBias,
        dRecurrentBias,
      ];
    };
    return { value: outputs!, gradFunc };
  });
  return op(x, kernel, recurrent, bias, recurrentBias) as tf.Tensor3D;
}

function composed(x: tf.Tensor3D, { kernel, recurrent, bias, recurrentBias }: GruWeights): tf.Tensor3D {
  const [time, batch] = x.shape;
  const projected = tf.matMul(rowsOf(x), kernel).add(bias).reshape<tf.Tensor3D>([time, batch, bias.size]);
  let h = tf.zeros<tf.Rank.R2>([batch, recurrent.shape[0]]);
  const outputs: tf.Tensor2D[] = [];
  for (const input of timesOf(projected)) {
    const [a1, a2, a3] = tf.split(input, 3, 1) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
    const [g1, g2, g3] = tf.split(tf.matMul(h, recurrent).add(recurrentBias), 3, 1) as [
      tf.Tensor2D,
      tf.Tensor2D,
      tf.Tensor2D,
    ];
    const z = a1.add(g1).sigmoid();
    const n = a3.add(a2.add(g2).sigmoid().mul(g3)).tanh();
    h = n.add(z.mul(h.sub(n)));
    outputs.push(h);
  }
  return tf.stack(outputs) as tf.Tensor3D;
}
