/** A network's weights by name: to train them, to save them, to put saved ones back. */
import { DataError } from "../core/errors";
import { decodeSafetensors, encodeSafetensors, type NamedTensor, type StoredType } from "../core/safetensors";
import { tf } from "../core/tf";
import { writeWholeFile } from "../core/write-file";
import { readDataFile } from "../data/dataset-files";

/** A network's variables by name, in the order in which optimisers take them. */
export type Weights = Readonly<Record<string, tf.Variable>>;

/** The variables an optimiser may change. */
export function trainableVariables(network: tf.LayersModel): tf.Variable[] {
  // A weight of a layer reads as the tf.Variable that it is; tfjs's types say only that it is a tensor.
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- as the line above says
  return network.trainableWeights.map((weight) => weight.read() as tf.Variable);
}

/** "to14.kernel": the layer and the role, the same for every network built by the same code. */
export function weightNames(network: tf.LayersModel): string[] {
  return network.layers.flatMap((layer) =>
    layer.weights.map((weight) => {
      const role = weight.originalName.split("/").at(-1)!;
      return `${layer.name}.${role}`;
    }),
  );
}

/** The weights' values, copied. */
export async function readWeights(network: tf.LayersModel): Promise<Map<string, NamedTensor>> {
  const names = weightNames(network);
  const values = await Promise.all(
    network.getWeights().map(async (weight): Promise<NamedTensor> => ({
      shape: [...weight.shape],
      values: Float32Array.from(await weight.data<"float32">()),
    })),
  );
  return new Map(names.map((name, i) => [name, values[i]!]));
}

/**
 * Sets every weight of the network to the tensor of its name.
 *
 * @param origin where the tensors come from, for the error
 * @throws DataError where a tensor is missing or of another shape
 */
export function writeWeights(
  network: tf.LayersModel,
  tensors: ReadonlyMap<string, NamedTensor>,
  origin: string,
): void {
  const weights = network.getWeights();
  const values = weightNames(network).map((name, i) => {
    const tensor = tensors.get(name);
    const { shape } = weights[i]!;
    if (tensor === undefined)
      throw new DataError(
        `${origin}: has no tensor "${name}", which the ${network.name} needs. It was made by another network.`,
      );
    if (tensor.shape.join() !== shape.join())
      throw new DataError(
        `${origin}: ${name}: expected (${shape.join(", ")}), got (${tensor.shape.join(", ")}). ` +
          "Build the network with the sizes it was trained with.",
      );
    return tensor;
  });
  tf.tidy(() =>
    network.setWeights(values.map(({ values: data, shape }) => tf.tensor(data, shape, "float32"))),
  );
}

/** Variables by name, as a part of a training's snapshot. */
export function savedVariables(variables: Weights) {
  return {
    read: () => readVariables(variables),
    write: (tensors: ReadonlyMap<string, NamedTensor>, origin: string) =>
      writeVariables(variables, tensors, origin),
  };
}

/** The variables' values, copied. */
export async function readVariables(variables: Weights): Promise<Map<string, NamedTensor>> {
  const entries = Object.entries(variables).map(async ([name, variable]): Promise<[string, NamedTensor]> => [
    name,
    { shape: [...variable.shape], values: Float32Array.from(await variable.data<"float32">()) },
  ]);
  return new Map(await Promise.all(entries));
}

/**
 * Sets every variable to the tensor of its name.
 *
 * @param origin where the tensors come from, for the error
 * @throws DataError where a tensor is missing or of another shape; then no variable is changed
 */
export function writeVariables(
  variables: Weights,
  tensors: ReadonlyMap<string, NamedTensor>,
  origin: string,
): void {
  const found = Object.entries(variables).map(([name, variable]) => {
    const tensor = tensors.get(name);
    if (tensor?.shape.join() !== variable.shape.join())
      throw new DataError(
        `${origin}: ${name}: expected (${variable.shape.join(", ")}), ` +
          `got ${tensor === undefined ? "nothing" : `(${tensor.shape.join(", ")})`}. ` +
          "It was made by another network, or with other sizes.",
      );
    return { variable, tensor };
  });
  tf.tidy(() => {
    for (const { variable, tensor } of found)
      variable.assign(tf.tensor(tensor.values, tensor.shape, "float32"));
  });
}

/** A network as a part of a training's snapshot. */
export function savedNetwork(network: tf.LayersModel) {
  return {
    read: () => readWeights(network),
    write: (tensors: ReadonlyMap<string, NamedTensor>, origin: string) =>
      writeWeights(network, tensors, origin),
  };
}

export interface SaveOptions {
  /** "F16" makes half the file, with about three digits of each weight. */
  dtype?: StoredType;
  /** What to remember with the weights: how they were trained. */
  metadata?: Record<string, string>;
}

/** Saves a network's weights as safetensors. @throws DataError where the file cannot be written */
export async function saveWeights(
  network: tf.LayersModel,
  path: string,
  options: SaveOptions = {},
): Promise<void> {
  const { dtype = "F32", metadata = {} } = options;
  writeWholeFile(path, encodeSafetensors({ tensors: await readWeights(network), metadata }, dtype));
}

/**
 * Sets a network's weights to those of a safetensors file.
 *
 * @throws DataError where the file is missing, damaged or of another network
 */
export function loadWeights(network: tf.LayersModel, path: string): void {
  writeWeights(network, decodeSafetensors(readDataFile(path), path).tensors, path);
}

/** Saves variables by name as safetensors. @throws DataError where the file cannot be written */
export async function saveVariables(
  variables: Weights,
  path: string,
  options: SaveOptions = {},
): Promise<void> {
  const { dtype = "F32", metadata = {} } = options;
  writeWholeFile(path, encodeSafetensors({ tensors: await readVariables(variables), metadata }, dtype));
}

/**
 * Sets variables to those of a safetensors file.
 *
 * @throws DataError where the file is missing, damaged or of another network
 */
export function loadVariables(variables: Weights, path: string): void {
  writeVariables(variables, decodeSafetensors(readDataFile(path), path).tensors, path);
}
