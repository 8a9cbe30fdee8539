/** Dropout whose masks come from a key, for steps that are compiled: tf.layers.dropout alone draws in JavaScript. */
import { randomUniform, type RandomKey } from "./random-ops";
import { tf } from "./tf";

/** Streams of the key from here on are the dropout layers'. */
const FIRST_STREAM = 2 ** 16;

let scope: { key: RandomKey; nextStream: number } | undefined;

/**
 * Runs `body` with the masks of all dropout layers drawn from the key, each layer's from a stream of its own:
 *
 *     const step = compile((key, x) => withRandomKey(key, () => model.apply(x, { training: true })));
 */
export function withRandomKey<T>(key: RandomKey, body: () => T): T {
  teachDropoutLayer();
  const outer = scope;
  scope = { key, nextStream: FIRST_STREAM };
  try {
    return body();
  } finally {
    scope = outer;
  }
}

/**
 * Inverted dropout (Srivastava et al. 2014): each number is kept with probability 1 − rate and then divided by it, else 0.
 *
 * @param shape of the mask, broadcast to x
 */
function dropout(x: tf.Tensor, rate: number, shape: readonly number[]): tf.Tensor {
  return tf.tidy(() => {
    const { key, nextStream } = scope!;
    scope!.nextStream++;
    const keep = randomUniform(key, shape, nextStream).greaterEqual(rate).cast("float32");
    return x.mul(keep.div(1 - rate));
  });
}

interface DropoutLayer extends tf.layers.Layer {
  rate: number;
  getNoiseShape(input: tf.Tensor): number[] | null | undefined;
}
type Call = (this: DropoutLayer, inputs: tf.Tensor | tf.Tensor[], options: { training?: boolean }) => unknown;

let taught = false;

/** tf.layers does not export the class, but a layer knows it. */
function teachDropoutLayer(): void {
  if (taught) return;
  taught = true;
  const prototype = Object.getPrototypeOf(tf.layers.dropout({ rate: 0.5 })) as { call: Call };
  const original = prototype.call;
  prototype.call = function call(inputs, options) {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs;
    if (scope === undefined || options.training !== true || this.rate <= 0 || this.rate >= 1)
      return original.call(this, inputs, options);
    return dropout(x, this.rate, this.getNoiseShape(x) ?? x.shape);
  };
}
