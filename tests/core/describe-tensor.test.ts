import { describeTensor } from "../../lib/core/describe-tensor.ts";
import { tf } from "../../lib/core/tf.ts";

let before: number;
beforeEach(() => (before = tf.memory().numTensors));
afterEach(() => expect(tf.memory().numTensors).toBe(before));

/** Describes a tensor and disposes of it. */
async function describeOnce(tensor: tf.Tensor): Promise<Record<string, string>> {
  try {
    return await describeTensor(tensor);
  } finally {
    tensor.dispose();
  }
}

test("a small tensor is shown whole, with its type, shape and range", async () => {
  const bundle = await describeOnce(
    tf.tensor2d([
      [1, -2.5],
      [0.123456, 1e-9],
    ]),
  );
  expect(bundle["text/plain"]).toBe("Tensor float32 (2, 2), from -2.5 to 1\n  1  -2.5\n  0.1235  1e-9");
  expect(bundle["text/html"]).toBe(
    '<table><caption style="text-align:left">Tensor float32 (2, 2), from -2.5 to 1</caption><tbody>' +
      "<tr><td>1</td><td>-2.5</td></tr><tr><td>0.1235</td><td>1e-9</td></tr></tbody></table>",
  );
});

test("of a large tensor a corner is shown, and the range is of all values", async () => {
  const bundle = await describeOnce(tf.tidy(() => tf.range(0, 3000).reshape([10, 15, 20])));
  const [title, ...rows] = bundle["text/plain"]!.split("\n");
  expect(title).toBe("Tensor float32 (10, 15, 20), from 0 to 2999, a corner shown");
  expect(rows).toHaveLength(8);
  expect(rows[1]).toBe("  20  21  22  23  24  25  26  27  28  29  30  31");
});

test.each<[string, () => tf.Tensor, string]>([
  ["a scalar", () => tf.scalar(3), "Tensor float32 (), from 3 to 3\n  3"],
  ["integers", () => tf.tensor1d([1, 2], "int32"), "Tensor int32 (2), from 1 to 2\n  1  2"],
  ["booleans", () => tf.tensor1d([true, false], "bool"), "Tensor bool (2)\n  true  false"],
  ["words", () => tf.tensor1d(["a", "b & <c>"]), "Tensor string (2)\n  a  b & <c>"],
  ["nothing", () => tf.zeros([0, 4]), "Tensor float32 (0, 4)\n"],
  ["rows of nothing", () => tf.zeros([4, 0]), "Tensor float32 (4, 0)\n"],
  [
    "NaN among numbers",
    () => tf.tensor1d([1, NaN, Infinity]),
    "Tensor float32 (3), from 1 to 1, 2 not finite\n  1  NaN  Infinity",
  ],
  [
    "nothing finite",
    () => tf.tensor1d([NaN, -Infinity]),
    "Tensor float32 (2), no finite value, 2 not finite\n  NaN  -Infinity",
  ],
])("%s", async (_, make, text) => {
  expect((await describeOnce(make()))["text/plain"]).toBe(text);
});

test("words cannot become HTML", async () => {
  const bundle = await describeOnce(tf.tensor1d(["<b>&amp;"]));
  expect(bundle["text/html"]).toContain("<td>&lt;b&gt;&amp;amp;</td>");
});

test("a disposed tensor is said to be so", async () => {
  const tensor = tf.zeros([2]);
  tensor.dispose();
  expect(await describeTensor(tensor)).toEqual({ "text/plain": "Tensor float32 (2), disposed" });
});

test("a tensor draws itself by the convention of rich results", async () => {
  const tensor = tf.ones([2]);
  const draw = (tensor as unknown as Record<symbol, () => Promise<Record<string, string>>>)[
    Symbol.for("Jupyter.display")
  ]!;
  expect(await draw.call(tensor)).toEqual(await describeTensor(tensor));
  tensor.dispose();
});
