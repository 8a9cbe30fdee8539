/** The parts of tfjs that recording a step reaches into, with types; tfjs declares them private or not at all. */
import * as tf from "@tensorflow/tfjs";
import type { OpAttribute, TensorFlowBinding, TensorMetadata } from "../../native/binding";
import { isTracingForXla } from "./trace-guard";

export type DataId = tf.Tensor["dataId"];

/** What the backend keeps of a tensor's data. */
export interface TensorData {
  shape: number[];
  dtype: number;
  /** −1 until the values have been handed to TensorFlow. */
  id: number;
  /** Values that JavaScript gave and TensorFlow has not got yet. */
  values: unknown;
  refCount: number;
}

/** tfjs's NodeJSKernelBackend. */
export interface NativeBackend {
  binding: TensorFlowBinding;
  tensorMap: { get(id: DataId): TensorData; has(id: DataId): boolean };
  createOutputTensor: (metadata: TensorMetadata) => tf.Tensor;
  getInputTensorIds: (tensors: readonly tf.TensorInfo[]) => number[];
  move: (id: DataId, values: unknown, shape: number[], dtype: string, refCount: number) => void;
  incRef(id: DataId): void;
  disposeData(id: DataId, force?: boolean): boolean;
}

interface TapeNode {
  saved?: tf.Tensor[];
}

/** What a tidy or a gradient changes, and an error must put back. */
export interface EngineState {
  registeredVariables: Record<string, tf.Variable>;
  activeTape: TapeNode[] | null;
  gradientDepth: number;
  numTensors: number;
  numBytes: number;
  numDataBuffers: number;
  numStringTensors: number;
}

export interface Engine {
  state: EngineState;
  trackTensor(tensor: tf.Tensor, backend: NativeBackend): void;
  disposeTensor(tensor: tf.Tensor): void;
  removeDataId(id: DataId, backend: NativeBackend): void;
  /** Each op opens a scope of its name. */
  startScope: (name?: string) => void;
}

export function engine(): Engine {
  return tf.engine() as unknown as Engine;
}

/** The backend in use where it is TensorFlow's, else undefined. */
export function nativeBackend(): NativeBackend | undefined {
  return tf.getBackend() === "tensorflow" ? (tf.backend() as unknown as NativeBackend) : undefined;
}

/** Whether the addon's own kernels run on it: they are for CPUs, and XLA does not know them. */
export function runsOwnKernels({ binding }: NativeBackend): boolean {
  return !binding.isUsingGpuDevice() && !isTracingForXla();
}

/** The outputs of a TensorFlow op, called by name. */
export function runOp(
  backend: NativeBackend,
  name: string,
  attributes: OpAttribute[],
  inputs: readonly tf.Tensor[],
  outputCount = 1,
): tf.Tensor[] {
  return backend.binding
    .executeOp(name, attributes, backend.getInputTensorIds(inputs), outputCount)
    .map((metadata) => backend.createOutputTensor(metadata));
}
