/** The kernels that tfjs's wasm backend lacks, against the cpu backend's own. */
import { useBackend } from "../../lib/core/backend.ts";
import { Random } from "../../lib/core/random.ts";
import { tf } from "../../lib/core/tf.ts";

type Pair = [number, number];
type Padding = "same" | "valid" | number | [Pair, Pair, Pair, Pair];

function filterGradient(size: Pair, filter: Pair, strides: Pair | number, pad: Padding): number[] {
  return tf.tidy(() => {
    const rng = new Random(4);
    const x = tf.tensor4d(rng.normals(2 * size[0] * size[1] * 3), [2, ...size, 3]);
    const weights = tf.tensor4d(rng.normals(filter[0] * filter[1] * 6), [...filter, 3, 2]);
    const gradient = tf.grad((w) =>
      tf
        .conv2d(x, w as tf.Tensor4D, strides, pad)
        .square()
        .sum(),
    )(weights);
    expect(gradient.shape).toEqual([...filter, 3, 2]);
    return Array.from(gradient.dataSync());
  });
}

test.each<[Pair, Pair, Pair | number, Padding]>([
  [[5, 5], [3, 3], 1, "same"],
  [[5, 5], [3, 3], 1, "valid"],
  [[7, 6], [4, 4], 2, "same"],
  [[8, 9], [3, 2], [2, 3], "valid"],
  [[6, 6], [3, 3], 1, 2],
  [
    [6, 7],
    [2, 3],
    1,
    [
      [0, 0],
      [1, 2],
      [3, 0],
      [0, 0],
    ],
  ],
  [[4, 4], [1, 1], 1, "same"],
  [[4, 4], [4, 4], 1, "valid"],
])("images of %p under a filter of %p, strides %p, padding %p", async (size, filter, strides, pad) => {
  await useBackend("cpu");
  const expected = filterGradient(size, filter, strides, pad);
  await useBackend("wasm");
  const before = tf.memory().numTensors;
  const actual = filterGradient(size, filter, strides, pad);
  expect(tf.memory().numTensors).toBe(before);
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) =>
    expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-3 * (1 + Math.abs(expected[i]!))),
  );
});

test.each([
  [[4], [7]],
  [
    [4, 3],
    [2, 5],
  ],
  [[2, 3, 4], [6]],
  [
    [1, 3],
    [2, 2],
  ],
])("the gradient of gather from %j by indices %j", async (shape, places) => {
  const gradient = (): number[] =>
    tf.tidy(() => {
      const rng = new Random(6);
      const x = tf.tensor(rng.normals(shape.reduce((a, b) => a * b)), shape);
      const count = places.reduce((a, b) => a * b);
      const indices = tf.tensor(
        Array.from({ length: count }, () => rng.integer(shape[0]!)),
        places,
        "int32",
      );
      return Array.from(
        tf
          .grad((each) => tf.gather(each, indices).square().sum())(x)
          .dataSync(),
      );
    });
  await useBackend("cpu");
  const expected = gradient();
  await useBackend("wasm");
  const before = tf.memory().numTensors;
  gradient().forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5));
  expect(tf.memory().numTensors).toBe(before);
});
