/** Weight decay: what decays, and what is refused. That the numbers are PyTorch's is tested in tests/layers, on every engine. */
import { OptionError } from "../../lib/core/errors.ts";
import { tf } from "../../lib/core/tf.ts";
import { Adam, type AdamOptions } from "../../lib/training/adam.ts";

/** A step with gradients of 0 moves nothing but by decay: what is left of ones. */
function decayOf(options: Partial<AdamOptions>): number[] {
  const variables = [[2, 3], [3], [1, 1, 2, 2]].map((shape) => tf.variable(tf.ones(shape)));
  const unused = tf.variable(tf.ones([2, 2]));
  const adam = new Adam([...variables, unused], { learningRate: 0.1, weightDecay: 0.5, ...options });
  const loss = () => tf.addN(variables.map((variable) => variable.sum().mul<tf.Scalar>(0)));
  adam.minimize(loss).dispose();
  const left = [...variables, unused].map((variable) => variable.dataSync()[0]!);
  tf.dispose([...variables, unused]);
  adam.dispose();
  return left.map((value) => Number(value.toFixed(6)));
}

test.each(["tensorflow", "cpu"])("%s: matrices and filters decay, unless told otherwise", async (backend) => {
  await tf.setBackend(backend);
  try {
    expect(decayOf({})).toEqual([0.95, 1, 0.95, 1]);
    expect(decayOf({ decays: ({ rank }) => rank === 1 })).toEqual([1, 0.95, 1, 1]);
    expect(decayOf({ weightDecay: 0 })).toEqual([1, 1, 1, 1]);
  } finally {
    await tf.setBackend("tensorflow");
  }
});

test.each([-0.1, NaN, 10])("a decay of %d at a rate of 0.1 is refused", (weightDecay) => {
  expect(() => new Adam([], { learningRate: 0.1, weightDecay })).toThrow(OptionError);
  expect(() => new Adam([], { learningRate: 0.1, weightDecay })).toThrow(
    /weightDecay: expected a number from 0 to less than 1 \/ learningRate \(10\)/,
  );
});
