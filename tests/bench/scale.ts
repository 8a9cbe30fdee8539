/** `./course bench scale`: how the cost of a training step grows with batch, width and length; the exponent is fitted. */
import { runProgram } from "../lib/package-copy.ts";

interface Series {
  layer: string;
  /** What grows. */
  axis: string;
  sizes: number[];
  /** A program's expression for one step's loss, of `n`. */
  loss: string;
  weights: string;
}

const series: Series[] = [
  {
    layer: "dense layer, 512 wide",
    axis: "batch",
    sizes: [64, 128, 256, 512, 1024],
    weights: "[normal(512, 512)]",
    loss: "(w) => linear(fixed(n, 512), w).relu().square().mean()",
  },
  {
    layer: "dense layer, batch 256",
    axis: "width",
    sizes: [128, 256, 512, 1024],
    weights: "[normal(n, n)]",
    loss: "(w) => linear(fixed(256, n), w).relu().square().mean()",
  },
  {
    layer: "LSTM 128, batch 32",
    axis: "length",
    sizes: [25, 50, 100, 200],
    weights: "[normal(64, 512), normal(128, 512), normal(512)]",
    loss: "(kernel, recurrent, bias) => lstm(fixed(n, 32, 64), { kernel, recurrent, bias }).square().mean()",
  },
  {
    layer: "causal self-attention, 4 heads of 32, batch 8",
    axis: "length",
    sizes: [64, 128, 256, 512, 1024],
    weights: "[normal(8, n, 384)]",
    loss: "(qkv) => selfAttention(qkv, 4).square().mean()",
  },
  {
    layer: "convolution 3 × 3, 32 channels, batch 16",
    axis: "side",
    sizes: [8, 16, 32, 64],
    weights: "[normal(3, 3, 32, 32)]",
    loss: '(w) => tf.conv2d(fixed(16, n, n, 32), w, 1, "same").square().mean()',
  },
];

export async function benchScale(): Promise<void> {
  for (const each of series) {
    const milliseconds: number[] = [];
    for (const n of each.sizes) milliseconds.push(await timeStep(each, n));
    const exponent = fitExponent(each.sizes, milliseconds);
    const points = each.sizes.map((n, i) => `${n}: ${milliseconds[i]!.toPrecision(3)} ms`).join(", ");
    console.log(`  ${each.layer}\n    ${each.axis} ${points}; grows as ${each.axis}^${exponent.toFixed(2)}`);
  }
}

/** Median of a compiled step: loss and gradients. */
async function timeStep({ weights, loss }: Series, n: number): Promise<number> {
  const { stdout } = await runProgram(`
    const { compile, linear, lstm, selfAttention, tf } = require("@actl/generative");
    const n = ${n};
    const normal = (...shape) => tf.randomNormal(shape, 0, 0.1, "float32", 1);
    const inputs = new Map();
    const fixed = (...shape) => inputs.get(shape.join()) ?? (inputs.set(shape.join(), tf.keep(normal(...shape))), inputs.get(shape.join()));
    const weights = ${weights};
    const gradients = tf.grads(${loss});
    tf.tidy(() => gradients(weights)); // makes the inputs
    const step = compile((...each) => gradients(each).map((g) => g.sum()), { eagerFirst: false });
    const once = () => { const started = performance.now(); const g = step(...weights); g[0].dataSync(); tf.dispose(g); return performance.now() - started; };
    for (let i = 0; i < 5; i++) once();
    console.log(Array.from({ length: 21 }, once).sort((a, b) => a - b)[10]);`);
  return Number(stdout);
}

/** The slope of log cost over log size, by least squares. */
function fitExponent(sizes: readonly number[], costs: readonly number[]): number {
  const x = sizes.map(Math.log);
  const y = costs.map(Math.log);
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  const covariance = x.reduce((sum, value, i) => sum + (value - mx) * (y[i]! - my), 0);
  return covariance / x.reduce((sum, value) => sum + (value - mx) ** 2, 0);
}
