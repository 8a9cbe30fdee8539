/** PyTorch's numbers for the lecture's GAN, made by tests/fixtures/gan/make-gan.py. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeSafetensors, type NamedTensor } from "../../lib/core/safetensors.ts";
import { tf } from "../../lib/core/tf.ts";
import { buildGan, type Gan } from "../../lib/models/gan.ts";
import { weightNames, writeWeights } from "../../lib/models/weights.ts";

const path = join(import.meta.dirname, "..", "fixtures", "gan", "gan.safetensors");
const { tensors } = decodeSafetensors(readFileSync(path), path);

/** All tensors whose name starts so, by the rest of their name. */
export function fixtureGroup(prefix: string): Map<string, NamedTensor> {
  const start = `${prefix}/`;
  return new Map(
    [...tensors].flatMap(([name, tensor]) =>
      name.startsWith(start) ? [[name.slice(start.length), tensor]] : [],
    ),
  );
}

export function fixtureTensor<Rank extends tf.Rank>(name: string): tf.Tensor<Rank> {
  const { values, shape } = tensors.get(name)!;
  return tf.tensor(values, shape as tf.ShapeMap[Rank], "float32");
}

export function fixtureValues(name: string): Float32Array {
  return tensors.get(name)!.values;
}

/** The fixture's pair of networks: latent size 5, 4 filters. */
export function buildFixtureGan(): Gan {
  const gan = buildGan({ latentSize: 5, filters: 4 });
  writeWeights(gan.generator, fixtureGroup("generator"), path);
  writeWeights(gan.discriminator, fixtureGroup("discriminator"), path);
  return gan;
}

/** The largest difference to the fixture's weights of that name, relative to the largest of them. */
export function largestDifference(network: tf.LayersModel, group: string): number {
  const expected = fixtureGroup(group);
  const differences = network.getWeights().map((weight, i) => {
    const { values } = expected.get(weightNames(network)[i]!)!;
    return relativeDifference(weight.dataSync<"float32">(), values);
  });
  return Math.max(...differences);
}

export function relativeDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  const scale = Math.max(...Array.from(expected, Math.abs), 1e-12);
  return Math.max(...Array.from(expected, (value, i) => Math.abs(value - actual[i]!))) / scale;
}
