import { compile } from "../../lib/core/compile.ts";
import { tf } from "../../lib/core/tf.ts";
import { Adam } from "../../lib/training/adam.ts";

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
