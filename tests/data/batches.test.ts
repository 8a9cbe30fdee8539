import { OptionError } from "../../lib/core/errors.ts";
import { Random } from "../../lib/core/random.ts";
import { firstBatch, shuffledBatches, type BatchPosition, type IndexBatch } from "../../lib/data/batches.ts";

function take(batches: Generator<IndexBatch, never>, count: number): IndexBatch[] {
  return Array.from({ length: count }, () => batches.next().value);
}

test("an epoch has each example once, the next one too, in another order", () => {
  const batches = take(shuffledBatches(12, 4, new Random(1)), 6);
  expect(batches.map(({ epoch }) => epoch)).toEqual([0, 0, 0, 1, 1, 1]);
  const epochs = [batches.slice(0, 3), batches.slice(3)].map((epoch) =>
    epoch.flatMap(({ indices }) => [...indices]),
  );
  for (const epoch of epochs)
    expect([...epoch].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  expect(epochs[0]).not.toEqual(epochs[1]);
});

test("what is left over at the end of an epoch is dropped: others each time", () => {
  const seen = new Map<number, Set<number>>();
  for (const { epoch, indices } of take(shuffledBatches(10, 4, new Random(1)), 60)) {
    const so = seen.get(epoch) ?? new Set();
    for (const index of indices) {
      expect(so.has(index)).toBe(false);
      so.add(index);
    }
    seen.set(epoch, so);
  }
  expect([...seen.values()].map(({ size }) => size)).toEqual(new Array(30).fill(8));
  const dropped = new Set(
    [...seen.values()].flatMap((so) => Array.from({ length: 10 }, (_, i) => i).filter((i) => !so.has(i))),
  );
  expect(dropped.size).toBe(10);
});

test("all examples can be one batch, and one example a batch", () => {
  expect(take(shuffledBatches(3, 3, new Random(1)), 4).map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3]);
  expect(take(shuffledBatches(1, 1, new Random(1)), 2).map(({ indices }) => [...indices])).toEqual([
    [0],
    [0],
  ]);
});

test("from any position, by JSON too, the same batches come as without a stop", () => {
  const whole = take(shuffledBatches(10, 3, new Random(5)), 12);
  for (let stop = 0; stop < 8; stop++) {
    const at = stop === 0 ? firstBatch : whole[stop - 1]!.next;
    const from = JSON.parse(JSON.stringify(at)) as BatchPosition;
    expect(take(shuffledBatches(10, 3, new Random(5), from), 4)).toEqual(whole.slice(stop, stop + 4));
  }
});

test("the order is the seed's, whatever was drawn from the stream, and nothing is drawn", () => {
  const rng = new Random(5);
  rng.normals(3);
  const before = rng.state();
  const order = take(shuffledBatches(10, 3, rng), 5);
  expect(rng.state()).toEqual(before);
  expect(order).toEqual(take(shuffledBatches(10, 3, new Random(5)), 5));
  expect(order).not.toEqual(take(shuffledBatches(10, 3, new Random(6)), 5));
});

test("a batch is the reader's own: changing it changes no other", () => {
  const batches = shuffledBatches(4, 2, new Random(1));
  batches.next().value.indices.fill(9);
  expect([...batches.next().value.indices]).not.toContain(9);
});

test.each<[number, number, BatchPosition, string]>([
  [0, 1, firstBatch, "count: expected an integer ≥ 1, got 0."],
  [2.5, 1, firstBatch, "count: expected an integer ≥ 1, got 2.5."],
  [10, 0, firstBatch, "batchSize: expected an integer from 1 to the 10 examples there are, got 0."],
  [10, 11, firstBatch, "batchSize: expected an integer from 1 to the 10 examples there are, got 11."],
  [10, NaN, firstBatch, "batchSize: expected an integer from 1 to the 10 examples there are, got NaN."],
  [10, 2, { epoch: -1, offset: 0 }, 'from: expected {epoch ≥ 0, offset ≥ 0}, got {"epoch":-1,"offset":0}.'],
  [10, 2, { epoch: 0, offset: 0.5 }, 'from: expected {epoch ≥ 0, offset ≥ 0}, got {"epoch":0,"offset":0.5}.'],
  [
    10,
    2,
    { epoch: 0, offset: 11 },
    "from: expected an offset of at most the 10 examples there are, got 11. Is it a",
  ],
])("%p examples in batches of %p from %p are refused", (count, batchSize, from, message) => {
  const first = () => shuffledBatches(count, batchSize, new Random(1), from).next();
  expect(first).toThrow(OptionError);
  expect(first).toThrow(`shuffledBatches: ${message}`);
});
