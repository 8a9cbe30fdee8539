/** Philox4x32-10 against others' implementations, and streams of it: state, forks. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { philox4x32, Random } from "../../lib/core/random.ts";

type Words4 = [number, number, number, number];

/** Made by the Python package randomgen: tests/fixtures/random/make-philox.py. */
const { blocks, stream } = JSON.parse(
  readFileSync(join(import.meta.dirname, "..", "fixtures", "random", "philox.json"), "utf8"),
) as {
  blocks: { counter: Words4; key: [number, number]; words: Words4 }[];
  stream: { seed: number; words: number[] };
};

const ALL = 0xffffffff;

/** The authors' own: tests/kat_vectors of Random123, the lines "philox4x32 10" (zeros, ones, digits of π). */
test.each<[Words4, [number, number], Words4]>([
  [
    [0, 0, 0, 0],
    [0, 0],
    [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  ],
  [
    [ALL, ALL, ALL, ALL],
    [ALL, ALL],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
])("block %p under key %p is that of Random123", (counter, key, words) => {
  expect(philox4x32(counter, key)).toEqual(words);
});

test("200 random blocks are those of randomgen", () => {
  expect(blocks).toHaveLength(200);
  for (const { counter, key, words } of blocks) expect(philox4x32(counter, key)).toEqual(words);
});

test("a stream is the blocks 0, 1, 2 … under the key of its seed", () => {
  const rng = new Random(stream.seed);
  expect(stream.words.map(() => rng.nextWord())).toEqual(stream.words);
});

test("uniforms are the words as fractions: 32 bits in double, 24 in single precision", () => {
  const rng = new Random(stream.seed);
  expect(stream.words.map(() => rng.next())).toEqual(stream.words.map((word) => word / 2 ** 32));
  const single = new Random(stream.seed).uniforms(stream.words.length);
  expect(Array.from(single)).toEqual(stream.words.map((word) => (word >>> 8) / 2 ** 24));
});

test("a pair of normals is a point whose radius and angle are two uniforms (Box and Muller)", () => {
  const uniforms = stream.words.map((word) => word / 2 ** 32);
  const rng = new Random(stream.seed);
  for (let i = 0; i < uniforms.length; i += 2) {
    const [x, y] = [rng.normal(), rng.normal()];
    expect(1 - Math.exp(-(x ** 2 + y ** 2) / 2)).toBeCloseTo(uniforms[i]!, 12);
    expect((Math.atan2(y, x) / (2 * Math.PI) + 1) % 1).toBeCloseTo(uniforms[i + 1]!, 12);
  }
});

test.each([0, 1, 2, 3, 4, 5, 8, 9])(
  "a stream goes on from its state after %p draws, by JSON too",
  (drawn) => {
    const rng = new Random(7);
    for (let i = 0; i < drawn; i++) rng.nextWord();
    const state = JSON.parse(JSON.stringify(rng.state())) as ReturnType<Random["state"]>;
    const again = Random.fromState(state);
    expect(again.state()).toEqual(rng.state());
    expect(again.normals(9)).toEqual(rng.normals(9));
  },
);

test("the second normal of a pair is part of the state", () => {
  const rng = new Random(7);
  rng.normal();
  const again = Random.fromState(rng.state());
  expect(again.normals(3)).toEqual(rng.normals(3));
});

test("a state is a copy: going on does not change it", () => {
  const rng = new Random(7);
  const state = rng.state();
  const before = structuredClone(state);
  rng.normals(5);
  expect(state).toEqual(before);
});

describe("a fork", () => {
  const words = (rng: Random) => Array.from({ length: 8 }, () => rng.nextWord());

  test("depends on the seed and the label, not on what was drawn, and draws nothing", () => {
    const rng = new Random(3);
    const early = words(rng.fork("weights"));
    const before = rng.state();
    rng.fork(5);
    expect(rng.state()).toEqual(before);
    rng.normals(7);
    expect(words(rng.fork("weights"))).toEqual(early);
    expect(words(new Random(4).fork("weights"))).not.toEqual(early);
  });

  test("is another stream for each label: names, numbers, numbers beyond 32 bits, and its parent", () => {
    const rng = new Random(3);
    const labels = ["", "a", "b", "ab", "ba", "0", "1", 0, 1, 2, 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 1];
    const streams = [rng, rng.fork(1).fork(1), ...labels.map((label) => rng.fork(label))];
    const seen = new Set(streams.map((each) => words(each).join(" ")));
    expect(seen.size).toBe(labels.length + 2);
  });

  test("of neighbouring steps is uncorrelated with its neighbour", () => {
    const count = 20_000;
    const rng = new Random(3);
    const [a, b] = [rng.fork(1).normals(count), rng.fork(2).normals(count)];
    const correlation = a.reduce((sum, value, i) => sum + value * b[i]!, 0) / count;
    expect(Math.abs(correlation)).toBeLessThan(4 / Math.sqrt(count)); // four standard errors
  });

  test.each([-1, 1.5, NaN, 2 ** 53])("with the number %p is refused", (label) => {
    expect(() => new Random(1).fork(label)).toThrow(RangeError);
    expect(() => new Random(1).fork(label)).toThrow(
      `expected a name or an integer from 0 to 2^53 − 1, got ${label}`,
    );
  });
});
