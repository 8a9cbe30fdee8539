import { Random } from "../../lib/core/random.ts";
import { tf } from "../../lib/core/tf.ts";
import { trainableVariables, weightNames } from "../../lib/models/weights.ts";
import { Adam } from "../../lib/training/adam.ts";
import {
  noisyLabels,
  trainDiscriminatorOneStep,
  trainGeneratorOneStep,
} from "../../lib/training/gan-steps.ts";
import { binaryCrossEntropy, discriminatorLoss, generatorLoss } from "../../lib/training/losses.ts";
import {
  buildFixtureGan,
  fixtureGroup,
  fixtureTensor,
  fixtureValues,
  largestDifference,
  relativeDifference,
} from "./fixture.ts";

const tolerance = 2e-5;

describe("losses", () => {
  test("equal PyTorch's binary_cross_entropy_with_logits", () => {
    const loss = binaryCrossEntropy(fixtureTensor("round0/labels"), fixtureTensor("round0/logits"));
    expect(relativeDifference(loss.dataSync(), fixtureValues("round0/dealerLoss"))).toBeLessThan(tolerance);
  });

  test.each([-1e4, -90, 90, 1e4])("are finite at a logit of %p", (logit) => {
    const logits = tf.tensor2d([[logit]]);
    for (const label of [0, 1]) {
      const expected = Math.max(logit, 0) - label * logit; // log(1 + e^-|a|) is below 1e-39
      expect(binaryCrossEntropy(tf.tensor2d([[label]]), logits).dataSync()[0]).toBeCloseTo(expected, 3);
    }
  });

  test("the forger wants every fake to pass for real", () => {
    const logits = tf.tensor2d([[-1], [2]]);
    const expected = (Math.log1p(Math.E) + Math.log1p(Math.exp(-2))) / 2;
    expect(generatorLoss(logits).dataSync()[0]).toBeCloseTo(expected, 6);
  });
});

describe("gradients equal PyTorch's", () => {
  test("of the dealer's loss, for the dealer's weights", () => {
    const { discriminator } = buildFixtureGan();
    const mixed = tf.concat([fixtureTensor("round0/real"), fixtureTensor("round0/fake")]);
    const loss = () =>
      discriminatorLoss(fixtureTensor("round0/labels"), discriminator.apply(mixed) as tf.Tensor);
    expectGradients(loss, discriminator, "round0/dealerGradient");
  });

  test("of the forger's loss, for the forger's weights, through the dealer", () => {
    const { generator, discriminator } = buildFixtureGan();
    // In the fixture the dealer has made its step already.
    const dealer = new Adam(trainableVariables(discriminator), { learningRate: 3e-4 });
    const mixed = tf.concat([fixtureTensor("round0/real"), fixtureTensor("round0/fake")]);
    dealer.minimize(() =>
      discriminatorLoss(fixtureTensor("round0/labels"), discriminator.apply(mixed) as tf.Tensor),
    );
    const z = fixtureTensor<tf.Rank.R2>("round0/zForger");
    const loss = () => generatorLoss(discriminator.apply(generator.apply(z)) as tf.Tensor);
    expectGradients(loss, generator, "round0/forgerGradient");
  });

  function expectGradients(loss: () => tf.Scalar, network: tf.LayersModel, group: string): void {
    const variables = trainableVariables(network);
    const { grads } = tf.variableGrads(loss, variables);
    const expected = fixtureGroup(group);
    expect([...expected.keys()].sort()).toEqual(weightNames(network).sort());
    weightNames(network).forEach((name, i) => {
      const { values, shape } = expected.get(name)!;
      const gradient = grads[variables[i]!.name]!;
      expect(gradient.shape).toEqual(shape);
      expect(relativeDifference(gradient.dataSync(), values)).toBeLessThan(tolerance);
    });
  }
});

test("three rounds of both steps with Adam end at PyTorch's weights", () => {
  const gan = buildFixtureGan();
  const before = tf.memory().numTensors;
  const dealer = new Adam(trainableVariables(gan.discriminator), { learningRate: 3e-4 });
  const forger = new Adam(trainableVariables(gan.generator), { learningRate: 4e-4 });
  for (let round = 0; round < 3; round++)
    tf.tidy(() => {
      const tensor = <R extends tf.Rank>(name: string) => fixtureTensor<R>(`round${round}/${name}`);
      const { loss } = trainDiscriminatorOneStep(
        gan,
        dealer,
        tensor("real"),
        tensor("zDealer"),
        tensor("labels"),
      );
      expect(relativeDifference(loss.dataSync(), fixtureValues(`round${round}/dealerLoss`))).toBeLessThan(
        tolerance,
      );
      const forgerLoss = trainGeneratorOneStep(gan, forger, tensor("zForger"));
      expect(
        relativeDifference(forgerLoss.dataSync(), fixtureValues(`round${round}/forgerLoss`)),
      ).toBeLessThan(tolerance);
    });
  expect(largestDifference(gan.generator, "generatorAfter")).toBeLessThan(tolerance);
  expect(largestDifference(gan.discriminator, "discriminatorAfter")).toBeLessThan(tolerance);
  // The steps do move: the weights of before are farther off than rounding.
  expect(largestDifference(gan.generator, "generator")).toBeGreaterThan(10 * tolerance);
  expect(dealer.step).toBe(3);
  dealer.dispose();
  forger.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

describe("each step moves its own player only", () => {
  const values = (network: tf.LayersModel) =>
    network.getWeights().map((weight) => Array.from(weight.dataSync()));

  test("the dealer's", () => {
    const gan = buildFixtureGan();
    const [generator, discriminator] = [values(gan.generator), values(gan.discriminator)];
    const optimizer = new Adam(trainableVariables(gan.discriminator), { learningRate: 0.01 });
    trainDiscriminatorOneStep(
      gan,
      optimizer,
      fixtureTensor("round0/real"),
      fixtureTensor("round0/zDealer"),
      fixtureTensor("round0/labels"),
    );
    expect(values(gan.generator)).toEqual(generator);
    expect(values(gan.discriminator)).not.toEqual(discriminator);
  });

  test("the forger's", () => {
    const gan = buildFixtureGan();
    const [generator, discriminator] = [values(gan.generator), values(gan.discriminator)];
    const optimizer = new Adam(trainableVariables(gan.generator), { learningRate: 0.01 });
    trainGeneratorOneStep(gan, optimizer, fixtureTensor("round0/zForger"));
    expect(values(gan.generator)).not.toEqual(generator);
    expect(values(gan.discriminator)).toEqual(discriminator);
  });
});

test("the dealer's probabilities are those of its logits", () => {
  const gan = buildFixtureGan();
  const optimizer = new Adam(trainableVariables(gan.discriminator), { learningRate: 3e-4 });
  const { onReal, onFake } = trainDiscriminatorOneStep(
    gan,
    optimizer,
    fixtureTensor("round0/real"),
    fixtureTensor("round0/zDealer"),
    fixtureTensor("round0/labels"),
  );
  const sigmoids = Array.from(fixtureValues("round0/logits"), (logit) => 1 / (1 + Math.exp(-logit)));
  const mean = (part: number[]) => part.reduce((sum, value) => sum + value, 0) / part.length;
  expect(onReal.dataSync()[0]).toBeCloseTo(mean(sigmoids.slice(0, 3)), 5);
  expect(onFake.dataSync()[0]).toBeCloseTo(mean(sigmoids.slice(3)), 5);
});

test("noisy labels: real ones just below 1, fakes just above 0", () => {
  const labels = Array.from(noisyLabels(new Random(1), 500, 0.05).dataSync());
  const [real, fake] = [labels.slice(0, 500), labels.slice(500)];
  expect(Math.min(...real)).toBeGreaterThan(0.9499);
  expect(Math.max(...real)).toBeLessThanOrEqual(1);
  expect(Math.min(...fake)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...fake)).toBeLessThan(0.05);
  const mean = fake.reduce((sum, label) => sum + label, 0) / 500;
  expect(Math.abs(mean - 0.025)).toBeLessThan(0.003); // four standard errors of 500 uniforms
  expect(new Set(labels).size).toBeGreaterThan(990);
});

// Goodfellow et al. 2014, proposition 1: for a fixed forger the best dealer is p / (p + q).
test("a dealer trained to the end on known densities is p / (p + q)", () => {
  const p = [0.1, 0.2, 0.3, 0.4];
  const q = [0.4, 0.1, 0.4, 0.1];
  const logits = tf.variable(tf.zeros([4, 1]));
  const optimizer = new Adam([logits], { learningRate: 0.05 });
  const weights = tf.tensor2d([...p, ...q], [8, 1]);
  const labels = tf.tensor2d([1, 1, 1, 1, 0, 0, 0, 0], [8, 1]);
  for (let step = 0; step < 400; step++)
    optimizer
      .minimize(() =>
        tf
          .concat([logits, logits])
          .softplus()
          .sub(labels.mul(tf.concat([logits, logits])))
          .mul(weights)
          .sum(),
      )
      .dispose();
  const dealer = logits.sigmoid().dataSync();
  p.forEach((value, i) => expect(dealer[i]).toBeCloseTo(value / (value + q[i]!), 3));
});
