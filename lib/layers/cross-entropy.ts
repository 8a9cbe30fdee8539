import { ShapeError } from "../core/errors";
import { tf } from "../core/tf";
import { hasNativeOps, nativeOp } from "./native-op";

/**
 * Cross-entropy of a softmax with the right classes, per row: −log softmax(logits)[label] = log Σ exp logits − logits[label].
 * Its gradient, softmax(logits) − one-hot(label), comes out of the same pass.
 *
 * @param logits unnormalised log-probabilities (rows, classes)
 * @param labels int32 (rows), from 0 to classes − 1
 * @returns (rows), in nats
 * @throws ShapeError where the shapes do not fit
 */
export function softmaxCrossEntropy(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor1D {
  if (
    logits.rank !== 2 ||
    labels.rank !== 1 ||
    logits.shape[0] !== labels.shape[0] ||
    labels.dtype !== "int32"
  )
    throw new ShapeError(
      "softmaxCrossEntropy: expected logits (rows, classes) and labels int32 (rows); got " +
        `(${logits.shape.join(", ")}) and ${labels.dtype} (${labels.shape.join(", ")}).`,
    );
  return hasNativeOps() ? fused(logits, labels) : composed(logits, labels);
}

function fused(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor1D {
  const types = { T: "float32", Tlabels: "int32" } as const;
  const op = tf.customGrad((x, save) => {
    const [loss, gradient] = nativeOp(
      "SparseSoftmaxCrossEntropyWithLogits",
      [x as tf.Tensor, labels],
      types,
      2,
    );
    (save as tf.GradSaveFunc)([gradient!]);
    return {
      value: loss!,
      gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => saved!.mul(dy.expandDims(1)),
    };
  });
  return op(logits) as tf.Tensor1D;
}

function composed(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor1D {
  return tf.tidy(() => {
    const oneHot = tf.oneHot(labels, logits.shape[1]);
    const shifted = logits.sub(largest(logits));
    return shifted.exp().sum(1).log().sub(shifted.mul(oneHot).sum(1));
  });
}

/** (rows, 1). It keeps the exponentials finite and cancels out, so it is a constant; its own gradient could not be differentiated. */
const largest = tf.customGrad((...args) => {
  const [logits] = args as [tf.Tensor, tf.GradSaveFunc];
  return { value: logits.max(1, true), gradFunc: () => tf.zerosLike(logits) };
});
