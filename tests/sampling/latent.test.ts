import { Random } from "../../lib/core/random.ts";
import { tf } from "../../lib/core/tf.ts";
import { generateImages, latentBatch } from "../../lib/sampling/latent.ts";

let before: number;
beforeEach(() => (before = tf.memory().numTensors));
afterEach(() => expect(tf.memory().numTensors).toBe(before));

test("latent points are the stream's normals, row by row", () => {
  const z = latentBatch(new Random(3), 4, 5);
  expect([z.shape, z.dtype]).toEqual([[4, 5], "float32"]);
  expect(Array.from(z.dataSync())).toEqual(Array.from(new Random(3).normals(20)));
  z.dispose();
});

test("a second batch of the stream is another, the same seed the same", () => {
  const rng = new Random(3);
  const batches = [latentBatch(rng, 2, 3), latentBatch(rng, 2, 3), latentBatch(new Random(3), 2, 3)];
  const [first, second, again] = batches.map((batch) => Array.from(batch.dataSync()));
  expect(second).not.toEqual(first);
  expect(again).toEqual(first);
  tf.dispose(batches);
});

test("images are what the generator makes of the points, and nothing else is kept", () => {
  const generator = tf.sequential({
    layers: [
      tf.layers.dense({ inputShape: [3], units: 4, useBias: false, kernelInitializer: "ones" }),
      tf.layers.reshape({ targetShape: [2, 2, 1] }),
    ],
  });
  const z = tf.tensor2d([
    [1, 2, 3],
    [0, 0, -1],
  ]);
  const own = tf.memory().numTensors;
  const images = generateImages(generator, z);
  expect(images.shape).toEqual([2, 2, 2, 1]);
  expect(Array.from(images.dataSync())).toEqual([6, 6, 6, 6, -1, -1, -1, -1]);
  expect(tf.memory().numTensors).toBe(own + 1);
  images.dispose();
  z.dispose();
  generator.dispose();
});
