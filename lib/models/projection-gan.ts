/**
 * A conditional GAN for small photographs: a projection discriminator (Miyato & Koyama 2018) with spectral normalisation (Miyato
 * et al. 2018), and a generator in which latent point and class shift and scale the features of every resolution.
 */
import { OptionError } from "../core/errors";
import { Random } from "../core/random";
import { tf } from "../core/tf";
import { layerNorm } from "../layers/layer-norm";
import { linear } from "../layers/linear";
import { iteratePower, spectralNorm, type SingularVectors } from "../layers/spectral-norm";
import type {
  ConditionalDiscriminator,
  ConditionalGenerator,
  ConditionalNetworks,
} from "./conditional-networks";

export interface ProjectionGanOptions {
  /** How many classes there are; 0 for networks that are not told. */
  classes?: number;
  latentSize?: number;
  /** Length of the vector that stands for a class in the generator. */
  classSize?: number;
  /** The generator's channels at 4, 8, 16 and 32 pixels. */
  generatorFilters?: readonly [number, number, number, number];
  /** The discriminator's channels at 16, 8 and 4 pixels. */
  discriminatorFilters?: readonly [number, number, number];
  /** Decides the first weights. */
  seed?: number;
}

export const projectionDefaults = {
  classes: 2,
  latentSize: 128,
  classSize: 32,
  generatorFilters: [160, 96, 64, 48],
  discriminatorFilters: [48, 96, 192],
  seed: 0,
} satisfies ProjectionGanOptions;

type Settings = Required<ProjectionGanOptions>;

/** Side of the smallest plan, and of an image: three doublings. */
const PLAN = 4;
const SIDE = 32;
const CHANNELS = 3;
const SLOPE = 0.2;
/** After each LeakyReLU of the discriminator: it halves what goes through, about, and divided kernels do not make up for it. */
const GAIN = Math.SQRT2;

export function buildProjectionGan(options: ProjectionGanOptions = {}): ConditionalNetworks {
  const settings = { ...projectionDefaults, ...options };
  checkSizes(settings);
  return {
    generator: projectionGenerator(settings),
    averaged: projectionGenerator(settings),
    discriminator: projectionDiscriminator(settings),
  };
}

/**
 * c = (z, e_y) → 4 × 4 plan → three transposed convolutions → 32 × 32 RGB. Before each of them the features h of a pixel become
 *
 *     LeakyReLU(LayerNorm(h) · (1 + c Wᵍ) + c Wᵇ)
 *
 * This is conditional batch normalisation (Dumoulin et al. 2017) with two changes. Each pixel is normalised over its own channels
 * instead of over the batch, so that an image does not depend on the others of its batch, and training and use are the same
 * function. And z scales and shifts along with the class ("self-modulation", Chen et al. 2019).
 */
function projectionGenerator(settings: Settings): ConditionalGenerator {
  const { classes, latentSize, classSize, generatorFilters: filters, seed } = settings;
  const make = weightMaker(new Random(seed).fork("generator"));
  const conditionSize = latentSize + (classes === 0 ? 0 : classSize);
  const weights: Record<string, tf.Variable> = {};
  if (classes > 0) weights.classes = make("classes", [classes, classSize], 1);
  weights.plan = make("plan", [conditionSize, PLAN * PLAN * filters[0]], Math.sqrt(1 / conditionSize));
  filters.forEach((count, i) => {
    // From c to gains and biases: small at first, so that every class begins as the same picture.
    weights[`modulation${i}`] = make(
      `modulation${i}`,
      [conditionSize, 2 * count],
      0.3 / Math.sqrt(conditionSize),
    );
    weights[`modulation${i}.bias`] = make(`modulation${i}.bias`, [2 * count], 0);
    const next = filters[i + 1];
    // Each pixel of a doubling is painted by 2 × 2 of the 4 × 4 taps. He et al. 2015, for LeakyReLU.
    if (next === undefined)
      weights.colour = make("colour", [3, 3, count, CHANNELS], Math.sqrt(1 / (9 * count)));
    else weights[`doubling${i}`] = make(`doubling${i}`, [4, 4, next, count], Math.sqrt(2 / (4 * count)));
  });
  weights["colour.bias"] = make("colour.bias", [CHANNELS], 0);
  const kernel = <R extends tf.Rank>(name: string) => weights[name] as tf.Tensor as tf.Tensor<R>;

  function modulate(h: tf.Tensor4D, c: tf.Tensor2D, i: number): tf.Tensor4D {
    const both = linear(c, kernel(`modulation${i}`), kernel(`modulation${i}.bias`))
      .expandDims(1)
      .expandDims(1);
    const [gain, bias] = tf.split(both, 2, 3) as [tf.Tensor4D, tf.Tensor4D]; // (batch, 1, 1, filters)
    return layerNorm(h, tf.ones([filters[i]!]), tf.zeros([filters[i]!]))
      .mul(gain.add(1))
      .add(bias)
      .leakyRelu<tf.Tensor4D>(SLOPE);
  }

  function generate(z: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor4D {
    return tf.tidy(() => {
      const batch = z.shape[0];
      const c = classes === 0 ? z : tf.concat([z, tf.gather(kernel<tf.Rank.R2>("classes"), labels)], 1);
      let h = linear(c, kernel("plan")).reshape<tf.Tensor4D>([batch, PLAN, PLAN, filters[0]]);
      for (let i = 0, side = 2 * PLAN; i < 3; i++, side *= 2)
        h = tf.conv2dTranspose(
          modulate(h, c, i),
          kernel(`doubling${i}`),
          [batch, side, side, filters[i + 1]!],
          2,
          "same",
        );
      const colours = tf.conv2d(modulate(h, c, 3), kernel<tf.Rank.R4>("colour"), 1, "same");
      return colours.add(kernel("colour.bias")).sigmoid() as tf.Tensor4D; // (batch, 32, 32, 3)
    });
  }
  return { classes, latentSize, imageShape: [SIDE, SIDE, CHANNELS], weights, generate };
}

/** The discriminator's convolutions: 4 × 4 ones halve the image. */
const convolutions = [
  { name: "halve32", size: 4, stride: 2, to: 0 },
  { name: "look16", size: 3, stride: 1, to: 0 },
  { name: "halve16", size: 4, stride: 2, to: 1 },
  { name: "look8", size: 3, stride: 1, to: 1 },
  { name: "halve8", size: 4, stride: 2, to: 2 },
  { name: "look4", size: 3, stride: 1, to: 2 },
] as const;

/**
 * Features φ(x) of six convolutions, summed over the 4 × 4 places that are left; then Miyato & Koyama's equation 4:
 *
 *     logit = φ(x)·w + b + φ(x)·v_y
 *
 * The first part asks "is this a photograph", whatever the class; the second, "of this class". All kernels, w and the v's are
 * divided by their spectral norms, and each activation is multiplied by √2 (as in StyleGAN2): without that the logits of six layers
 * were too small for the hinge's margin after 50 kimg. The second term must not be made smaller than the first: scaled by 1/64 the class stayed at
 * chance.
 */
function projectionDiscriminator(settings: Settings): ConditionalDiscriminator {
  const { classes, discriminatorFilters: filters, seed } = settings;
  const random = new Random(seed).fork("discriminator");
  const make = weightMaker(random);
  const weights: Record<string, tf.Variable> = {};
  let before = CHANNELS;
  for (const { name, size, to } of convolutions) {
    const count = filters[to];
    weights[name] = make(name, [size, size, before, count], Math.sqrt(2 / (size * size * before)));
    weights[`${name}.bias`] = make(`${name}.bias`, [count], 0);
    before = count;
  }
  weights.real = make("real", [before, 1], Math.sqrt(1 / before));
  weights["real.bias"] = make("real.bias", [1], 0);
  if (classes > 0) weights.classes = make("classes", [before, classes], Math.sqrt(1 / before));
  const normalised = Object.keys(weights).filter((name) => !name.endsWith(".bias"));
  const state: Record<string, tf.Variable> = {};
  const vectors: Record<string, SingularVectors> = {};
  for (const name of normalised) {
    const [outputs, size] = [weights[name]!.shape.at(-1)!, weights[name]!.size];
    const right = make(`${name}.right`, [outputs], 1);
    const left = make(`${name}.left`, [size / outputs], 1);
    vectors[name] = { left, right };
    Object.assign(state, { [`${name}.left`]: left, [`${name}.right`]: right });
    // Random vectors are no estimate; a few iterations make them one.
    for (let i = 0; i < 10; i++) iteratePower(weights[name]!, vectors[name]);
  }

  function judge(images: tf.Tensor4D, labels: tf.Tensor1D): tf.Tensor2D {
    return tf.tidy(() => {
      const kernel = <R extends tf.Rank>(name: string) =>
        spectralNorm(weights[name] as tf.Tensor as tf.Tensor<R>, vectors[name]!);
      let h: tf.Tensor = images.mul(2).sub(1);
      for (const { name, stride } of convolutions)
        h = tf
          .conv2d(h as tf.Tensor4D, kernel<tf.Rank.R4>(name), stride, "same")
          .add(weights[`${name}.bias`]!)
          .leakyRelu(SLOPE)
          .mul(GAIN);
      const features = h.sum<tf.Tensor2D>([1, 2]); // (batch, filters[2])
      // Features once, verdicts for as many labels as there are.
      const times: [number, number] = [labels.size / images.shape[0], 1];
      const bias = weights["real.bias"] as tf.Tensor as tf.Tensor1D;
      const logits = linear(features, kernel("real"), bias).tile<tf.Tensor2D>(times);
      if (classes === 0) return logits;
      // φ·v of every class, and of these the label's.
      const chosen = tf.oneHot(labels, classes).cast("float32");
      return logits.add(linear(features, kernel("classes")).tile(times).mul(chosen).sum(1, true));
    });
  }
  const prepare = () => {
    for (const name of normalised) iteratePower(weights[name]!, vectors[name]!);
  };
  return { weights, state, prepare, judge };
}

/** Makes variables of normal numbers, each from a stream of its own. */
function weightMaker(random: Random) {
  return (name: string, shape: number[], deviation: number): tf.Variable =>
    tf.tidy(() => {
      const values = random.fork(name).normals(shape.reduce((a, b) => a * b, 1));
      return tf.variable(tf.tensor(values, shape, "float32").mul(deviation), true);
    });
}

function checkSizes({
  classes,
  latentSize,
  classSize,
  generatorFilters,
  discriminatorFilters,
}: Settings): void {
  if (!Number.isInteger(classes) || classes < 0 || classes === 1)
    throw new OptionError(
      `buildConditionalGan: classes: expected 0 or a whole number from 2, got ${classes}.`,
    );
  const filters = [...generatorFilters, ...discriminatorFilters];
  for (const [name, size] of Object.entries({ latentSize, classSize, filters: Math.min(...filters) }))
    if (!Number.isInteger(size) || size < 1 || !filters.every(Number.isInteger))
      throw new OptionError(`buildConditionalGan: ${name}: expected a positive whole number, got ${size}.`);
}
