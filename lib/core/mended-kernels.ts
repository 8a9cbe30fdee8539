/** What tfjs's cpu, wasm and webgpu backends get wrong, without a word, mended by ops that they get right. */
import * as tf from "@tensorflow/tfjs";

type JavaScriptBackend = "cpu" | "wasm" | "webgpu";
type KernelParameters = Parameters<tf.KernelFunc>[0];

interface Mend {
  backends: readonly JavaScriptBackend[];
  /** The right result where the backend's own would be wrong, else undefined. */
  mend: (params: KernelParameters, original: tf.KernelFunc) => tf.Tensor | undefined;
}

/**
 * The matrices of two batches are paired by their number modulo the shorter batch, which is right only where that has one matrix or
 * the batches are equal: of (4, 1, …) and (4, 8, …) the second is multiplied by the wrong matrices.
 */
const batchedProduct: Mend = {
  backends: ["cpu", "wasm", "webgpu"],
  mend: ({ inputs, attrs }) => {
    const { a, b } = inputs as unknown as Record<"a" | "b", tf.Tensor>;
    const [batchA, batchB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
    const batch = tf.broadcast_util.assertAndGetBroadcastShape(batchA, batchB);
    const count = tf.util.sizeFromShape(batch);
    const isPaired = (each: number[]) => [1, count].includes(tf.util.sizeFromShape(each));
    if (isPaired(batchA) && isPaired(batchB)) return undefined;
    const { transposeA, transposeB } = attrs as unknown as tf.BatchMatMulAttrs;
    const repeat = (x: tf.Tensor) => tf.broadcastTo(x, [...batch, ...x.shape.slice(-2)]);
    return tf.tidy(() => tf.matMul(repeat(a), repeat(b), transposeA, transposeB));
  },
};

/** Only the name of the dtype changes, so that a shader which does not ask each number for its own kind reads bits as what they are not. */
const castToFloat: Mend = {
  backends: ["webgpu"],
  mend: (params, original) => {
    const { x } = params.inputs as unknown as Record<"x", tf.Tensor>;
    const { dtype } = params.attrs as unknown as tf.CastAttrs;
    if (dtype !== "float32" || (x.dtype !== "int32" && x.dtype !== "bool")) return undefined;
    const renamed = original(params) as tf.TensorInfo;
    return tf.tidy(() => tf.mul(tf.engine().makeTensorFromTensorInfo(renamed), 1));
  },
};

/** The shader for whole numbers does not compile, and what it should have written stays; single precision holds them up to 2²⁴. */
const transposeOfIntegers: Mend = {
  backends: ["webgpu"],
  mend: ({ inputs, attrs }) => {
    const { x } = inputs as unknown as Record<"x", tf.Tensor>;
    if (x.dtype === "float32") return undefined;
    const { perm } = attrs as unknown as tf.TransposeAttrs;
    return tf.tidy(() => tf.cast(tf.transpose(tf.cast(x, "float32"), perm), x.dtype));
  },
};

const mends = {
  [tf.BatchMatMul]: batchedProduct,
  [tf.Cast]: castToFloat,
  [tf.Transpose]: transposeOfIntegers,
};
const mended = new Set<JavaScriptBackend>();

/** To be called once the backend has registered its kernels; again does no harm. */
export function mendKernels(backendName: JavaScriptBackend): void {
  if (mended.has(backendName)) return;
  mended.add(backendName);
  for (const [kernelName, { backends, mend }] of Object.entries(mends)) {
    if (!backends.includes(backendName)) continue;
    const original = tf.getKernel(kernelName, backendName);
    tf.unregisterKernel(kernelName, backendName);
    tf.registerKernel({
      ...original,
      kernelFunc: (params) => mend(params, original.kernelFunc) ?? original.kernelFunc(params),
    });
  }
}
