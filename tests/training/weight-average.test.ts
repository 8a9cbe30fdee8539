import { DataError, OptionError } from "../../lib/core/errors.ts";
import { tf } from "../../lib/core/tf.ts";
import { WeightAverage } from "../../lib/training/weight-average.ts";

test("follows the weights as its equation says, goes on from its state, and gives its averages back", async () => {
  const before = tf.memory().numTensors;
  const weight = tf.tidy(() => tf.variable(tf.tensor1d([1, -2])));
  const average = new WeightAverage([weight], 0.4);
  let expected = [1, -2];
  const values = [[3, 0], [0, 8], [1, 1], [5, -5]]; // prettier-ignore
  values.forEach((next, i) => {
    tf.tidy(() => weight.assign(tf.tensor1d(next)));
    average.update();
    const decay = Math.min(0.4, (2 + i) / (11 + i));
    expected = expected.map((value, j) => decay * value + (1 - decay) * next[j]!);
  });
  const close = (variable: tf.Tensor) =>
    variable.dataSync().forEach((value, j) => expect(value).toBeCloseTo(expected[j]!, 5));
  close(average.averages[0]!);

  const resumed = new WeightAverage([weight], 0.4);
  resumed.write(await average.read(), "test");
  tf.tidy(() => weight.assign(tf.tensor1d([7, 7])));
  for (const one of [average, resumed]) one.update();
  expect([...resumed.averages[0]!.dataSync()]).toEqual([...average.averages[0]!.dataSync()]);
  expected = expected.map((value) => 0.4 * value + 0.6 * 7);
  average.apply();
  close(weight);
  for (const one of [average, resumed, weight]) one.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test("refuses a decay of 1 and the state of other variables", async () => {
  const weight = tf.variable(tf.zeros([2]));
  expect(() => new WeightAverage([weight], 1)).toThrow(OptionError);
  const other = new WeightAverage([tf.variable(tf.zeros([3]))], 0.9);
  expect(() => new WeightAverage([weight], 0.9).write(new Map(), "file")).toThrow(/file: step: expected/);
  const state = await other.read();
  const write = () => new WeightAverage([weight], 0.9).write(state, "file");
  expect(write).toThrow(DataError);
  expect(write).toThrow("average.0: expected (2), got (3)");
});
