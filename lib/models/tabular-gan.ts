/**
 * A Wasserstein GAN for tables of mixed type (MC-WGAN-GP and CTGAN as compared by Côté et al. 2020, "Synthesizing property &
 * casualty ratemaking datasets using generative adversarial networks"): its generator ends in one softmax for each column.
 */
import { OptionError, ShapeError } from "../core/errors";
import { Random } from "../core/random";
import { randomKey, randomNormal, type RandomKey, randomUniform } from "../core/random-ops";
import { tf } from "../core/tf";
import type { Records } from "../data/records";
import { type Block, decodeVectors, type TableEncoder } from "../data/table-encoder";
import { layerNorm } from "../layers/layer-norm";
import { linear } from "../layers/linear";
import type { Weights } from "./weights";

export interface TabularGanOptions {
  latentSize?: number;
  /** Sizes of the generator's hidden layers; each sees the one before and what that saw (CTGAN's residual layers). */
  generatorSizes?: readonly number[];
  /** Sizes of the critic's hidden layers. */
  criticSizes?: readonly number[];
  /**
   * How a column's class leaves the generator: "gumbel" draws it, softened, from the softmax's probabilities (Jang et al. 2017,
   * as in CTGAN); "softmax" gives the probabilities themselves, and the latent point alone must choose (Camino et al. 2018).
   */
  classes?: "gumbel" | "softmax";
  /** Of the Gumbel softmax: towards 0 the draws are harder, and their gradients wilder. */
  temperature?: number;
  /** Decides the first weights. */
  seed?: number;
}

export const tabularGanDefaults = {
  latentSize: 64,
  generatorSizes: [128, 128],
  criticSizes: [128, 128],
  classes: "gumbel",
  temperature: 0.3,
  seed: 0,
} satisfies TabularGanOptions;

export interface TabularGan {
  encoder: TableEncoder;
  generator: Weights;
  /** The generator's weights averaged over the steps of its training: what `sampleRecords` uses, for it swings less. */
  average: Weights;
  critic: Weights;
  /** Everything but the weights that decides what the networks compute. */
  sizes: Omit<Required<TabularGanOptions>, "seed">;
}

/** Slope of the critic's leaky ReLU below zero: piecewise linear, which is what trainPrivateTabularGan's gradients rest on. */
export const CRITIC_SLOPE = 0.2;

/** Both networks for rows as the encoder writes them. @throws OptionError where a size makes no sense */
export function buildTabularGan(encoder: TableEncoder, options: TabularGanOptions = {}): TabularGan {
  const { seed, ...sizes } = { ...tabularGanDefaults, ...options };
  checkSizes(sizes);
  const random = new Random(seed);
  const generator: Record<string, tf.Variable> = {};
  let inputs = sizes.latentSize;
  sizes.generatorSizes.forEach((size, i) => {
    addDense(generator, `hidden${i}`, inputs, size, random.fork("generator"));
    generator[`hidden${i}.norm.gain`] = tf.tidy(() => tf.variable(tf.ones([size])));
    generator[`hidden${i}.norm.bias`] = tf.tidy(() => tf.variable(tf.zeros([size])));
    inputs += size;
  });
  addDense(generator, "out", inputs, encoder.width, random.fork("generator"));
  const average = Object.fromEntries(
    Object.entries(generator).map(([name, weight]) => [
      name,
      tf.tidy(() => tf.variable(weight.clone(), false)),
    ]),
  );
  const critic: Record<string, tf.Variable> = {};
  inputs = encoder.width;
  [...sizes.criticSizes, 1].forEach((size, i) => {
    addDense(critic, `layer${i}`, inputs, size, random.fork("critic"));
    inputs = size;
  });
  return { encoder, generator, average, critic, sizes };
}

export function disposeTabularGan({ generator, average, critic }: TabularGan): void {
  tf.dispose([generator, average, critic].flatMap((weights) => Object.values(weights)));
}

/** He et al.'s normal (2015) for what a ReLU follows. */
function addDense(
  into: Record<string, tf.Variable>,
  name: string,
  inputs: number,
  outputs: number,
  random: Random,
): void {
  const deviation = Math.sqrt(2 / inputs);
  const values = random.fork(name).normals(inputs * outputs).map((value) => value * deviation); // prettier-ignore
  into[`${name}.kernel`] = tf.tidy(() => tf.variable(tf.tensor2d(values, [inputs, outputs])));
  into[`${name}.bias`] = tf.tidy(() => tf.variable(tf.zeros([outputs])));
}

/**
 * Fake rows, soft: in each block numbers that add up to 1, and a place within the mode from −1 to 1. Blocks of amounts are
 * multiplied by the probability of a claim, as those of real rows are by whether there is one.
 *
 * @param z latent points (batch, latentSize)
 * @param key decides the Gumbel noise
 * @param gated false leaves the blocks of amounts as they are: what the amount would be if there is a claim
 * @returns (batch, encoder.width)
 */
export function generateVectors(gan: TabularGan, z: tf.Tensor2D, key: RandomKey, gated = true): tf.Tensor2D {
  const { encoder, sizes } = gan;
  if (z.shape[1] !== sizes.latentSize)
    throw new ShapeError(
      `generateVectors: z: expected (batch, ${sizes.latentSize}), got (${z.shape.join(", ")}).`,
    );
  return tf.tidy(() => {
    let logits = generatorLogits(gan, z);
    const scalars = logits.tanh();
    if (sizes.classes === "gumbel")
      logits = logits.add<tf.Tensor2D>(gumbelNoise(key, logits.shape)).div(sizes.temperature);
    const parts = encoder.blocks.map(({ start, classes }) =>
      logits.slice([0, start], [-1, classes]).softmax(),
    );
    const byColumn = new Map(encoder.blocks.map(({ column }, i) => [column, parts[i]!]));
    const columns = encoder.blocks.map((block, i) => {
      const joined =
        block.scalar === undefined
          ? parts[i]!
          : tf.concat([parts[i]!, scalars.slice([0, block.scalar], [-1, 1])], 1);
      return block.gate === undefined || !gated
        ? joined
        : joined.mul(chanceOfClaim(byColumn.get(block.gate)!));
    });
    return tf.concat(columns, 1) as tf.Tensor2D;
  });
}

function generatorLogits({ generator, sizes }: TabularGan, z: tf.Tensor2D): tf.Tensor2D {
  let x: tf.Tensor2D = z;
  sizes.generatorSizes.forEach((_, i) => {
    const dense = denseLayer(generator, `hidden${i}`, x);
    const normed = layerNorm(
      dense,
      generator[`hidden${i}.norm.gain`] as tf.Tensor as tf.Tensor1D,
      generator[`hidden${i}.norm.bias`] as tf.Tensor as tf.Tensor1D,
    );
    x = tf.concat<tf.Tensor2D>([x, normed.relu()], 1); // (batch, inputs so far)
  });
  return denseLayer(generator, "out", x);
}

/** −ln(−ln u): the maximum of logits plus this is a draw from their softmax. */
function gumbelNoise(key: RandomKey, shape: [number, number]): tf.Tensor2D {
  // Half a step of the uniforms above 0 keeps the logarithms finite.
  const u = randomUniform(key, shape, GUMBEL) as tf.Tensor2D;
  return u
    .add<tf.Tensor2D>(2 ** -24)
    .log()
    .neg()
    .log()
    .neg();
}

/** Streams of a key: lib/core/random-ops.ts. */
const LATENT = 0;
const GUMBEL = 1;

/** 1 − P(class 0): the count is above 0. (batch, 1) */
function chanceOfClaim(classes: tf.Tensor): tf.Tensor {
  return tf.sub(1, classes.slice([0, 0], [-1, 1]));
}

function denseLayer(weights: Weights, name: string, x: tf.Tensor2D): tf.Tensor2D {
  const kernel = weights[`${name}.kernel`] as tf.Tensor as tf.Tensor2D;
  return linear(x, kernel, weights[`${name}.bias`] as tf.Tensor as tf.Tensor1D) as tf.Tensor2D;
}

/** The critic's scores: rows (batch, width) to (batch, 1), larger for what looks real. */
export function criticScores(
  { critic, sizes }: Pick<TabularGan, "critic" | "sizes">,
  rows: tf.Tensor2D,
): tf.Tensor2D {
  return tf.tidy(() => {
    let x = rows;
    sizes.criticSizes.forEach((_, i) => {
      x = tf.leakyRelu(denseLayer(critic, `layer${i}`, x), CRITIC_SLOPE);
    });
    return denseLayer(critic, `layer${sizes.criticSizes.length}`, x);
  });
}

/** Latent points of a key (batch, latentSize), standard normal. */
export function latentRows({ sizes }: TabularGan, key: RandomKey, batchSize: number): tf.Tensor2D {
  return randomNormal(key, [batchSize, sizes.latentSize], LATENT) as tf.Tensor2D;
}

/** Rows made at once when sampling. */
const CHUNK = 5000;

/**
 * New records of the table's schema: `recordsToTable` makes a data frame of them. Classes are drawn from the generator's
 * probabilities.
 */
export async function sampleRecords(gan: TabularGan, count: number, random: Random): Promise<Records> {
  if (!Number.isInteger(count) || count < 1)
    throw new OptionError(`sampleRecords: count: expected a positive whole number, got ${count}.`);
  const averaged = { ...gan, generator: gan.average };
  const vectors = new Float32Array(count * gan.encoder.width);
  for (let row = 0; row < count; row += CHUNK) {
    const size = Math.min(CHUNK, count - row);
    const rows = tf.tidy(() => {
      const key = randomKey(random.fork(row));
      return drawClasses(gan, generateVectors(averaged, latentRows(gan, key, size), key, false), key);
    });
    vectors.set(await rows.data<"float32">(), row * gan.encoder.width);
    rows.dispose();
  }
  return decodeVectors(gan.encoder, vectors);
}

/** Of a Gumbel softmax the largest number is the draw already; of a softmax it is drawn here. */
function drawClasses({ encoder, sizes }: TabularGan, soft: tf.Tensor2D, key: RandomKey): tf.Tensor2D {
  if (sizes.classes === "gumbel") return soft;
  const noise = gumbelNoise(key, soft.shape);
  const isScalar = scalarMask(encoder);
  const drawn = soft.add(1e-12).log().add(noise);
  return tf.where(isScalar.cast("bool"), soft, drawn) as tf.Tensor2D;
}

/** 1 where a row's vector holds a place within a mode: (1, width) */
function scalarMask({ blocks, width }: TableEncoder): tf.Tensor2D {
  const scalars = new Set(blocks.map(({ scalar }: Block) => scalar));
  return tf.tensor2d(
    Float32Array.from({ length: width }, (_, i) => Number(scalars.has(i))),
    [1, width],
  );
}

function checkSizes({
  latentSize,
  generatorSizes,
  criticSizes,
  temperature,
  classes,
}: TabularGan["sizes"]): void {
  for (const [name, sizes] of Object.entries({ latentSize: [latentSize], generatorSizes, criticSizes }))
    if (sizes.length === 0 || sizes.some((size) => !Number.isInteger(size) || size < 1))
      throw new OptionError(
        `buildTabularGan: ${name}: expected positive whole numbers, got ${sizes.join(", ") || "none"}.`,
      );
  if (!(temperature > 0))
    throw new OptionError(`buildTabularGan: temperature: expected a number above 0, got ${temperature}.`);
  if ((classes as string) !== "gumbel" && (classes as string) !== "softmax")
    throw new OptionError(
      `buildTabularGan: classes: expected "gumbel" or "softmax", got ${JSON.stringify(classes)}.`,
    );
}
