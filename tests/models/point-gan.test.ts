import { OptionError } from "../../lib/core/errors.ts";
import { Random } from "../../lib/core/random.ts";
import { tf } from "../../lib/core/tf.ts";
import { orthogonalMatrix } from "../../lib/models/orthogonal.ts";
import { buildPointGan, generatePoints, judgePoints } from "../../lib/models/point-gan.ts";

test.each([
  [5, 3],
  [3, 5],
  [4, 4],
])("first weights (%d, %d) are orthogonal, of the gain's length", (rows, columns) => {
  const matrix = tf.tensor2d(orthogonalMatrix(rows, columns, 1.4, new Random(1)), [rows, columns]);
  const product = rows >= columns ? tf.matMul(matrix, matrix, true) : tf.matMul(matrix, matrix, false, true);
  const expected = tf.eye(Math.min(rows, columns)).mul(1.4 ** 2);
  expect(product.sub(expected).abs().max().dataSync()[0]).toBeLessThan(1e-6);
});

test("both networks have the sizes asked for, and the same weights for the same seed", () => {
  const gan = buildPointGan({ latentSize: 7, width: 5, numLayers: 3, pack: 2, seed: 4 });
  expect(gan.generator.map(({ shape }) => shape)).toEqual([
    [7, 5],
    [5],
    [5, 5],
    [5],
    [5, 5],
    [5],
    [5, 2],
    [2],
  ]);
  expect(gan.discriminator.map(({ shape }) => shape)).toEqual([
    [4, 5],
    [5],
    [5, 5],
    [5],
    [5, 5],
    [5],
    [5, 1],
    [1],
  ]);
  const kernel = (seed: number) =>
    Array.from(buildPointGan({ latentSize: 7, width: 5, seed }).generator[0]!.dataSync());
  expect(kernel(4)).toEqual(kernel(4));
  expect(kernel(4)).not.toEqual(kernel(5));
});

test("a packed discriminator judges the points that follow each other together", () => {
  const gan = buildPointGan({ latentSize: 3, width: 5, pack: 2 });
  const points = tf.tensor2d([0, 1, 2, 3, 4, 5, 6, 7], [4, 2]);
  const logits = judgePoints(gan, points);
  expect(logits.shape).toEqual([2, 1]);
  // A change in the second pack leaves the first one's verdict alone.
  const changed = judgePoints(gan, tf.tensor2d([0, 1, 2, 3, 4, 5, 6, 9], [4, 2])).dataSync();
  expect(changed[0]).toBe(logits.dataSync()[0]);
  expect(changed[1]).not.toBe(logits.dataSync()[1]);
});

test("no tensor is left behind", () => {
  const gan = buildPointGan({ latentSize: 3, width: 5 });
  const z = tf.zeros<tf.Rank.R2>([4, 3]);
  const before = tf.memory().numTensors;
  const points = generatePoints(gan, z);
  expect(points.shape).toEqual([4, 2]);
  const logits = judgePoints(gan, points);
  expect(tf.memory().numTensors).toBe(before + 2);
  tf.dispose([points, logits]);
  expect(tf.memory().numTensors).toBe(before);
});

test("options that make no network are refused", () => {
  expect(() => buildPointGan({ width: 0 })).toThrow(OptionError);
  expect(() => buildPointGan({ activation: "gelu" as "tanh" })).toThrow(
    'expected "tanh" or "relu", got "gelu"',
  );
});
