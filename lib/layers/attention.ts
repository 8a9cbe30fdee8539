import { ShapeError } from "../core/errors";
import { tf } from "../core/tf";

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
  return tf.tidy(() => {
    const scores = tf.matMul(q.mul(size ** -0.5), k, false, true); // (…, queries, keys)
    return tf.matMul(tf.softmax(scores.add(causalMask(queries, keys))), v);
  });
}

/** (queries, keys): 0 where a query may look, else far below. */
function causalMask(queries: number, keys: number): tf.Tensor2D {
  const mask = new Float32Array(queries * keys);
  for (let i = 0; i < queries; i++) mask.fill(HIDDEN, i * keys + keys - queries + i + 1, (i + 1) * keys);
  return tf.tensor2d(mask, [queries, keys]);
}
