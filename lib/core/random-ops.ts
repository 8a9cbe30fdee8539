/**
 * Random tensors from a key. A key is a tensor, so it can be an argument of a compiled step: each call draws other numbers
 * though the step was recorded once. Equal keys give equal numbers, recorded or not, on every backend (normals to rounding).
 *
 * The numbers are those of TensorFlow's stateless ops: Philox4x32-10 (Salmon et al. 2011) with counter (block, 0, stream, 2),
 * so they overlap neither with `Random` of the same key nor with another stream.
 */
import { OptionError, ShapeError } from "./errors";
import { philox4x32, type Random } from "./random";
import { tf } from "./tf";
import { nativeBackend, type NativeBackend } from "./tracing/native-backend";

/** Two words of 32 bits, int32 (2). */
export type RandomKey = tf.Tensor1D;

/** The key of a stream of random numbers; draws nothing from it. `randomKey(rng.fork(step))` is a new one for each step. */
export function randomKey(random: Random): RandomKey {
  return tf.tensor1d(Int32Array.from(random.state().key), "int32");
}

/**
 * Uniform on [0, 1), in steps of 2⁻²³.
 *
 * @param stream numbers of different streams of one key are independent: take another for each use within a step
 */
export function randomUniform(key: RandomKey, shape: readonly number[], stream = 0): tf.Tensor {
  return draw("StatelessRandomUniformV2", key, shape, stream);
}

/** Standard normal, by Box and Muller's transform of pairs of uniforms. @param stream as in randomUniform */
export function randomNormal(key: RandomKey, shape: readonly number[], stream = 0): tf.Tensor {
  return draw("StatelessRandomNormalV2", key, shape, stream);
}

/**
 * One draw for each row of logits, int32 (…): the Gumbel-max trick, argmax(logits + g) with g = −ln(−ln u).
 *
 * @param logits unnormalised log-probabilities (…, classes)
 * @param stream as in randomUniform
 */
export function randomCategorical(key: RandomKey, logits: tf.Tensor, stream = 0): tf.Tensor {
  if (logits.rank === 0)
    throw new ShapeError("randomCategorical: logits: expected (…, classes), got a number of rank 0.");
  return tf.tidy(() => {
    // u = 0 occurs once in 8 million; half a step above it keeps the logarithm finite.
    const u = randomUniform(key, logits.shape, stream).add(2 ** -24);
    return logits.sub(u.log().neg().log()).argMax(-1);
  });
}

type StatelessOp = "StatelessRandomUniformV2" | "StatelessRandomNormalV2";

function draw(op: StatelessOp, key: RandomKey, shape: readonly number[], stream: number): tf.Tensor {
  if (key.dtype !== "int32" || key.size !== 2)
    throw new ShapeError(
      `random key: expected int32 (2), got ${key.dtype} (${key.shape.join(", ")}). Make it with randomKey(random).`,
    );
  if (!Number.isInteger(stream) || stream < 0 || stream >= 2 ** 31)
    throw new OptionError(`stream: expected a whole number from 0 to 2³¹ − 1, got ${stream}.`);
  const backend = nativeBackend();
  return backend === undefined
    ? drawHere(op, key, shape, stream)
    : drawNative(op, key, shape, stream, backend);
}

/** Numbers of TensorFlow's enumerations that tfjs has no names for. */
const TF_UINT64 = 23;
const PHILOX = 1;

function drawNative(
  op: StatelessOp,
  key: RandomKey,
  shape: readonly number[],
  stream: number,
  backend: NativeBackend,
): tf.Tensor {
  return tf.tidy(() => {
    const { binding } = backend;
    const type = (name: string, value: number) => ({ name, type: binding.TF_ATTR_TYPE, value });
    // tfjs has no type for 64 bits: pairs of int32 are taken as one number by the addon alone.
    const asWords = (pairs: tf.Tensor) => {
      const attributes = [type("T", binding.TF_INT32), type("type", TF_UINT64)];
      return binding.executeOp("Bitcast", attributes, backend.getInputTensorIds([pairs]), 1)[0]!.id;
    };
    const [shapeId, algorithmId] = backend.getInputTensorIds([
      tf.tensor1d([...shape], "int32"),
      tf.scalar(PHILOX, "int32"),
    ]);
    const keyId = asWords(key.reshape([1, 2]));
    const counterId = asWords(tf.tensor2d([0, 0, stream, 2], [2, 2], "int32"));
    const attributes = [type("dtype", binding.TF_FLOAT), type("Tshape", binding.TF_INT32)];
    const inputs = [shapeId!, keyId, counterId, algorithmId!];
    const [metadata] = binding.executeOp(op, attributes, inputs, 1);
    binding.deleteTensor(keyId);
    binding.deleteTensor(counterId);
    return backend.createOutputTensor(metadata!);
  });
}

/** The same numbers in JavaScript. */
function drawHere(op: StatelessOp, key: RandomKey, shape: readonly number[], stream: number): tf.Tensor {
  const [key0, key1] = key.dataSync<"int32">();
  const size = shape.reduce((a, b) => a * b, 1);
  const values = new Float32Array(Math.ceil(size / 4) * 4);
  for (let i = 0; i < size; i += 4) {
    const words = philox4x32([i / 4, 0, stream, 2], [key0! >>> 0, key1! >>> 0]);
    // The low 23 bits, the mantissa of a single-precision number.
    const uniforms = words.map((word) => (word & 0x7fffff) / 2 ** 23);
    values.set(op === "StatelessRandomUniformV2" ? uniforms : toNormals(uniforms), i);
  }
  return tf.tensor(values.subarray(0, size), [...shape], "float32");
}

/** TensorFlow's BoxMullerFloat: (sin, cos) of the second times the radius that the first gives. */
function toNormals(uniforms: readonly number[]): number[] {
  return [0, 2].flatMap((i) => {
    const radius = Math.sqrt(-2 * Math.log(Math.max(uniforms[i]!, 1e-7)));
    const angle = 2 * Math.PI * uniforms[i + 1]!;
    return [radius * Math.sin(angle), radius * Math.cos(angle)];
  });
}
