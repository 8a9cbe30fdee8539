/** Property: a random program and its gradient give the same op by op, recorded, and recorded with XLA. */
import { compile } from "../../../lib/core/compile.ts";
import { Random } from "../../../lib/core/random.ts";
import { tf } from "../../../lib/core/tf.ts";

type Program = (x: tf.Tensor2D, w: tf.Tensor2D) => tf.Scalar;

const unary: ((x: tf.Tensor) => tf.Tensor)[] = [
  (x) => x.tanh(),
  (x) => x.sigmoid(),
  (x) => x.relu(),
  (x) => x.leakyRelu(0.2),
  (x) => x.elu(),
  (x) => x.softplus(),
  (x) => x.square(),
  (x) => x.abs().add(0.5).log(),
  (x) => x.clipByValue(-1, 1).exp(),
  (x) => x.softmax(),
  (x) => tf.logSoftmax(x),
  (x) => x.sub(x.mean(1, true)),
  (x) => x.div(x.square().mean(1, true).add(1).sqrt()),
  (x) => x.cumsum(1),
  (x) => x.reverse(0),
  (x) => tf.where(tf.tensor2d([1, 0, 0, 1], [4, 1], "bool").tile([1, x.shape[1]!]), x, x.mul(0.1)),
  (x) => tf.gather(x, tf.tensor1d([3, 0, 0, 2], "int32")),
  (x) => tf.concat([x.slice([0, 1]), x.slice([0, 0], [-1, 1])], 1),
  (x) => tf.stack(tf.unstack(x)).maximum(-2),
  (x) => x.reshape([2, 2, -1]).transpose([1, 0, 2]).reshape(x.shape),
  (x) => tf.pad(x, [[0, 0], [1, 0]]).slice([0, 0], x.shape), // prettier-ignore
];
const binary: ((a: tf.Tensor, b: tf.Tensor) => tf.Tensor)[] = [
  (a, b) => a.add(b),
  (a, b) => a.sub(b),
  (a, b) => a.mul(b),
  (a, b) => a.div(b.square().add(1)),
  (a, b) => tf.maximum(a, b),
  (a, b) => tf.matMul(a, b, false, true).matMul(b),
  (a, b) => tf.squaredDifference(a, b),
];

/** Each op takes results of earlier ones; all work on 4 rows. */
function randomProgram(random: Random): Program {
  const pick = <T>(from: readonly T[]): T => from[random.integer(from.length)]!;
  const ops = Array.from({ length: 8 }, () => {
    const [i, j] = [random.next(), random.next()];
    const at = (values: tf.Tensor[], place: number) => values[Math.floor(place * values.length)]!;
    if (random.next() < 0.6) {
      const f = pick(unary);
      return (values: tf.Tensor[]) => f(at(values, i));
    }
    const f = pick(binary);
    return (values: tf.Tensor[]) => f(at(values, i), at(values, j));
  });
  return (x, w) => {
    const values: tf.Tensor[] = [tf.matMul(x, w), x.sum(1, true).mul(tf.ones([4, 5]))];
    for (const op of ops) values.push(op(values).mul(0.7));
    return tf.addN(values.map((value) => value.square().mean<tf.Scalar>()));
  };
}

describe.each(Array.from({ length: 60 }, (_, seed) => seed))("program %i", (seed) => {
  test(seed % 5 === 0 ? "recorded, and with XLA" : "recorded", () => {
    const random = new Random(seed);
    const program = randomProgram(random);
    const x = tf.tensor2d(random.normals(12), [4, 3]);
    const w = tf.tensor2d(random.normals(15), [3, 5]);
    const whole = (a: tf.Tensor2D, b: tf.Tensor2D): [tf.Tensor, ...tf.Tensor[]] => {
      const { value, grads } = tf.valueAndGrads((...[c, d]) => program(c as tf.Tensor2D, d as tf.Tensor2D))([
        a,
        b,
      ]);
      return [value, ...grads];
    };
    const read = (tensors: tf.Tensor[]) => tensors.map((tensor) => Array.from(tensor.dataSync()));
    const start = tf.memory().numTensors;
    const expected = tf.tidy(() => read(whole(x, w)));
    for (const xla of seed % 5 === 0 ? [false, true] : [false]) {
      const step = compile(whole, { xla, eagerFirst: false });
      // The second call is the recorded function's too, with other numbers than it was recorded with.
      tf.tidy(() => void step(x.mul(2), w));
      const actual = tf.tidy(() => read(step(x, w)));
      const scale = Math.max(1, ...expected.flat().map(Math.abs));
      actual.forEach((values, i) =>
        values.forEach((value, j) => expect(Math.abs(value - expected[i]![j]!) / scale).toBeLessThan(2e-5)),
      );
      expect(step.traceCount).toBe(1);
      step.dispose();
    }
    expect(tf.memory().numTensors).toBe(start);
    tf.dispose([x, w]);
  });
});
