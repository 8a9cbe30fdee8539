/** Which variables a step leaves, and which decay. That the numbers are PyTorch's is tested in tests/layers, on every engine. */
import { compile } from "../../lib/core/compile.ts";
import { OptionError } from "../../lib/core/errors.ts";
import { tf } from "../../lib/core/tf.ts";
import { Adam, type AdamOptions } from "../../lib/training/adam.ts";

/** op by op, recorded, and without our own kernels (XLA knows none of them). */
const engines = { eager: undefined, recorded: { eagerFirst: false }, xla: { eagerFirst: false, xla: true } };

test.each(Object.entries(engines))("%s: a variable the loss does not depend on stays", async (_, options) => {
  const [used, unused] = [tf.variable(tf.tensor1d([1, 2])), tf.variable(tf.tensor1d([3, 4]))];
  const adam = new Adam([unused, used], { learningRate: 0.1 });
  const takeStep = (both: boolean) => {
    const body = () => adam.minimize(() => (both ? used.mul(unused) : used).square().sum());
    return options === undefined ? body() : compile(body, options)();
  };
  for (let i = 0; i < 3; i++) takeStep(false).dispose();
  expect([...unused.dataSync()]).toEqual([3, 4]);
  // Adam's first steps are of the rate's size, whatever the gradient.
  used.dataSync().forEach((value, i) => expect(value).toBeCloseTo(i + 1 - 0.3, 2));
  const state = await adam.read();
  expect([...state.get("mean.0")!.values, ...state.get("square.0")!.values]).toEqual([0, 0, 0, 0]);
  expect(state.get("mean.1")!.values[0]).toBeGreaterThan(0);
  takeStep(true).dispose();
  expect(unused.dataSync()[0]).toBeLessThan(3);
});

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
