/**
 * A small GPT (Radford et al. 2018, with GPT-2's normalisation before each part): reads tokens and gives, at every place, the
 * logits of the next. Decoder blocks of causal self-attention and a two-layer network, each added to what goes by.
 */
import { OptionError, ShapeError } from "../core/errors";
import { Random } from "../core/random";
import { tf } from "../core/tf";
import { attend, selfAttention, splitHeads } from "../layers/attention";
import { gelu } from "../layers/gelu";
import { EPSILON, layerNorm } from "../layers/layer-norm";
import { linear } from "../layers/linear";
import { hasOwnKernels, nativeOp } from "../layers/native-op";
import type { LanguageModel } from "./language-model";
import { WeightBuilder } from "./weight-builder";
import type { Weights } from "./weights";

export interface GptOptions {
  /** How many different tokens there are. */
  vocabulary: number;
  /** The most tokens it sees at once. */
  context?: number;
  /** Length of the vector that stands for a token; a multiple of heads. */
  width?: number;
  layers?: number;
  heads?: number;
  /** Decides the first weights. */
  seed?: number;
}

export const gptDefaults = { context: 128, width: 128, layers: 4, heads: 4, seed: 0 };

/** The weights by name: "tokens", "places", "0.qkv" …; all are variables. */
export interface Gpt {
  options: Required<GptOptions>;
  weights: Weights;
}

/** What earlier tokens left for later ones: keys and values of every layer, (batch, heads, context, width / heads) each. */
export type GptCache = { keys: tf.Tensor[]; values: tf.Tensor[] };

/**
 * A GPT with weights that `seed` decides: normal with deviation 0.02, those before an addition divided by √(2 · layers), as GPT-2.
 *
 * @throws OptionError where a size is no positive whole number, or width no multiple of heads
 */
export function buildGpt(options: GptOptions): Gpt {
  const settings = { ...gptDefaults, ...options };
  const { vocabulary, context, width, layers, heads, seed } = settings;
  for (const [name, size] of Object.entries({ vocabulary, context, width, layers, heads }))
    if (!Number.isInteger(size) || size < 1)
      throw new OptionError(`buildGpt: ${name}: expected a positive whole number, got ${size}.`);
  if (width % heads !== 0)
    throw new OptionError(`buildGpt: width: expected a multiple of heads (${heads}), got ${width}.`);
  const builder = new WeightBuilder(new Random(seed).fork("gpt"));
  const normal = (name: string, shape: number[], deviation = 0.02) => builder.normal(name, shape, deviation);
  const constant = (name: string, size: number, value: number) => builder.constant(name, [size], value);
  const norm = (name: string) => {
    constant(`${name}.gain`, width, 1);
    constant(`${name}.bias`, width, 0);
  };
  const beforeAddition = 0.02 / Math.sqrt(2 * layers);
  normal("tokens", [vocabulary, width]);
  normal("places", [context, width]);
  for (let i = 0; i < layers; i++) {
    norm(`${i}.norm1`);
    normal(`${i}.qkv`, [width, 3 * width]);
    normal(`${i}.project`, [width, width], beforeAddition);
    norm(`${i}.norm2`);
    normal(`${i}.up`, [width, 4 * width]);
    constant(`${i}.up.bias`, 4 * width, 0);
    normal(`${i}.down`, [4 * width, width], beforeAddition);
    constant(`${i}.down.bias`, width, 0);
  }
  norm("norm");
  normal("out", [width, vocabulary]);
  return { options: settings, weights: builder.weights };
}

/**
 * Logits of the token after each place.
 *
 * @param tokens int32 (batch, places), at most `context` places
 * @returns (batch, places, vocabulary)
 * @throws ShapeError where there are too many places
 */
export function gptLogits(gpt: Gpt, tokens: tf.Tensor2D): tf.Tensor3D {
  return tf.tidy(() => run(gpt, tokens));
}

/**
 * Reads a prompt in one call and keeps what later tokens need.
 *
 * @param tokens int32 (batch, places); what stands after the prompt's end is overwritten later and never seen
 */
export function prefillGpt(gpt: Gpt, tokens: tf.Tensor2D): { logits: tf.Tensor3D; cache: GptCache } {
  return tf.tidy(() => {
    const cache: GptCache = { keys: [], values: [] };
    return { logits: run(gpt, tokens, cache), cache };
  });
}

function remember(
  qkv: tf.Tensor,
  { heads, context }: Required<GptOptions>,
  { keys, values }: GptCache,
): void {
  const [, k, v] = splitHeads(qkv, heads);
  const room: [number, number][] = [[0, 0], [0, 0], [0, context - qkv.shape[1]!], [0, 0]]; // prettier-ignore
  keys.push(tf.pad(k, room));
  values.push(tf.pad(v, room));
}

/** Adds each layer's keys and values to the cache, if there is one. */
function run(gpt: Gpt, tokens: tf.Tensor2D, cache?: GptCache): tf.Tensor3D {
  const { context } = gpt.options;
  const [, places] = tokens.shape;
  if (places > context)
    throw new ShapeError(
      `gpt: tokens: expected at most ${context} places, got ${places}. Take the last ${context}.`,
    );
  let h = tf.gather(gpt.weights.tokens!, tokens).add(gpt.weights.places!.slice(0, places));
  for (let i = 0; i < gpt.options.layers; i++)
    h = block(gpt, i, h, (qkv) => {
      if (cache !== undefined) remember(qkv, gpt.options, cache);
      return selfAttention(qkv, gpt.options.heads);
    });
  return readOut(gpt, h) as tf.Tensor3D;
}

/**
 * One more token for each row of the batch, with what the earlier ones left. Where the addon runs its blocks are one op, of which
 * nothing has a gradient.
 *
 * @param token int32 (batch)
 * @param place int32, a number: where the token stands, from 0
 * @returns logits (batch, vocabulary) of the token after it
 */
export function stepGpt(
  gpt: Gpt,
  token: tf.Tensor1D,
  place: tf.Scalar,
  cache: GptCache,
): { logits: tf.Tensor2D; cache: GptCache } {
  return tf.tidy(() => {
    const embedded = tf
      .gather(gpt.weights.tokens!, token)
      .add<tf.Tensor2D>(tf.gather(gpt.weights.places!, place));
    const { h, cache: after } = hasOwnKernels()
      ? decodeInOneOp(gpt, embedded, place, cache)
      : decode(gpt, embedded, place, cache);
    return { logits: readOut(gpt, h) as tf.Tensor2D, cache: after };
  });
}

/** All blocks, lib/native/kernels/decoder_kernel.cc. */
function decodeInOneOp({ options, weights }: Gpt, h: tf.Tensor2D, place: tf.Scalar, cache: GptCache) {
  const { layers } = options;
  const ofLayers = (name: string) => Array.from({ length: layers }, (_, i) => weights[`${i}.${name}`]!);
  const [out, ...after] = nativeOp(
    "GenerativeDecoderStep",
    [
      ...[h, place, ...cache.keys, ...cache.values],
      ...["norm1.gain", "norm1.bias", "qkv", "project", "norm2.gain", "norm2.bias"].flatMap(ofLayers),
      ...["up", "up.bias", "down", "down.bias"].flatMap(ofLayers),
    ],
    { layers: BigInt(layers), epsilon: EPSILON },
    1 + 2 * layers,
  );
  return { h: out!, cache: { keys: after.slice(0, layers), values: after.slice(layers) } };
}

function decode(gpt: Gpt, embedded: tf.Tensor2D, place: tf.Scalar, cache: GptCache) {
  const { context, layers, heads } = gpt.options;
  const places = tf.range(0, context, 1, "int32");
  const here = places.equal(place).cast("float32").reshape([context, 1]);
  const elsewhere = tf.sub(1, here);
  const hidden = places.greater(place).cast("float32");
  const after: GptCache = { keys: [], values: [] };
  const add = (earlier: tf.Tensor, now: tf.Tensor) => earlier.mul(elsewhere).add(now.mul(here));
  let h = embedded.expandDims(1);
  for (let i = 0; i < layers; i++)
    h = block(gpt, i, h, (qkv) => {
      const [q, k, v] = splitHeads(qkv, heads);
      const keys = add(cache.keys[i]!, k);
      const values = add(cache.values[i]!, v);
      after.keys.push(keys);
      after.values.push(values);
      return attend(q, keys, values, hidden).transpose([0, 2, 1, 3]).reshape(h.shape);
    });
  return { h: tf.squeeze(h, [1]), cache: after };
}

/** For textGenerator. */
export function gptLanguageModel(gpt: Gpt): LanguageModel<GptCache> {
  const { vocabulary, context } = gpt.options;
  return {
    vocabulary,
    context,
    read: (tokens, last) =>
      tf.tidy(() => {
        const { logits, cache } = prefillGpt(gpt, tokens);
        return { logits: tf.gather(logits, last, 1).reshape<tf.Tensor2D>([-1, vocabulary]), state: cache };
      }),
    step: (token, place, before) => {
      const { logits, cache } = stepGpt(gpt, token, place, before);
      return { logits, state: cache };
    },
  };
}

/** (batch, places, 3 · width) to (batch, places, width) */
type Attention = (qkv: tf.Tensor3D) => tf.Tensor;

/** h + attention(norm(h)), then that + network(norm(that)); h is (batch, places, width). */
function block({ weights }: Gpt, i: number, h: tf.Tensor, attention: Attention): tf.Tensor {
  const weight = (name: string) => weights[`${i}.${name}`] as tf.Tensor as tf.Tensor2D;
  const bias = (name: string) => weights[`${i}.${name}`] as tf.Tensor as tf.Tensor1D;
  const qkv = linear(layerNorm(h, bias("norm1.gain"), bias("norm1.bias")), weight("qkv"));
  const attended = h.add(linear(attention(qkv as tf.Tensor3D), weight("project")));
  const up = linear(
    layerNorm(attended, bias("norm2.gain"), bias("norm2.bias")),
    weight("up"),
    bias("up.bias"),
  );
  return attended.add(linear(gelu(up), weight("down"), bias("down.bias")));
}

/** (…, width) to logits (…, vocabulary) */
function readOut({ weights }: Gpt, h: tf.Tensor): tf.Tensor {
  const gain = weights["norm.gain"] as tf.Tensor as tf.Tensor1D;
  const bias = weights["norm.bias"] as tf.Tensor as tf.Tensor1D;
  return linear(layerNorm(h, gain, bias), weights.out as tf.Tensor as tf.Tensor2D);
}
