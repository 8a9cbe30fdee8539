/**
 * The trainings whose speed is compared with Keras's and PyTorch's (peers.py has the same mathematics on the same weights
 * and data): one step of each is one call.
 */
import { createRequire } from "node:module";
import type * as generative from "@actl/generative";

// The built library, as a notebook has it.
const {
  Adam,
  buildGan,
  buildGpt,
  gptLanguageModel,
  selfAttention,
  compile,
  gelu,
  textGenerator,
  layerNorm,
  linear,
  lstm,
  noisyLabels,
  Random,
  setTracing,
  softmaxCrossEntropy,
  tf,
  trainableVariables,
  trainDiscriminatorOneStep,
  trainGeneratorOneStep,
  useBackend,
} = createRequire(import.meta.url)("@actl/generative") as typeof generative;

type Tensor = generative.tf.Tensor;
type Variable = generative.tf.Variable;
type Scalar = generative.tf.Scalar;
type Parameters<Name extends string> = Record<Name, Variable>;

export interface Workload {
  /** What the peers start from too. */
  parameters: Record<string, Variable>;
  /** One batch, the same in every step: random normals, and integers for tokens. */
  inputs: Record<string, Tensor>;
  /** One step of training; returns the loss before it. */
  step: (inputs: Record<string, Tensor>) => Scalar;
  /** Floating-point operations of the products in one step, backward pass included. */
  flops: number;
}

export const ADAM = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
const SLOPE = 0.2;

export type WorkloadName =
  "gan" | "cgan" | "dcgan" | "pix2pix" | "stylegan2" | "tabular" | "ring" | "char-rnn" | "gpt";
/** Not a training: 127 tokens from a GPT of the same size, one by one. */
export type GenerationName = "generation";
/** @param share divides the batch, for engines that would take minutes */
export const workloads: Record<WorkloadName, (share?: number) => Workload | Promise<Workload>> = {
  gan,
  cgan: async (share) => (await import("./conditional-gan.ts")).conditionalGan(share),
  dcgan,
  // Of a file of its own, which takes ADAM from this one.
  pix2pix: async (share) => (await import("./pix2pix.ts")).pix2pix(share),
  stylegan2: async (share) => (await import("./stylegan2.ts")).stylegan2(share),
  tabular: async (share) => (await import("./tabular.ts")).tabular(share),
  ring,
  "char-rnn": charRnn,
  gpt,
};

const random = new Random(7);

/** Glorot's standard deviation from the product of all but the last axis and the last. */
function makeParameters<Name extends string>(shapes: Record<Name, number[]>): Parameters<Name> {
  const entries = Object.entries<number[]>(shapes).map(([name, shape]) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const scale = shape.length === 1 ? 0 : Math.sqrt((2 * shape.at(-1)!) / (size + shape.at(-1)! ** 2));
    const values =
      shape.length === 1 && name.endsWith("gain")
        ? new Float32Array(size).fill(1)
        : random.normals(size).map((x) => x * scale);
    return [name, tf.tidy(() => tf.variable(tf.tensor(values, shape), true))];
  });
  return Object.fromEntries(entries) as Parameters<Name>;
}

export const normal = (...shape: number[]) =>
  tf.tensor(random.normals(shape.reduce((a, b) => a * b, 1)), shape);
export const tokens = (count: number, shape: number[]) =>
  tf.tensor(
    Int32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.integer(count)),
    shape,
    "int32",
  );

/** −log σ(±logits), as the GANs of the course have it. */
const realLoss = (logits: Tensor) => logits.neg().softplus().mean<Scalar>();
const fakeLoss = (logits: Tensor) => logits.softplus().mean<Scalar>();

/** The lecture's GAN, both steps of its schematic, batch 64. */
function gan(share = 1): Workload {
  const batch = 64 / share;
  const networks = buildGan({ seed: 1 });
  const name = (prefix: string, model: generative.tf.LayersModel) =>
    trainableVariables(model).map((variable, i) => [`${prefix}_${i}`, variable] as const);
  const [g, d] = [name("g", networks.generator), name("d", networks.discriminator)];
  const adamG = new Adam(
    g.map(([, variable]) => variable),
    ADAM,
  );
  const adamD = new Adam(
    d.map(([, variable]) => variable),
    ADAM,
  );
  const generator = 128 * 6272 + 49 * 16 * 128 * 128 + 196 * 16 * 128 * 128 + 784 * 49 * 128;
  const discriminator = 196 * 9 * 64 + 49 * 9 * 64 * 128;
  return {
    parameters: Object.fromEntries([...g, ...d]),
    inputs: {
      real: normal(batch, 28, 28, 1).sigmoid(),
      z1: normal(batch, 128),
      z2: normal(batch, 128),
      labels: noisyLabels(random, batch, 0.05),
    },
    step: ({ real, z1, z2, labels }) => {
      const dealer = trainDiscriminatorOneStep(networks, adamD, real as never, z1 as never, labels as never);
      return dealer.loss.add(trainGeneratorOneStep(networks, adamG, z2 as never));
    },
    flops: 2 * batch * (4 * generator + 9 * discriminator),
  };
}

/** Batch 64: z 100 → 7 × 7 × 128 → 14 → 28 pixels, and a discriminator of two convolutions; one step of each player. */
function dcgan(share = 1): Workload {
  const batch = 64 / share;
  const g = makeParameters({
    g_dense: [100, 6272],
    g_up1: [4, 4, 128, 128],
    g_up2: [4, 4, 64, 128],
    g_ink: [5, 5, 64, 1],
  });
  const d = makeParameters({ d_conv1: [4, 4, 1, 64], d_conv2: [4, 4, 64, 128], d_dense: [6272, 1] });
  const kernel = <R extends generative.tf.Rank>(variable: Variable) =>
    variable as unknown as generative.tf.Tensor<R>;
  const generate = (z: Tensor) => {
    const plan = linear(z, kernel(g.g_dense))
      .leakyRelu(SLOPE)
      .reshape<generative.tf.Tensor4D>([batch, 7, 7, 128]);
    const to14 = tf.conv2dTranspose(plan, kernel(g.g_up1), [batch, 14, 14, 128], 2, "same").leakyRelu(SLOPE);
    const to28 = tf
      .conv2dTranspose(to14 as generative.tf.Tensor4D, kernel(g.g_up2), [batch, 28, 28, 64], 2, "same")
      .leakyRelu(SLOPE);
    return tf.conv2d(to28 as generative.tf.Tensor4D, kernel(g.g_ink), 1, "same").tanh();
  };
  const judge = (x: Tensor) => {
    const to14 = tf.conv2d(x as generative.tf.Tensor4D, kernel(d.d_conv1), 2, "same").leakyRelu(SLOPE);
    const to7 = tf.conv2d(to14 as generative.tf.Tensor4D, kernel(d.d_conv2), 2, "same").leakyRelu(SLOPE);
    return linear(to7.reshape([batch, 6272]), kernel(d.d_dense));
  };
  return {
    parameters: { ...g, ...d },
    inputs: { real: normal(batch, 28, 28, 1).tanh(), z1: normal(batch, 100), z2: normal(batch, 100) },
    step: twoPlayers(g, d, generate, judge),
    flops:
      2 *
      batch *
      (100 * 6272 * 4 +
        196 * 16 * 64 * 5 +
        49 * 16 * 64 * 128 * 9 +
        49 * 16 * 128 * 128 * 4 +
        196 * 16 * 128 * 64 * 4 +
        784 * 25 * 64 * 4),
  };
}

/** Eight Gaussians: networks of 2 × 128 units, batch 512. */
function ring(share = 1): Workload {
  const batch = 512 / share;
  const g = makeParameters({
    g1: [16, 128],
    g1_bias: [128],
    g2: [128, 128],
    g2_bias: [128],
    g3: [128, 2],
    g3_bias: [2],
  });
  const d = makeParameters({
    d1: [2, 128],
    d1_bias: [128],
    d2: [128, 128],
    d2_bias: [128],
    d3: [128, 1],
    d3_bias: [1],
  });
  const network = (...[x, ...layers]: [Tensor, ...Variable[]]) => {
    let y = x;
    for (let i = 0; i < layers.length; i += 2) {
      y = linear(
        y,
        layers[i] as unknown as generative.tf.Tensor2D,
        layers[i + 1] as unknown as generative.tf.Tensor1D,
      );
      if (i + 2 < layers.length) y = y.relu();
    }
    return y;
  };
  return {
    parameters: { ...g, ...d },
    inputs: { real: normal(batch, 2), z1: normal(batch, 16), z2: normal(batch, 16) },
    step: twoPlayers(
      g,
      d,
      (z) => network(z, g.g1, g.g1_bias, g.g2, g.g2_bias, g.g3, g.g3_bias),
      (x) => network(x, d.d1, d.d1_bias, d.d2, d.d2_bias, d.d3, d.d3_bias),
    ),
    flops: 2 * batch * ((16 * 128 + 128 * 128 + 128 * 2) * 4 + (2 * 128 + 128 * 128 + 128) * 9),
  };
}

/** One step of the discriminator on real and fake, one of the generator; the losses added. */
function twoPlayers(
  g: Record<string, Variable>,
  d: Record<string, Variable>,
  generate: (z: Tensor) => Tensor,
  judge: (x: Tensor) => Tensor,
): Workload["step"] {
  const adamG = new Adam(Object.values(g), ADAM);
  const adamD = new Adam(Object.values(d), ADAM);
  return ({ real, z1, z2 }) => {
    const fake = generate(z1!);
    const lossD = adamD.minimize(() => realLoss(judge(real!)).add(fakeLoss(judge(fake))));
    const lossG = adamG.minimize(() => realLoss(judge(generate(z2!))));
    return lossD.add(lossG);
  };
}

/** 65 characters, embedding 64, LSTM 256, 100 places, batch 64. */
function charRnn(share = 1): Workload {
  const [batch, time, characters, width, units] = [64 / share, 100, 65, 64, 256];
  const p = makeParameters({
    embedding: [characters, width],
    kernel: [width, 4 * units],
    recurrent: [units, 4 * units],
    bias: [4 * units],
    out: [units, characters],
    out_bias: [characters],
  });
  const adam = new Adam(Object.values(p), ADAM);
  return {
    parameters: p,
    inputs: { x: tokens(characters, [time, batch]), y: tokens(characters, [time, batch]) },
    step: ({ x, y }) =>
      adam.minimize(() => {
        const embedded = tf.gather(p.embedding, x!) as generative.tf.Tensor3D;
        const h = lstm(embedded, p as unknown as generative.LstmWeights);
        const logits = linear(h, p.out as never, p.out_bias as never).reshape<generative.tf.Tensor2D>([
          -1,
          characters,
        ]);
        return softmaxCrossEntropy(logits, y!.flatten()).mean();
      }),
    flops: 3 * 2 * batch * time * (width * 4 * units + units * 4 * units + units * characters),
  };
}

/** Four layers of width 128 with four heads, context 128, batch 16, 65 characters. */
function gpt(share = 1): Workload {
  const [batch, context, characters, layers] = [16 / share, 128, 65, 4];
  const width = GPT_WIDTH;
  const shapes: Record<string, number[]> = { tokens: [characters, width], places: [context, width] };
  for (let i = 0; i < layers; i++)
    Object.assign(shapes, {
      [`${i}_norm1_gain`]: [width],
      [`${i}_norm1_bias`]: [width],
      [`${i}_qkv`]: [width, 3 * width],
      [`${i}_project`]: [width, width],
      [`${i}_norm2_gain`]: [width],
      [`${i}_norm2_bias`]: [width],
      [`${i}_up`]: [width, 4 * width],
      [`${i}_up_bias`]: [4 * width],
      [`${i}_down`]: [4 * width, width],
      [`${i}_down_bias`]: [width],
    });
  Object.assign(shapes, { norm_gain: [width], norm_bias: [width], out: [width, characters] });
  const p = makeParameters(shapes);
  const adam = new Adam(Object.values(p), ADAM);
  return {
    parameters: p,
    inputs: { x: tokens(characters, [batch, context]), y: tokens(characters, [batch, context]) },
    step: ({ x, y }) =>
      adam.minimize(() => {
        let h: Tensor = tf.gather(p.tokens!, x!).add(p.places!);
        for (let i = 0; i < layers; i++) h = gptBlock(h, p, i);
        const logits = linear(norm(h, p, "norm"), p.out as never).reshape<generative.tf.Tensor2D>([
          -1,
          characters,
        ]);
        return softmaxCrossEntropy(logits, y!.flatten()).mean();
      }),
    flops:
      3 * 2 * batch * context * (layers * (12 * width * width + 2 * context * width) + width * characters),
  };
}

const GPT_WIDTH = 128;
const GPT_HEADS = 4;
const norm = (h: Tensor, p: Record<string, Variable>, name: string) =>
  layerNorm(h, p[`${name}_gain`] as never, p[`${name}_bias`] as never);

function gptBlock(h: Tensor, p: Record<string, Variable>, i: number): Tensor {
  const weights = (name: string) => p[`${i}_${name}`] as never;
  const qkv = linear(norm(h, p, `${i}_norm1`), weights("qkv"));
  const attended = selfAttention(qkv as generative.tf.Tensor3D, GPT_HEADS);
  const seen = h.add(linear(attended, weights("project")));
  const up = linear(norm(seen, p, `${i}_norm2`), weights("up"), weights("up_bias"));
  return seen.add(linear(gelu(up), weights("down"), weights("down_bias")));
}

export { buildGpt, compile, gptLanguageModel, textGenerator, setTracing, useBackend };
