import { ShapeError } from "../../lib/core/errors.ts";
import { tf } from "../../lib/core/tf.ts";
import { imagesToTensor } from "../../lib/data/tensors.ts";

test.each([
  ["numbers", Float32Array.of(0, 0.25, 0.5, 1, 0, 1)],
  ["bytes", Uint8Array.of(0, 7, 128, 255, 0, 1)],
])("%s become a float tensor of the same shape and values, the caller's to dispose of", (_, pixels) => {
  const before = tf.memory().numTensors;
  const tensor = imagesToTensor({ pixels, shape: [1, 3, 2, 1] });
  expect([tensor.shape, tensor.dtype]).toEqual([[1, 3, 2, 1], "float32"]);
  expect(Array.from(tensor.dataSync())).toEqual(Array.from(pixels));
  expect(tensor.arraySync()[0]![1]![0]).toEqual([pixels[2]]);
  expect(tf.memory().numTensors).toBe(before + 1);
  tensor.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test("no image at all is a tensor of none", () => {
  const tensor = imagesToTensor({ pixels: new Float32Array(0), shape: [0, 28, 28, 1] });
  expect(tensor.shape).toEqual([0, 28, 28, 1]);
  tensor.dispose();
});

test("a shape that does not account for the pixels is refused, and no tensor is made", () => {
  const before = tf.memory().numTensors;
  const make = () => imagesToTensor({ pixels: new Float32Array(5), shape: [1, 3, 2, 1] });
  expect(make).toThrow(ShapeError);
  expect(make).toThrow("images: expected 6 values for (1, 3, 2, 1), got 5.");
  expect(tf.memory().numTensors).toBe(before);
});
