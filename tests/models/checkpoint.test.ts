/** The generator that the course ships draws digits: judged by its nearest neighbours among real ones. */
import { Random } from "../../lib/core/random.ts";
import { tf } from "../../lib/core/tf.ts";
import { loadMnist } from "../../lib/data/mnist.ts";
import { imagesToTensor } from "../../lib/data/tensors.ts";
import { loadGenerator } from "../../lib/models/checkpoint.ts";
import { generateImages, latentBatch } from "../../lib/sampling/latent.ts";

/** For each image, the distance to its nearest neighbour among `others`, and which that is. */
function findNearest(images: tf.Tensor4D, others: tf.Tensor4D): { distances: number[]; indices: number[] } {
  return tf.tidy(() => {
    const flat = (tensor: tf.Tensor4D) => tensor.reshape<tf.Tensor2D>([tensor.shape[0], 28 * 28]);
    const squares = (tensor: tf.Tensor2D) => tensor.square().sum(1);
    const [a, b] = [flat(images), flat(others)];
    const products = tf.matMul(a, b, false, true);
    const squared = squares(a).expandDims(1).add(squares(b)).sub(products.mul(2)); // (images, others)
    return {
      distances: Array.from(squared.min(1).relu().sqrt().dataSync()),
      indices: Array.from(squared.argMin(1).dataSync()),
    };
  });
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

test("fakes are nearly as close to real digits as unseen digits are, and of every class", async () => {
  const before = tf.memory().numTensors;
  const { images, labels } = await loadMnist();
  const unseen = await loadMnist({ split: "test", count: 200 });
  const generator = loadGenerator();
  const z = latentBatch(new Random(1), 200, 128);
  const [real, test, fake] = [
    imagesToTensor(images),
    imagesToTensor(unseen.images),
    generateImages(generator, z),
  ];
  const ofTest = mean(findNearest(test, real).distances);
  const { distances, indices } = findNearest(fake, real);
  // 1.34 when it was trained. The blobs of a collapsed training have 1.96, grey paper 2.83, empty paper 0.84.
  const ratio = mean(distances) / ofTest;
  expect(ratio).toBeLessThan(1.5);
  expect(ratio).toBeGreaterThan(1);
  const classes = new Set(indices.map((index) => labels[index]!));
  expect(classes.size).toBeGreaterThanOrEqual(9);
  tf.dispose([z, real, test, fake]);
  generator.dispose();
  expect(tf.memory().numTensors).toBe(before);
});
