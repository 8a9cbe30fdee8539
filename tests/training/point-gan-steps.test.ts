/** The games' gradients beside PyTorch's; numbers made by tests/fixtures/point-gan/make-point-gan.py. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compile } from "../../lib/core/compile.ts";
import { OptionError } from "../../lib/core/errors.ts";
import { decodeSafetensors } from "../../lib/core/safetensors.ts";
import { tf } from "../../lib/core/tf.ts";
import { buildPointGan, generatePoints, judgePoints, type PointGan } from "../../lib/models/point-gan.ts";
import { Adam } from "../../lib/training/adam.ts";
import {
  saddleLoss,
  trainPointCritic,
  trainPointDiscriminator,
  unrolledGeneratorLoss,
} from "../../lib/training/point-gan-steps.ts";
import { unrollAdam } from "../../lib/training/unrolled-adam.ts";
import { relativeDifference } from "./fixture.ts";

const path = join(import.meta.dirname, "..", "fixtures", "point-gan", "point-gan.safetensors");
const { tensors } = decodeSafetensors(readFileSync(path), path);
const rates = { learningRate: 1e-2, beta1: 0.5 };
const activations = ["tanh", "relu"] as const;
const tolerance = 2e-4; // of the largest component, in single precision against double

function fixture<Rank extends tf.Rank>(name: string): tf.Tensor<Rank> {
  const { values, shape } = tensors.get(name)!;
  return tf.tensor(values, shape as tf.ShapeMap[Rank], "float32");
}

function buildFixture(activation: (typeof activations)[number]) {
  const gan = buildPointGan({ latentSize: 3, width: 6, activation });
  gan.generator.forEach((weight, i) => weight.assign(fixture(`${activation}/generator/${i}`)));
  gan.discriminator.forEach((weight, i) => weight.assign(fixture(`${activation}/discriminatorBefore/${i}`)));
  const optimizer = new Adam(gan.discriminator, rates);
  return {
    gan,
    optimizer,
    real: fixture<tf.Rank.R2>(`${activation}/real`),
    z: fixture<tf.Rank.R2>(`${activation}/z`),
  };
}

/** The same, after the discriminator's three steps. */
function warmUp(activation: (typeof activations)[number]) {
  const players = buildFixture(activation);
  for (let step = 0; step < 3; step++)
    trainPointDiscriminator(players.gan, players.optimizer, players.real, players.z);
  return players;
}

function expectFixture(actual: readonly tf.Tensor[], group: string, within = tolerance): void {
  actual.forEach((tensor, i) => {
    const { values, shape } = tensors.get(`${group}/${i}`)!;
    expect(tensor.shape).toEqual(shape);
    expect(relativeDifference(tensor.dataSync(), values)).toBeLessThan(within);
  });
}

const values = (weights: PointGan["generator"]) => weights.map((weight) => Array.from(weight.dataSync()));

/** The gradient with respect to the generator's weights. */
function generatorGradient(
  gan: PointGan,
  loss: () => tf.Scalar,
): { value: tf.Scalar; gradient: tf.Tensor[] } {
  const { value, grads } = tf.variableGrads(loss, [...gan.generator]);
  return { value, gradient: gan.generator.map(({ name }) => grads[name]!) };
}

describe.each(activations)("with %s", (activation) => {
  test("three steps of the discriminator are PyTorch's", () => {
    const { gan } = warmUp(activation);
    expectFixture(gan.discriminator, `${activation}/discriminator`);
  });

  test.each([0, 1, 5])(
    "%d unrolled steps: the generator's gradient is that of PyTorch's double backward",
    (unrolls) => {
      const { gan, optimizer, real, z } = warmUp(activation);
      const group = `${activation}/unrolled${unrolls}`;
      const before = values(gan.discriminator);
      const { value, gradient } = generatorGradient(gan, () =>
        unrolledGeneratorLoss(gan, optimizer, real, z, unrolls),
      );
      expect(value.dataSync()[0]).toBeCloseTo(tensors.get(`${group}/loss`)!.values[0]!, 5);
      expectFixture(gradient, `${group}/gradient`);
      const ahead = unrollAdam(
        optimizer,
        gan.discriminator,
        (weights) => {
          const fake = generatePoints(gan, z);
          return saddleLoss(judgePoints(gan, real, weights), judgePoints(gan, fake, weights));
        },
        unrolls,
      );
      expectFixture(ahead, `${group}/ahead`);
      // Looking ahead moves nothing.
      expect(values(gan.discriminator)).toEqual(before);
      expect(optimizer.step).toBe(3);
    },
  );

  test("the critic's gradient, the penalty's part included, is PyTorch's", () => {
    const { gan, real, z } = buildFixture(activation);
    gan.discriminator.forEach((weight, i) => weight.assign(fixture(`${activation}/discriminator/${i}`)));
    const optimizer = new Adam(gan.discriminator, rates);
    const mix = fixture<tf.Rank.R2>(`${activation}/mix`);
    const loss = trainPointCritic(gan, optimizer, { real, z, mix }, 10);
    expect(loss.dataSync()[0]).toBeCloseTo(tensors.get(`${activation}/critic/loss`)!.values[0]!, 4);
    // After one step Adam's mean is (1 − β₁) times the gradient. The last bias cancels out: rounding is all it has.
    const gradients = optimizer.state.means.map((mean) => mean.div(1 - rates.beta1));
    expectFixture(gradients.slice(0, -1), `${activation}/critic/gradient`);
    expect(Math.abs(gradients.at(-1)!.dataSync()[0]!)).toBeLessThan(1e-6);
  });
});

test("without unrolled steps it is the plain gradient of the minimax game; with them it is not", () => {
  const { gan, optimizer, real, z } = warmUp("tanh");
  const plain = generatorGradient(gan, () =>
    saddleLoss(judgePoints(gan, real), judgePoints(gan, generatePoints(gan, z))).neg(),
  );
  const unrolled = (unrolls: number) =>
    generatorGradient(gan, () => unrolledGeneratorLoss(gan, optimizer, real, z, unrolls));
  const difference = ({ gradient }: ReturnType<typeof unrolled>) =>
    Math.max(
      ...gradient.map((part, i) => relativeDifference(part.dataSync(), plain.gradient[i]!.dataSync())),
    );
  expect(difference(unrolled(0))).toBeLessThan(1e-6);
  expect(difference(unrolled(1))).toBeGreaterThan(1e-2);
});

test("the compiled gradient is the one of op by op, and the generator's step leaves the discriminator alone", () => {
  const { gan, optimizer, real, z } = warmUp("relu");
  const step = compile(
    (x: tf.Tensor2D, latent: tf.Tensor2D) =>
      generatorGradient(gan, () => unrolledGeneratorLoss(gan, optimizer, x, latent, 5)).gradient,
    { eagerFirst: false },
  );
  expectFixture(step(real, z), "relu/unrolled5/gradient");
  step.dispose();
  const before = values(gan.discriminator);
  const generatorBefore = values(gan.generator);
  new Adam(gan.generator, rates).minimize(() => unrolledGeneratorLoss(gan, optimizer, real, z, 2));
  expect(values(gan.discriminator)).toEqual(before);
  expect(values(gan.generator)).not.toEqual(generatorBefore);
});

test("a gradient of nothing stays a number where a unit is dead", () => {
  const gan = buildPointGan({ latentSize: 2, width: 3, activation: "relu" });
  // Every hidden unit is far below zero: all gradients but the last bias's are 0, and Adam's squares too.
  gan.discriminator[1]!.assign(tf.fill([3], -100));
  const optimizer = new Adam(gan.discriminator, rates);
  const { gradient } = generatorGradient(gan, () =>
    unrolledGeneratorLoss(gan, optimizer, tf.randomNormal([4, 2], 0, 1, "float32", 1), tf.ones([4, 2]), 3),
  );
  for (const part of gradient) expect(Array.from(part.dataSync()).every(Number.isFinite)).toBe(true);
});

test("the count of unrolled steps is a whole number from 0", () => {
  const { gan, optimizer, real, z } = buildFixture("tanh");
  expect(() => unrolledGeneratorLoss(gan, optimizer, real, z, -1)).toThrow(OptionError);
  expect(() => unrolledGeneratorLoss(gan, optimizer, real, z, 1.5)).toThrow("got 1.5");
});
