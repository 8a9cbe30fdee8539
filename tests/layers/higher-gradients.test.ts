/**
 * Gradients of gradients go through every layer and activation, on TensorFlow, recorded, and on cpu: what finite differences say.
 * (Some of tfjs's own are wrong or missing: lib/core/gradients.ts.)
 */
import { compile } from "../../lib/core/compile.ts";
import { Random } from "../../lib/core/random.ts";
import { tf } from "../../lib/core/tf.ts";
import { causalAttention, selfAttention } from "../../lib/layers/attention.ts";
import { softmaxCrossEntropy } from "../../lib/layers/cross-entropy.ts";
import { gru } from "../../lib/layers/gru.ts";
import { layerNorm } from "../../lib/layers/layer-norm.ts";
import { linear } from "../../lib/layers/linear.ts";
import { lstm } from "../../lib/layers/lstm.ts";

const normal = <R extends tf.Rank = tf.Rank>(seed: number, ...shape: number[]) =>
  tf.keep(
    tf.tensor<R>(
      new Random(seed).normals(shape.reduce((a, b) => a * b, 1)).map((value) => value * 0.5),
      shape as tf.ShapeMap[R],
    ),
  );

const [gain, bias] = [normal<tf.Rank.R1>(1, 4), normal<tf.Rank.R1>(2, 4)];
const kernel = normal<tf.Rank.R2>(3, 4, 5);
const labels = tf.keep(tf.tensor1d([3, 0, 1], "int32"));
const lstmWeights = {
  kernel: normal<tf.Rank.R2>(1, 2, 12),
  recurrent: normal<tf.Rank.R2>(2, 3, 12),
  bias: normal<tf.Rank.R1>(3, 12),
};
const gruWeights = {
  kernel: normal<tf.Rank.R2>(1, 2, 9),
  recurrent: normal<tf.Rank.R2>(2, 3, 9),
  bias: normal<tf.Rank.R1>(3, 9),
  recurrentBias: normal<tf.Rank.R1>(4, 9),
};

/** Of x (3, 4). */
const functions: Record<string, (x: tf.Tensor) => tf.Tensor> = {
  relu: (x) => x.relu().square(),
  leakyRelu: (x) => x.leakyRelu(0.2).square(),
  softplus: (x) => x.softplus(),
  sigmoid: (x) => x.sigmoid(),
  tanh: (x) => x.tanh(),
  exp: (x) => x.exp(),
  softmax: (x) => x.softmax().square(),
  linear: (x) => linear(x, kernel).tanh(),
  layerNorm: (x) => layerNorm(x, gain, bias).square(),
  softmaxCrossEntropy: (x) => softmaxCrossEntropy(x as tf.Tensor2D, labels),
  causalAttention: (x) => causalAttention(x, x.mul(0.7), x.square()),
  selfAttention: (x) => selfAttention(x.reshape([1, 2, 6]), 2).square(),
  lstm: (x) => lstm(x.reshape([3, 2, 2]), lstmWeights),
  gru: (x) => gru(x.reshape([3, 2, 2]), gruWeights),
};

const x = normal(9, 3, 4);
const size = 12;

/** |∇f|², as R1 has it. */
const penalty = (f: (x: tf.Tensor) => tf.Tensor, at: tf.Tensor) =>
  tf
    .grad((each) => f(each).sum())(at)
    .square()
    .sum<tf.Scalar>();

/** Central differences of the penalty, one for each number of x. */
function differences(f: (x: tf.Tensor) => tf.Tensor): number[] {
  const step = 1e-2;
  return Array.from({ length: size }, (_, i) =>
    tf.tidy(() => {
      const move = tf.oneHot(tf.scalar(i, "int32"), size).cast("float32").mul(step).reshape([3, 4]);
      const [above, below] = [x.add(move), x.sub(move)].map((each) => penalty(f, each).dataSync()[0]!);
      return (above! - below!) / (2 * step);
    }),
  );
}

test.each(Object.keys(functions))("%s", async (name) => {
  const f = functions[name]!;
  const gradient = (at: tf.Tensor) => tf.grad((each) => penalty(f, each))(at);
  const read = (run: typeof gradient) => tf.tidy(() => Array.from(run(x).dataSync()));
  const expected = differences(f);
  const largest = Math.max(...expected.map(Math.abs));
  expect(largest).toBeGreaterThan(1e-3);
  const step = compile(gradient, { eagerFirst: false });
  const results = [read(gradient), read(step)];
  await tf.setBackend("cpu");
  try {
    results.push(read(gradient));
  } finally {
    await tf.setBackend("tensorflow");
  }
  for (const result of results)
    result.forEach((value, i) => expect(Math.abs(value - expected[i]!) / largest).toBeLessThan(0.01));
});
