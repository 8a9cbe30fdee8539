/** The projection GAN equals PyTorch's, spectral norms included (tests/fixtures/conditional-gan/make-conditional-gan.py). */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compile } from "../../lib/core/compile.ts";
import { decodeSafetensors } from "../../lib/core/safetensors.ts";
import { tf } from "../../lib/core/tf.ts";
import { buildConditionalGan } from "../../lib/models/conditional-gan.ts";
import type { Weights } from "../../lib/models/weights.ts";
import { writeVariables } from "../../lib/models/weights.ts";
import { Adam } from "../../lib/training/adam.ts";
import {
  trainConditionalDiscriminatorOneStep,
  trainConditionalGeneratorOneStep,
} from "../../lib/training/conditional-gan-steps.ts";
import { classMarginLoss, hingeDiscriminatorLoss, hingeGeneratorLoss } from "../../lib/training/losses.ts";
import { relativeDifference } from "./fixture.ts";

const path = join(import.meta.dirname, "../fixtures/conditional-gan/conditional-gan.safetensors");
const { tensors } = decodeSafetensors(readFileSync(path), path);
const tolerance = 3e-5;

const group = (prefix: string) =>
  new Map(
    [...tensors].flatMap(([name, tensor]) =>
      name.startsWith(`${prefix}/`) ? [[name.slice(prefix.length + 1), tensor] as const] : [],
    ),
  );
const values = (name: string) => tensors.get(name)!.values;
function tensor<R extends tf.Rank>(name: string): tf.Tensor<R> {
  const { shape, values: numbers } = tensors.get(name)!;
  return tf.tensor(numbers, shape as tf.ShapeMap[R], "float32");
}
const labels = (name: string) => tensor<tf.Rank.R1>(name).cast<tf.Tensor1D>("int32");

function build() {
  const gan = buildConditionalGan({
    conditioning: "projection",
    classes: 3,
    latentSize: 4,
    classSize: 2,
    generatorFilters: [6, 5, 4, 4],
    discriminatorFilters: [3, 4, 5],
  });
  writeVariables(gan.generator.weights, group("generator"), path);
  writeVariables(gan.discriminator.weights, group("discriminator"), path);
  writeVariables(gan.discriminator.state, group("state"), path);
  return gan;
}

function expectEqual(actual: Weights | tf.NamedTensorMap, prefix: string, limit = tolerance): void {
  const expected = group(prefix);
  expect(Object.keys(actual).sort()).toEqual([...expected.keys()].sort());
  for (const [name, value] of Object.entries(actual))
    expect([name, relativeDifference(value.dataSync(), expected.get(name)!.values) < limit]).toEqual([
      name,
      true,
    ]);
}

/** A round's inputs of the dealer: real images and fakes. */
function shown({ generator }: ReturnType<typeof build>, round: number) {
  const asked = labels(`round${round}/askedOfDealer`);
  const fake = generator.generate(tensor(`round${round}/zDealer`), asked);
  const images = tf.concat([tensor<tf.Rank.R4>(`round${round}/real`), fake]);
  return { images, labels: tf.concat([labels(`round${round}/labels`), asked]) };
}

function gradients(loss: () => tf.Scalar, weights: Weights): tf.NamedTensorMap {
  const { grads } = tf.variableGrads(loss, Object.values(weights));
  return Object.fromEntries(Object.entries(weights).map(([name, { name: id }]) => [name, grads[id]!]));
}

test("images, power iteration, projection logits and hinge losses are PyTorch's", () => {
  tf.tidy(() => {
    const gan = build();
    const { images, labels: said } = shown(gan, 0);
    expect(relativeDifference(images.slice(3).dataSync(), values("fake"))).toBeLessThan(tolerance);
    gan.discriminator.prepare();
    expectEqual(gan.discriminator.state, "stateAfter");
    const logits = gan.discriminator.judge(images, said);
    expect(relativeDifference(logits.dataSync(), values("logits"))).toBeLessThan(tolerance);
    const [onReal, onFake] = tf.split(logits, 2) as [tf.Tensor, tf.Tensor];
    const loss = hingeDiscriminatorLoss(onReal, onFake).dataSync();
    expect(relativeDifference(loss, values("round0/dealerLoss"))).toBeLessThan(tolerance);
    expect(hingeGeneratorLoss(onFake).dataSync()[0]).toBeCloseTo(-onFake.mean().dataSync()[0]!, 6);
  });
});

test("gradients through spectral norms and projection are PyTorch's, for both players", () => {
  tf.tidy(() => {
    const gan = build();
    const { generator, discriminator } = gan;
    const dealer = shown(gan, 0);
    discriminator.prepare();
    const dealerLoss = () => {
      const [onReal, onFake] = tf.split(discriminator.judge(dealer.images, dealer.labels), 2);
      return hingeDiscriminatorLoss(onReal!, onFake!);
    };
    expectEqual(gradients(dealerLoss, discriminator.weights), "dealerGradient");
    new Adam(Object.values(discriminator.weights), { learningRate: 4e-4, beta1: 0, beta2: 0.9 }).minimize(
      dealerLoss,
    );
    const wanted = labels("round0/askedOfForger");
    const z = tensor<tf.Rank.R2>("round0/zForger");
    const forgerLoss = () => hingeGeneratorLoss(discriminator.judge(generator.generate(z, wanted), wanted));
    expectEqual(gradients(forgerLoss, generator.weights), "forgerGradient", 1e-4);
  });
});

test.each(["compiled", "op by op"])(
  "two rounds of both steps with Adam, %s, end at PyTorch's weights",
  (how) => {
    const gan = build();
    const settings = { beta1: 0, beta2: 0.9 };
    const dealer = new Adam(Object.values(gan.discriminator.weights), { ...settings, learningRate: 4e-4 });
    const forger = new Adam(Object.values(gan.generator.weights), { ...settings, learningRate: 2e-4 });
    const before = tf.memory().numTensors;
    const takeStep = ({ real, said, asked, zDealer, zForger, wanted }: Record<string, tf.Tensor>) => {
      const fake = gan.generator.generate(zDealer as tf.Tensor2D, asked as tf.Tensor1D);
      const images = tf.concat([real as tf.Tensor4D, fake]);
      const all = { images, labels: tf.concat([said as tf.Tensor1D, asked as tf.Tensor1D]) };
      const { loss } = trainConditionalDiscriminatorOneStep(gan, dealer, "hinge", all);
      const asks = { z: zForger as tf.Tensor2D, labels: wanted as tf.Tensor1D };
      return tf.stack([loss, trainConditionalGeneratorOneStep(gan, forger, "hinge", asks)]);
    };
    const run = how === "compiled" ? compile(takeStep, { eagerFirst: false }) : takeStep;
    for (let round = 0; round < 2; round++) {
      const losses = tf.tidy(() => {
        const inputs = {
          real: tensor(`round${round}/real`),
          said: labels(`round${round}/labels`),
          asked: labels(`round${round}/askedOfDealer`),
          zDealer: tensor(`round${round}/zDealer`),
          zForger: tensor(`round${round}/zForger`),
          wanted: labels(`round${round}/askedOfForger`),
        };
        return Array.from(run(inputs).dataSync());
      });
      const expected = ["dealer", "forger"].map((who) => values(`round${round}/${who}Loss`)[0]!);
      expect(relativeDifference(losses, expected)).toBeLessThan(2e-4);
    }
    expect(tf.memory().numTensors).toBe(before);
    // With β₁ = 0 the first step is the gradient's sign, so rounding of a gradient near 0 shows; all others hardly move.
    expectEqual(gan.discriminator.weights, "discriminatorAfter", 2e-3);
    expectEqual(gan.generator.weights, "generatorAfter", 2e-3);
  },
);

test("the class margin asks that the own class wins by 1, and nothing beyond", () => {
  const margin = (own: number[], other: number[]) =>
    tf.tidy(() => classMarginLoss(tf.tensor2d(own, [2, 1]), tf.tensor2d(other, [2, 1])).dataSync()[0]);
  expect(margin([3, -1], [1, -2])).toBe(0);
  expect(margin([0.5, 2], [0.25, 2.5])).toBeCloseTo((0.75 + 1.5) / 2, 6);
  // The same for any logit of "real".
  expect(margin([100.5, -98], [100.25, -97.5])).toBeCloseTo((0.75 + 1.5) / 2, 4);
});

test("with wrong labels, real images come to fit their own class better", () => {
  const gan = build();
  const adam = new Adam(Object.values(gan.discriminator.weights), { learningRate: 2e-3 });
  const { images, labels: said } = shown(gan, 0);
  const others = labels("round0/labels").add(tf.scalar(1, "int32")).mod<tf.Tensor1D>(tf.scalar(3, "int32"));
  const wrong = { labels: others, weight: 1 };
  const margin = () =>
    tf.tidy(() => {
      const own = gan.discriminator.judge(images, said).slice(0, 3);
      return own
        .sub(gan.discriminator.judge(images, tf.concat([others, others])).slice(0, 3))
        .mean()
        .dataSync()[0]!;
    });
  const before = margin();
  for (let i = 0; i < 40; i++)
    tf.dispose(trainConditionalDiscriminatorOneStep(gan, adam, "hinge", { images, labels: said, wrong }));
  expect(margin() - before).toBeGreaterThan(0.1);
});
