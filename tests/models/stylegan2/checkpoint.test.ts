/** The shipped StyleGAN2 does what its card says, on fewer fakes. */
import { Random } from "../../../lib/core/random.ts";
import { randomKey } from "../../../lib/core/random-ops.ts";
import { tf } from "../../../lib/core/tf.ts";
import { loadHurricane } from "../../../lib/data/hurricane.ts";
import { classifierAccuracy } from "../../../lib/metrics/classifier-accuracy.ts";
import { frechetDistance } from "../../../lib/metrics/frechet.ts";
import { loadClassifier } from "../../../lib/models/classifier.ts";
import { loadStylegan2 } from "../../../lib/models/stylegan2/checkpoint.ts";
import { generateStylegan2 } from "../../../lib/models/stylegan2/generator.ts";
import { latentBatch } from "../../../lib/sampling/latent.ts";

test("the classifier sees the class that was asked for, and its features are near those of photographs", async () => {
  const classifier = loadClassifier("hurricane");
  const generator = loadStylegan2();
  const each = 150;
  const labels = Array.from({ length: 2 * each }, (_, i) => Math.floor(i / each));
  const random = new Random(4);
  const z = latentBatch(random.fork("z"), 2 * each, generator.sizes.latentSize);
  const draw = (noise: boolean) =>
    tf.tidy(() => {
      const oneHot = tf.oneHot(tf.tensor1d(labels, "int32"), 2).cast<tf.Tensor2D>("float32");
      return generateStylegan2(generator, z, {
        labels: oneHot,
        noise: noise ? randomKey(random.fork("noise")) : "fixed",
      });
    });
  const fakes = draw(true);
  expect(fakes.shape).toEqual([2 * each, 32, 32, 3]);
  const { accuracy, perClass } = await classifierAccuracy(classifier, fakes, labels);
  // The card's 0.931, within four standard errors of 300 fakes.
  expect(accuracy).toBeGreaterThan(0.87);
  expect(Math.min(...perClass)).toBeGreaterThan(0.8);

  const { images: photographs } = await loadHurricane({ split: "test", count: 1000, seed: 3 });
  const features = { real: classifier.features(photographs), fake: classifier.features(fakes) };
  const exchanged = tf.tidy(() => classifier.features(fakes.reverse(3)));
  const distance = await frechetDistance(features.real, features.fake);
  // Fewer fakes than on the card are a little farther away; the same with red and blue exchanged show the scale.
  expect(distance).toBeLessThan(1.5);
  expect(await frechetDistance(features.real, exchanged)).toBeGreaterThan(2 * distance);

  // z matters more than noise does: otherwise a latent space would have nothing to show.
  const again = draw(false);
  const [byNoise, byLatent] = tf.tidy(() => [
    fakes.sub(again).square().mean().dataSync()[0]!,
    again
      .slice(0, each - 1)
      .sub(again.slice(1, each - 1))
      .square()
      .mean()
      .dataSync()[0]!,
  ]);
  expect(byLatent).toBeGreaterThan(2 * byNoise);
  tf.dispose([fakes, again, features.real, features.fake, exchanged, z, ...Object.values(generator.weights)]);
  classifier.network.dispose();
});
