/**
 * Random tensors from a key. A key is a tensor, so it can be an argument of a compiled step: each call draws other numbers
 * though the step was recorded once. Equal keys give equal numbers, recorded or not, on every backend (normals to rounding).
 *
 * The words are those of TensorFlow's stateless ops, Philox4x32-10 (Salmon et al. 2011) with counter (block, 0, stream, 2), so
 * they overlap neither with `Random` of the same key nor with another stream.
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

/** The keys of several streams, a row each: int32 (streams, 2). tf.unstack makes keys of them. */
export function randomKeys(streams: readonly Random[]): tf.Tensor2D {
  return tf.tensor2d(
    Int32Array.from(streams.flatMap((random) => [...random.state().key])),
    [streams.length, 2],
    "int32",
  );
}

/**
 * Uniform on [0, 1), in steps of 2⁻²³.
 *
 * @param stream numbers of different streams of one key are independent: take another for each use within a step
 */
export function randomUniform(key: RandomKey, shape: readonly number[], stream = 0): tf.Tensor {
  checkKey(key, stream);
  const backend = nativeBackend();
  if (backend === undefined) return drawHere(key, shape, stream);
  return tf.tidy(() => drawBits(key, shape, stream, backend).cast("float32").mul(UNIT));
}

/**
 * Standard normal, by Box and Muller's transform (1958): with u₁ and u₂ uniform, √(−2 ln u₁) · (sin 2πu₂, cos 2πu₂).
 *
 * @param stream as in randomUniform
 */
export function randomNormal(key: RandomKey, shape: readonly number[], stream = 0): tf.Tensor {
  return tf.tidy(() => {
    const size = shape.reduce((a, b) => a * b, 1);
    const half = Math.ceil(size / 2);
    const [first, second] = tf.unstack(randomUniform(key, [2, half], stream));
    // Half a step above 0 keeps the logarithm finite.
    const radius = first!
      .add(UNIT / 2)
      .log()
      .mul(-2)
      .sqrt();
    const angle = second!.mul(2 * Math.PI);
    const normals = tf.concat([radius.mul(angle.sin()), radius.mul(angle.cos())]);
    return (2 * half === size ? normals : normals.slice([0], [size])).reshape([...shape]);
  });
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
    // Half a step above 0 keeps the logarithm finite.
    const u = randomUniform(key, logits.shape, stream).add(UNIT / 2);
    return logits.sub(u.log().neg().log()).argMax(-1);
  });
}

function checkKey(key: RandomKey, stream: number): void {
  if (key.dtype !== "int32" || key.size !== 2)
    throw new ShapeError(
      `random key: expected int32 (2), got ${key.dtype} (${key.shape.join(", ")}). Make it with randomKey(random).`,
    );
  if (!Number.isInteger(stream) || stream < 0 || stream >= 2 ** 31)
    throw new OptionError(`stream: expected a whole number from 0 to 2³¹ − 1, got ${stream}.`);
}

/** As many bits of a word as a single-precision number holds exactly in [1, 2). */
const MANTISSA = 0x7fffff;
const UNIT = 2 ** -23;

/** Numbers of TensorFlow's enumerations that tfjs has no names for. */
const TF_UINT64 = 23;
const PHILOX = 1;

/**
 * int32 from 0 to 2²³ − 1. TensorFlow's own uniforms and normals would do, but XLA makes others of the same words.
 */
function drawBits(
  key: RandomKey,
  shape: readonly number[],
  stream: number,
  backend: NativeBackend,
): tf.Tensor {
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
  const attributes = [type("dtype", binding.TF_INT32), type("Tshape", binding.TF_INT32)];
  const inputs = [shapeId!, keyId, counterId, algorithmId!];
  const [words] = binding.executeOp("StatelessRandomUniformFullIntV2", attributes, inputs, 1);
  binding.deleteTensor(keyId);
  binding.deleteTensor(counterId);
  // Rounds down, so that the low bits of negative numbers come out too.
  return tf.mod(backend.createOutputTensor(words!), tf.scalar(MANTISSA + 1, "int32"));
}

/** The same numbers in JavaScript. */
function drawHere(key: RandomKey, shape: readonly number[], stream: number): tf.Tensor {
  const [key0, key1] = key.dataSync<"int32">();
  const size = shape.reduce((a, b) => a * b, 1);
  const values = new Float32Array(Math.ceil(size / 4) * 4);
  for (let i = 0; i < size; i += 4) {
    const words = philox4x32([i / 4, 0, stream, 2], [key0! >>> 0, key1! >>> 0]);
    values.set(
      words.map((word) => (word & MANTISSA) * UNIT),
      i,
    );
  }
  return tf.tensor(values.subarray(0, size), [...shape], "float32");
}
