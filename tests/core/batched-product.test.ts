/** Products of batches whose axes are repeated to fit, and their gradients, matrix by matrix: on every backend that needs no GPU. */
import { useBackend } from "../../lib/core/backend.ts";
import { Random } from "../../lib/core/random.ts";
import { tf } from "../../lib/core/tf.ts";

const normal = (seed: number, shape: number[]) =>
  tf.tensor(new Random(seed).normals(shape.reduce((x, y) => x * y)), shape);
const numbers = (tensor: tf.Tensor) => Array.from(tensor.dataSync());

/** Σ over matrices of tanh(A B), every pair multiplied alone. */
function oneByOne(a: tf.Tensor, b: tf.Tensor): tf.Scalar {
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const matrices = (x: tf.Tensor) => {
    const [rows, columns] = x.shape.slice(-2) as [number, number];
    const repeated = x.mul(tf.ones([...batch, rows, columns]));
    return tf.unstack(repeated.reshape([-1, rows, columns]));
  };
  const right = matrices(b);
  return tf.addN(matrices(a).map((each, i) => tf.matMul(each, right[i]!).tanh().sum()));
}

afterAll(() => useBackend("tensorflow"));

describe.each(["tensorflow", "cpu", "wasm"])("%s", (backend) => {
  beforeAll(() => useBackend(backend));

  test.each<[number[], number[]]>([
    [[4, 1, 2, 3], [4, 6, 3, 2]], // prettier-ignore
    [[2, 1, 3, 2, 3], [5, 1, 3, 1]], // prettier-ignore
    [[3, 2, 3], [1, 3, 2]], // prettier-ignore
    [[2, 3, 2, 3], [2, 3, 3, 4]], // prettier-ignore
  ])("%j by %j", (shapeA, shapeB) => {
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const inputs = [normal(1, shapeA), normal(2, shapeB)];
      const product = (a: tf.Tensor, b: tf.Tensor) => tf.matMul(a, b).tanh().sum();
      const [actual, expected] = [product, oneByOne].map((f) => tf.valueAndGrads(f)(inputs));
      for (const [mine, truth] of [
        [actual!.value, expected!.value],
        ...actual!.grads.map((gradient, i) => [gradient, expected!.grads[i]!] as const),
      ] as const) {
        expect(mine.shape).toEqual(truth.shape);
        numbers(mine).forEach((value, i) => expect(value).toBeCloseTo(numbers(truth)[i]!, 4));
      }
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  test.each(["maximum", "minimum"] as const)("the gradient of %s with a repeated input", (name) => {
    tf.tidy(() => {
      const [a, b] = [tf.tensor2d([1, 5, 3, 0], [2, 2]), tf.tensor1d([2, 2])];
      const [da, db] = tf.grads((x, y) => tf[name](x, y).sum())([a, b]);
      const larger = [0, 1, 1, 0].map((value) => (name === "maximum" ? value : 1 - value));
      expect(numbers(da!)).toEqual(larger);
      expect([db!.shape, numbers(db!)]).toEqual([[2], [1, 1]]);
    });
  });
});
