/** Kernels of tfjs-node's backend that we replace, each with its reason. */
import * as tf from "@tensorflow/tfjs";
import type { OpAttribute } from "../native/binding";
import { addThinConvolutions } from "./thin-convolution";
import { type NativeBackend, runOp } from "./tracing/native-backend";

/** To be called once the backend has registered its own. */
export function mendNativeKernels(): void {
  replace(tf.GatherV2, gather);
  replace(tf.Round, round);
  replace(tf.BatchMatMul, matMul);
  addThinConvolutions();
}

function replace(kernelName: string, kernelFunc: tf.KernelFunc): void {
  tf.unregisterKernel(kernelName, "tensorflow");
  tf.registerKernel({ kernelName, backendName: "tensorflow", kernelFunc });
}

/** tfjs-node reads the indices back to check them, which stops a recording and waits for a GPU; TensorFlow checks them itself. */
const gather: tf.KernelFunc = ({ inputs, attrs, backend }) => {
  const { x, indices } = inputs as unknown as Record<"x" | "indices", tf.Tensor>;
  const { axis, batchDims } = attrs as unknown as tf.GatherV2Attrs;
  tf.backend_util.segment_util.collectGatherOpShapeInfo(x, indices, axis, batchDims);
  const axisTensor = tf.scalar(axis, "int32");
  const attributes = [
    integer(backend, "batch_dims", batchDims),
    type(backend, "Tparams", x.dtype),
    type(backend, "Tindices", indices.dtype),
    type(backend, "Taxis", "int32"),
  ];
  try {
    return runOp(backend as NativeBackend, "GatherV2", attributes, [x, indices, axisTensor])[0]!;
  } catch (error) {
    const [, index, length] = /= (-?\d+) is not in \[0, (\d+)\)/.exec((error as Error).message) ?? [];
    if (index === undefined) throw error;
    // In tfjs's own words.
    throw new Error(`GatherV2: the index value ${index} is not in [0, ${Number(length) - 1}]`, {
      cause: error,
    });
  } finally {
    axisTensor.dispose();
  }
};

/** TensorFlow has no kernel for whole numbers, which are rounded already. */
const round: tf.KernelFunc = ({ inputs, backend }) => {
  const { x } = inputs as unknown as Record<"x", tf.Tensor>;
  return runOp(
    backend as NativeBackend,
    x.dtype === "int32" ? "Identity" : "Round",
    [type(backend, "T", x.dtype)],
    [x],
  )[0]!;
};

/** tfjs-node takes the batched product also for two plain matrices, which the plain one multiplies faster. */
const matMul: tf.KernelFunc = ({ inputs, attrs, backend }) => {
  const { a, b } = inputs as unknown as Record<"a" | "b", tf.Tensor>;
  const { transposeA, transposeB } = attrs as unknown as tf.BatchMatMulAttrs;
  const plain = a.rank === 2 && b.rank === 2;
  const attributes = [
    type(backend, "T", a.dtype),
    flag(backend, plain ? "transpose_a" : "adj_x", transposeA),
    flag(backend, plain ? "transpose_b" : "adj_y", transposeB),
  ];
  return runOp(backend as NativeBackend, plain ? "MatMul" : "BatchMatMulV2", attributes, [a, b])[0]!;
};

function integer(backend: unknown, name: string, value: number): OpAttribute {
  return { name, type: (backend as NativeBackend).binding.TF_ATTR_INT, value };
}

function flag(backend: unknown, name: string, value: boolean): OpAttribute {
  return { name, type: (backend as NativeBackend).binding.TF_ATTR_BOOL, value };
}

function type(backend: unknown, name: string, dtype: tf.DataType): OpAttribute {
  const { binding } = backend as NativeBackend;
  const numbers: Partial<Record<tf.DataType, number>> = {
    float32: binding.TF_FLOAT,
    int32: binding.TF_INT32,
    bool: binding.TF_BOOL,
    string: binding.TF_STRING,
    complex64: binding.TF_COMPLEX64,
  };
  return { name, type: binding.TF_ATTR_TYPE, value: numbers[dtype]! };
}
