/**
 * Gradients in the place of tfjs's. Those of activations for two reasons. On TensorFlow each is one native op instead of two to four. And
 * where a gradient is differentiated again (a gradient penalty, R1, an unrolled step) tfjs's are wrong or missing: what it saves of a
 * kernel's result is cut off from the tape, and LeakyReLU's gradient goes through a comparison. Here it is computed anew from the
 * input then. Those of products, maxima and minima of tensors that do not have the same axes are completed.
 */
import * as tf from "@tensorflow/tfjs";
import type { OpAttribute } from "../native/binding";
import { engine, nativeBackend, runOp } from "./tracing/native-backend";

interface Activation {
  /** The kernel's name for its input. */
  input: string;
  /** dL/dx from dL/dy and x, of ops that can be differentiated again. */
  differentiable: (dy: tf.Tensor, x: tf.Tensor, attributes: tf.NamedAttrMap) => tf.Tensor;
  /** TensorFlow's op for it, and whether it takes (dy, x) or (y, dy). */
  native?: { op: string; takes: "input" | "result" };
}

const activations: Readonly<Record<string, Activation>> = {
  [tf.Relu]: {
    input: "x",
    differentiable: (dy, x) => dy.mul(x.step()),
    native: { op: "ReluGrad", takes: "input" },
  },
  [tf.LeakyRelu]: {
    input: "x",
    differentiable: (dy, x, { alpha }) => dy.mul(x.step(Number(alpha))),
    native: { op: "LeakyReluGrad", takes: "input" },
  },
  [tf.Softplus]: {
    input: "x",
    differentiable: (dy, x) => dy.mul(x.sigmoid()),
    native: { op: "SoftplusGrad", takes: "input" },
  },
  [tf.Sigmoid]: {
    input: "x",
    differentiable: (dy, x) => dy.mul(x.sigmoid()).mul(tf.sub(1, x.sigmoid())),
    native: { op: "SigmoidGrad", takes: "result" },
  },
  [tf.Tanh]: {
    input: "x",
    differentiable: (dy, x) => dy.mul(tf.sub(1, x.tanh().square())),
    native: { op: "TanhGrad", takes: "result" },
  },
  [tf.Exp]: { input: "x", differentiable: (dy, x) => dy.mul(x.exp()) },
  [tf.Softmax]: {
    input: "logits",
    differentiable: (dy, x) => {
      const y = x.softmax();
      const weighted = dy.mul(y);
      return weighted.sub(weighted.sum(-1, true).mul(y));
    },
  },
};

/** Two inputs that are repeated along axes until they fit; tfjs's gradient of them keeps the repeated shape, and is refused. */
const repeating = [tf.BatchMatMul, tf.Maximum, tf.Minimum];

/** dL/dx of an input that was repeated: the sum over the repetitions. */
function sumRepeated(gradient: tf.Tensor, { shape }: tf.Tensor): tf.Tensor {
  if (gradient.shape.join() === shape.join()) return gradient;
  return gradient.sum(tf.broadcast_util.getReductionAxes(shape, gradient.shape)).reshape(shape);
}

function sumOverRepeated(kernelName: string): void {
  const original = tf.getGradient(kernelName);
  tf.unregisterGradient(kernelName);
  tf.registerGradient({
    ...original,
    gradFunc: (dy, saved, attributes) => {
      const [a, b] = saved as [tf.Tensor, tf.Tensor];
      const gradients = original.gradFunc(dy, saved, attributes);
      return { a: () => sumRepeated(gradients.a!(), a), b: () => sumRepeated(gradients.b!(), b) };
    },
  });
}

let replaced = false;

/** To be called once; for every backend. */
export function replaceGradients(): void {
  if (replaced) return;
  replaced = true;
  repeating.forEach(sumOverRepeated);
  for (const [kernelName, activation] of Object.entries(activations)) {
    const { gradFunc: composed, inputsToSave = [] } = tf.getGradient(kernelName);
    tf.unregisterGradient(kernelName);
    tf.registerGradient({
      kernelName,
      inputsToSave: [activation.input],
      outputsToSave: [true],
      gradFunc: (dy, saved, attributes) => {
        const [x, y] = saved as [tf.Tensor, tf.Tensor];
        const gradient = dy as tf.Tensor;
        if (engine().state.gradientDepth > 0)
          return { [activation.input]: () => activation.differentiable(gradient, x, attributes) };
        if (
          activation.native !== undefined &&
          nativeBackend() !== undefined &&
          gradient.dtype === "float32"
        ) {
          const { op, takes } = activation.native;
          const inputs: [tf.Tensor, tf.Tensor] = takes === "input" ? [gradient, x] : [y, gradient];
          return { [activation.input]: () => runNative(op, inputs, attributes) };
        }
        return composed(dy, inputsToSave.length > 0 ? [x] : [y], attributes);
      },
    });
  }
}

/** tfjs gives attributes to those only that have some. */
function runNative(
  op: string,
  inputs: [tf.Tensor, tf.Tensor],
  kernelAttributes?: tf.NamedAttrMap,
): tf.Tensor {
  const backend = nativeBackend()!;
  const { binding } = backend;
  const attributes: OpAttribute[] = [{ name: "T", type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT }];
  const alpha = kernelAttributes?.alpha;
  if (alpha !== undefined)
    attributes.push({ name: "alpha", type: binding.TF_ATTR_FLOAT, value: Number(alpha) });
  return runOp(backend, op, attributes, inputs)[0]!;
}
