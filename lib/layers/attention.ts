import { ShapeError } from "../core/errors";
import { tf } from "../core/tf";
import { hasOwnKernels, nativeOp } from "./native-op";

/** Far below any logit, yet finite: −∞ would make a row that sees nothing NaN. */
const HIDDEN = -1e9;

/**
 * Scaled dot-product attention (Vaswani et al. 2017) with a causal mask: softmax(q kᵀ / √size) v, where a query sees the keys up
 * to its own place. With fewer queries than keys, the queries are the last places (as when generating with a cache).
 *
 * @param q (…, queries, size)
 * @param k (…, keys, size)
 * @param v (…, keys, size)
 * @returns (…, queries, size)
 * @throws ShapeError where the shapes do not fit
 */
export function causalAttention(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor): tf.Tensor {
  const [queries, size] = q.shape.slice(-2) as [number, number];
  const keys = k.shape.at(-2)!;
  if (q.rank < 2 || k.shape.at(-1) !== size || k.shape.join() !== v.shape.join() || queries > keys)
    throw new ShapeError(
      "causalAttention: expected q (…, queries, size), k and v (…, keys, size) with no more queries than keys; got " +
        `(${q.shape.join(", ")}), (${k.shape.join(", ")}) and (${v.shape.join(", ")}).`,
    );
  if (!hasOwnKernels()) return tf.tidy(() => attend(q, k, v, hiddenFromCause(queries, keys)));
  return tf.tidy(() => tf.matMul(causalSoftmax(tf.matMul(q.mul(size ** -0.5), k, false, true)), v));
}

/**
 * Multi-head causal self-attention (Vaswani et al. 2017): each head takes its own columns of the queries, keys and values, and the
 * heads' results stand side by side again. Where the addon runs it is one op that never keeps all probabilities
 * (lib/native/kernels/attention_kernel.cc), so memory grows with the length and not with its square.
 *
 * @param qkv queries, keys and values (batch, places, 3 · width)
 * @param heads how many; width is a multiple of it
 * @returns (batch, places, width)
 * @throws ShapeError where the last axis cannot be shared out
 */
export function selfAttention(qkv: tf.Tensor3D, heads: number): tf.Tensor3D {
  const [batch, places, columns] = qkv.shape;
  if (!Number.isInteger(heads) || heads < 1 || columns % (3 * heads) !== 0)
    throw new ShapeError(
      `selfAttention: expected qkv (batch, places, 3 · width) with width a multiple of heads; got (${qkv.shape.join(", ")}) and ` +
        `${heads} heads.`,
    );
  if (hasOwnKernels()) return fusedSelfAttention(qkv, heads);
  return tf.tidy(() =>
    causalAttention(...splitHeads(qkv, heads))
      .transpose([0, 2, 1, 3])
      .reshape([batch, places, columns / 3]),
  );
}

function fusedSelfAttention(qkv: tf.Tensor3D, heads: number): tf.Tensor3D {
  const attributes = { heads: BigInt(heads) };
  const op = tf.customGrad((...args) => {
    const [input, save] = args as unknown as [tf.Tensor, tf.GradSaveFunc];
    const [out, logSums] = nativeOp("GenerativeSelfAttention", [input], attributes, 2);
    save([input, out!, logSums!]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) =>
      nativeOp("GenerativeSelfAttentionGrad", [...saved, dy], attributes, 1);
    return { value: out!, gradFunc };
  });
  return op(qkv) as tf.Tensor3D;
}

/** (batch, places, 3 · width) to queries, keys and values, (batch, heads, places, width / heads) each. */
export function splitHeads(qkv: tf.Tensor, heads: number): [q: tf.Tensor, k: tf.Tensor, v: tf.Tensor] {
  const [batch, places, columns] = qkv.shape as [number, number, number];
  return tf.tidy(
    () =>
      tf.unstack(qkv.reshape([batch, places, 3, heads, columns / 3 / heads]).transpose([2, 0, 3, 1, 4])) as [
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
      ],
  );
}

/** Softmax of what each query may see, 0 elsewhere, in one op: lib/native/kernels/elementwise_kernel.cc. */
function causalSoftmax(scores: tf.Tensor): tf.Tensor {
  const op = tf.customGrad((...args) => {
    const [input, save] = args as unknown as [tf.Tensor, tf.GradSaveFunc];
    const [probabilities] = nativeOp("GenerativeCausalSoftmax", [input], {}, 1);
    save([probabilities!]);
    const gradFunc = (dy: tf.Tensor, [saved]: tf.Tensor[]) =>
      nativeOp("GenerativeCausalSoftmaxGrad", [saved!, dy], {}, 1);
    return { value: probabilities!, gradFunc };
  });
  return op(scores);
}

/**
 * Scaled dot-product attention that looks away from what is hidden: softmax(q kᵀ / √size − 10⁹ · hidden) v.
 *
 * @param hidden 1 where a query may not look, else 0; broadcast to (…, queries, keys)
 */
export function attend(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor, hidden: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const scores = tf.matMul(q.mul(q.shape.at(-1)! ** -0.5), k, false, true); // (…, queries, keys)
    return tf.matMul(tf.softmax(scores.add(hidden.mul(HIDDEN))), v);
  });
}

/** (queries, keys): 1 where the key comes after the query. */
function hiddenFromCause(queries: number, keys: number): tf.Tensor2D {
  const hidden = new Float32Array(queries * keys);
  for (let i = 0; i < queries; i++) hidden.fill(1, i * keys + keys - queries + i + 1, (i + 1) * keys);
  return tf.tensor2d(hidden, [queries, keys]);
}
