/** The layers, Adam and convolutions equal PyTorch's outputs and gradients on every engine. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ShapeError } from "../../lib/core/errors.ts";
import { tf } from "../../lib/core/tf.ts";
import { causalAttention, selfAttention } from "../../lib/layers/attention.ts";
import { softmaxCrossEntropy } from "../../lib/layers/cross-entropy.ts";
import { gru } from "../../lib/layers/gru.ts";
import { layerNorm } from "../../lib/layers/layer-norm.ts";
import { linear } from "../../lib/layers/linear.ts";
import { lstm } from "../../lib/layers/lstm.ts";
import { webGpuEnvironment } from "../webgpu-environment.ts";

interface Outcome {
  backend: string;
  results: Record<string, Record<string, number | string>>;
}

/** Single precision, with sums of up to a few hundred terms. */
const TOLERANCE = 3e-6;

function runCases(args: string[], environment: Record<string, string>): Outcome {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, "run-cases.cjs"), ...args],
    {
      encoding: "utf8",
      env: { ...process.env, ...environment },
    },
  );
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as Outcome;
}

test.each<[engine: string, args: string[], environment: Record<string, string>]>([
  ["tensorflow, op by op", [], {}],
  ["tensorflow, recorded", ["traced"], {}],
  ["tensorflow, recorded with XLA", ["xla"], {}],
  ["tensorflow, on a processor without AVX-512", [], { GENERATIVE_LOOPS: "avx2" }],
  ["tensorflow, on any other processor", ["traced"], { GENERATIVE_LOOPS: "generic" }],
  ["webgpu", [], webGpuEnvironment],
  ["wasm", [], { GENERATIVE_BACKEND: "wasm" }],
  ["cpu", [], { GENERATIVE_BACKEND: "cpu" }],
])("%s: every output and gradient is PyTorch's", (engine, args, environment) => {
  const { backend, results } = runCases(args, environment);
  expect(engine.startsWith(backend)).toBe(true);
  expect(Object.keys(results)).toHaveLength(46);
  const wrong = Object.entries(results).flatMap(([name, errors]) =>
    Object.entries(errors).flatMap(([part, error]) =>
      typeof error === "number" && error <= TOLERANCE ? [] : [`${name} ${part}: ${error}`],
    ),
  );
  expect(wrong).toEqual([]);
});

test("NaN goes through, so that a training which has failed says so", () => {
  const x = tf.tensor3d([NaN, 1, 2, 3], [2, 1, 2]);
  const weights = {
    kernel: tf.ones<tf.Rank.R2>([2, 4]),
    recurrent: tf.ones<tf.Rank.R2>([1, 4]),
    bias: tf.zeros<tf.Rank.R1>([4]),
  };
  expect(Array.from(lstm(x, weights).dataSync())).toEqual([NaN, NaN]);
  expect(
    Array.from(
      layerNorm(x, tf.ones([2]), tf.zeros([2]))
        .isNaN()
        .any()
        .dataSync(),
    ),
  ).toEqual([1]);
  const image = tf.tensor4d([NaN, 1, 1, 1], [1, 2, 2, 1]);
  expect(tf.conv2d(image, tf.ones<tf.Rank.R4>([2, 2, 1, 3]), 1, "valid").dataSync()[0]).toBeNaN();
});

test("very large and very small activations saturate", () => {
  const x = tf.tensor3d([1e4, -1e4], [1, 2, 1]);
  const weights = {
    kernel: tf.ones<tf.Rank.R2>([1, 4]),
    recurrent: tf.zeros<tf.Rank.R2>([1, 4]),
    bias: tf.zeros<tf.Rank.R1>([4]),
  };
  const [high, low] = lstm(x, weights).dataSync();
  expect(high).toBeCloseTo(Math.tanh(1), 6);
  expect(low).toBeCloseTo(0, 6);
});

test("a query does not see what comes after it", () => {
  const [q, k, v] = [1, 2, 3].map((seed) => tf.randomNormal([4, 3], 0, 1, "float32", seed));
  const before = causalAttention(q!, k!, v!);
  const changed = tf.concat([v!.slice(0, 3), tf.fill([1, 3], 100)]);
  const after = causalAttention(q!, tf.concat([k!.slice(0, 3), tf.fill([1, 3], -50)]), changed);
  expect(Array.from(after.slice(0, 3).dataSync())).toEqual(Array.from(before.slice(0, 3).dataSync()));
});

test("of a sequence of no places attention makes one of no places", () => {
  expect(selfAttention(tf.zeros([2, 0, 12]), 2).shape).toEqual([2, 0, 4]);
});

test.each<[name: string, call: () => unknown, words: RegExp]>([
  ["linear", () => linear(tf.ones([2, 3]), tf.ones([4, 5])), /linear: x: expected \(…, 4\), got \(2, 3\)/],
  [
    "layerNorm",
    () => layerNorm(tf.ones([2, 3]), tf.ones([2]), tf.ones([3])),
    /layerNorm: expected gain and bias \(3\)/,
  ],
  [
    "softmaxCrossEntropy",
    () => softmaxCrossEntropy(tf.ones([2, 3]), tf.ones([2])),
    /labels int32 \(rows\); got/,
  ],
  [
    "causalAttention",
    () => causalAttention(tf.ones([3, 2]), tf.ones([2, 2]), tf.ones([2, 2])),
    /no more queries than keys/,
  ],
  [
    "selfAttention",
    () => selfAttention(tf.ones([1, 2, 9]), 2),
    /width a multiple of heads; got \(1, 2, 9\) and 2/,
  ],
  [
    "gru",
    () =>
      gru(tf.ones([2, 1, 3]), {
        kernel: tf.ones([3, 3]),
        recurrent: tf.ones([1, 3]),
        bias: tf.ones([3]),
        recurrentBias: tf.ones([2]),
      }),
    /gru: expected .* both biases \(3\).*and \(2\)/,
  ],
  [
    "lstm",
    () =>
      lstm(tf.ones([2, 1, 3]), { kernel: tf.ones([2, 4]), recurrent: tf.ones([1, 4]), bias: tf.ones([4]) }),
    /lstm: expected kernel \(3, 4\).*got \(2, 4\)/,
  ],
])("%s names shapes that do not fit", (_, call, words) => {
  expect(call).toThrow(ShapeError);
  expect(call).toThrow(words);
});
