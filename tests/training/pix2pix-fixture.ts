/** PyTorch's numbers for a small pix2pix, made by tests/fixtures/pix2pix/make-pix2pix.py. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeSafetensors, type NamedTensor } from "../../lib/core/safetensors.ts";
import { tf } from "../../lib/core/tf.ts";
import {
  buildPatchDiscriminator,
  buildPix2pix,
  type PatchSize,
  type Pix2pix,
} from "../../lib/models/pix2pix.ts";
import { weightNames, writeWeights } from "../../lib/models/weights.ts";

const path = join(import.meta.dirname, "..", "fixtures", "pix2pix", "pix2pix.safetensors");
const { tensors } = decodeSafetensors(readFileSync(path), path);

export function fixtureTensor4d(name: string): tf.Tensor4D {
  const { values, shape } = tensors.get(name)!;
  return tf.tensor(values, shape as [number, number, number, number], "float32");
}

export const fixtureNumbers = (name: string): Float32Array => tensors.get(name)!.values;

/** All tensors whose name starts so, by the rest of their name. */
export function fixtureWeights(prefix: string): Map<string, NamedTensor> {
  const start = `${prefix}/`;
  return new Map(
    [...tensors].flatMap(([name, tensor]) =>
      name.startsWith(start) ? [[name.slice(start.length), tensor] as const] : [],
    ),
  );
}

/** Three levels of 3, 4 and 5 channels; patches of 16 pixels. */
export function buildFixturePix2pix(): Pix2pix {
  const networks = buildPix2pix({ channels: [3, 4, 5], dropout: 0, patch: 16, discriminatorChannels: 2 });
  writeWeights(networks.generator, fixtureWeights("generator"), path);
  writeWeights(networks.discriminator, fixtureWeights("discriminator"), path);
  return networks;
}

export function buildFixtureDiscriminator(patch: PatchSize): tf.LayersModel {
  const discriminator = buildPatchDiscriminator({ patch, discriminatorChannels: 2 });
  writeWeights(discriminator, fixtureWeights(`discriminator${patch}`), path);
  return discriminator;
}

/** How far each weight moved from the fixture's first ones, by name. */
export function moves(network: tf.LayersModel): Map<string, Float32Array> {
  const before = fixtureWeights(network.name);
  const names = weightNames(network);
  return new Map(
    network.getWeights().map((weight, i) => {
      const start = before.get(names[i]!)!.values;
      return [names[i]!, weight.dataSync<"float32">().map((value, j) => value - start[j]!)];
    }),
  );
}

/** The same, of PyTorch's. */
export function expectedMoves(network: string): Map<string, Float32Array> {
  const before = fixtureWeights(network);
  return new Map(
    [...fixtureWeights(`after/${network}`)].map(([name, { values }]) => [
      name,
      values.map((value, i) => value - before.get(name)!.values[i]!),
    ]),
  );
}
