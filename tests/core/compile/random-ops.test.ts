/** Random tensors from keys: TensorFlow's numbers, the same recorded or not and on every backend, new for each key. */
import { compile } from "../../../lib/core/compile.ts";
import { withRandomKey } from "../../../lib/core/dropout.ts";
import { OptionError, ShapeError } from "../../../lib/core/errors.ts";
import {
  randomCategorical,
  randomKey,
  type RandomKey,
  randomNormal,
  randomUniform,
} from "../../../lib/core/random-ops.ts";
import { philox4x32, Random } from "../../../lib/core/random.ts";
import { tf } from "../../../lib/core/tf.ts";

const numbers = (tensor: tf.Tensor) => Array.from(tensor.dataSync());
const key = (seed: number) => randomKey(new Random(seed));
const now = { eagerFirst: false } as const;
const draws = { randomUniform, randomNormal };

test("uniforms are the low 23 bits of Philox's words, by key and stream", () => {
  const words = [0, 1].flatMap((block) => philox4x32([block, 0, 7, 2], [42, 0]));
  const expected = words.map((word) => (word & 0x7fffff) / 2 ** 23);
  expect(numbers(randomUniform(key(42), [2, 4], 7))).toEqual(expected);
});

test.each(Object.entries(draws))("%s: TensorFlow and JavaScript draw the same", async (_, draw) => {
  const native = numbers(draw(key(2 ** 40 + 3), [3, 7], 5));
  await tf.setBackend("cpu");
  try {
    numbers(draw(key(2 ** 40 + 3), [3, 7], 5)).forEach((value, i) =>
      expect(value).toBeCloseTo(native[i]!, 5),
    );
  } finally {
    await tf.setBackend("tensorflow");
  }
});

test.each([
  ["randomUniform", 0.5, 1 / 12],
  ["randomNormal", 0, 1],
] as const)("%s has its mean and variance, and its streams do not go together", (name, mean, variance) => {
  const count = 100_000;
  const [a, b] = [draws[name](key(1), [count]), draws[name](key(1), [count], 1)];
  const moments = tf.moments(a);
  expect(moments.mean.dataSync()[0]).toBeCloseTo(mean, 1.5);
  expect(Math.abs(moments.mean.dataSync()[0]! - mean)).toBeLessThan(4 * Math.sqrt(variance / count));
  expect(moments.variance.dataSync()[0]! / variance).toBeCloseTo(1, 1.5);
  const correlation = tf.mean(a.sub(mean).mul(b.sub(mean))).div(variance);
  expect(Math.abs(correlation.dataSync()[0]!)).toBeLessThan(4 / Math.sqrt(count));
});

test.each([false, true])(
  "recorded (XLA: %s) as op by op: equal keys draw equally, another key others",
  (xla) => {
    for (const draw of Object.values(draws)) {
      const step = compile((each: RandomKey) => draw(each, [10]), { ...now, xla });
      const drawn = [1, 2, 1].map((seed) => numbers(step(key(seed))));
      drawn[0]!.forEach((value, i) => expect(value).toBeCloseTo(numbers(draw(key(1), [10]))[i]!, 5));
      expect(drawn[2]).toEqual(drawn[0]);
      expect(drawn[1]).not.toEqual(drawn[0]);
      expect(step.traceCount).toBe(1);
    }
  },
);

test("categories are drawn as often as their probabilities say, in every row", () => {
  const logits = tf.log(tf.tensor2d([0.1, 0.2, 0.7, 0.5, 0.5, 0], [2, 3])).tile([20_000, 1]);
  const drawn = randomCategorical(key(3), logits);
  expect([drawn.dtype, drawn.shape]).toEqual(["int32", [40_000]]);
  const counts = tf.oneHot(drawn.reshape([20_000, 2]), 3).mean(0);
  [0.1, 0.2, 0.7, 0.5, 0.5, 0].forEach((p, i) =>
    expect(Math.abs(numbers(counts)[i]! - p)).toBeLessThan(4 * Math.sqrt(0.25 / 20_000)),
  );
});

test("a wrong key, stream or logits are named", () => {
  expect(() => randomUniform(tf.tensor1d([1, 2]), [1])).toThrow(ShapeError);
  expect(() => randomUniform(key(1), [1], -1)).toThrow(OptionError);
  expect(() => randomCategorical(key(1), tf.scalar(1))).toThrow(ShapeError);
});

describe("dropout", () => {
  const model = tf.sequential({
    layers: [
      tf.layers.dropout({ rate: 0.25, inputShape: [40, 50] }),
      tf.layers.dropout({ rate: 0.5, noiseShape: [4, 1, 50] }),
    ],
  });
  const x = tf.ones([4, 40, 50]);
  const run = (each: RandomKey, training = true) =>
    withRandomKey(each, () => model.apply(x, { training }) as tf.Tensor);

  test("a compiled step drops others in each call, the same for the same key, and as op by op", () => {
    const step = compile((each: RandomKey) => run(each), now);
    const [a, b, again] = [1, 2, 1].map((seed) => numbers(step(key(seed))));
    expect(a).not.toEqual(b);
    expect(again).toEqual(a);
    expect(numbers(run(key(1)))).toEqual(a);
    expect(step.traceCount).toBe(1);
  });

  test("what is kept keeps the mean; the mask has its shape; without training nothing is dropped", () => {
    const first = withRandomKey(key(1), () => model.layers[0]!.apply(x, { training: true }) as tf.Tensor);
    expect(new Set(numbers(first).map((value) => value.toFixed(4)))).toEqual(new Set(["0.0000", "1.3333"]));
    expect(Math.abs(numbers(first.mean())[0]! - 1)).toBeLessThan(4 * Math.sqrt(1 / 3 / 8000));
    const columns = withRandomKey(key(1), () => model.layers[1]!.apply(x, { training: true }) as tf.Tensor);
    expect(numbers(columns.max(1).sub(columns.min(1)).abs().max())).toEqual([0]);
    expect(numbers(run(key(1), false))).toEqual(numbers(x));
  });

  test("without a key, the layers draw as ever", () => {
    const dropped = model.apply(x, { training: true }) as tf.Tensor;
    expect(numbers(dropped.min())).toEqual([0]);
  });
});
