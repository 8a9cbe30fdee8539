/** Calling an op of TensorFlow, or one of the addon's own, that tfjs has no kernel for. */
import type { tf } from "../core/tf";
import {
  engine,
  nativeBackend,
  type NativeBackend,
  runOp,
  runsOwnKernels,
} from "../core/tracing/native-backend";

/** An attribute's value; whole numbers are given as bigint, so that 1n is not taken for 1.0. */
type Attribute = number | bigint | "float32" | "int32";

/**
 * Whether ops can be called by name: elsewhere they are composed of tfjs's, and also within a gradient that is differentiated itself,
 * because the gradients of native ops are native ops, of which the tape knows no gradient.
 */
export function hasNativeOps(): boolean {
  return nativeBackend() !== undefined && engine().state.gradientDepth < 2;
}

/** Whether the addon's own kernels run here, where native ops do. */
export function hasOwnKernels(): boolean {
  const backend = nativeBackend();
  return backend !== undefined && hasNativeOps() && runsOwnKernels(backend);
}

/** The outputs of a TensorFlow op. tfjs knows no gradient of it: call it within tf.customGrad. */
export function nativeOp(
  name: string,
  inputs: readonly tf.Tensor[],
  attributes: Readonly<Record<string, Attribute>>,
  outputCount: number,
): tf.Tensor[] {
  const backend = nativeBackend()!;
  const list = Object.entries(attributes).map(([key, value]) => describe(key, value, backend));
  return runOp(backend, name, list, inputs, outputCount);
}

function describe(name: string, value: Attribute, { binding }: NativeBackend) {
  if (typeof value === "bigint") return { name, type: binding.TF_ATTR_INT, value: Number(value) };
  if (typeof value === "number") return { name, type: binding.TF_ATTR_FLOAT, value };
  const types = { float32: binding.TF_FLOAT, int32: binding.TF_INT32 };
  return { name, type: binding.TF_ATTR_TYPE, value: types[value] };
}
