/** One step of each player beside PyTorch's: tests/fixtures/pix2pix/make-pix2pix.py. */
import { Random } from "../../lib/core/random.ts";
import { randomKey } from "../../lib/core/random-ops.ts";
import { tf } from "../../lib/core/tf.ts";
import { buildPix2pix } from "../../lib/models/pix2pix.ts";
import { trainableVariables } from "../../lib/models/weights.ts";
import { Adam } from "../../lib/training/adam.ts";
import { trainColouristOneStep, trainPatchDiscriminatorOneStep } from "../../lib/training/pix2pix-steps.ts";
import { relativeDifference } from "./fixture.ts";
import {
  buildFixturePix2pix,
  expectedMoves,
  fixtureNumbers,
  fixtureTensor4d,
  moves,
} from "./pix2pix-fixture.ts";

const pair = () => ({
  lightness: fixtureTensor4d("lightness"),
  truth: fixtureTensor4d("truth"),
  key: randomKey(new Random(1)),
});
/** With so large an epsilon Adam's first step shows how large each gradient is. */
const adam = (network: tf.LayersModel) =>
  new Adam(trainableVariables(network), { learningRate: 0.5, beta1: 0.5, epsilon: 1 });

test("losses and every gradient of the discriminator's step, then of the generator's, are PyTorch's", () => {
  const networks = buildFixturePix2pix();
  const { generator, discriminator } = networks;
  const inputs = pair();
  const [discriminatorLoss, adversarialLoss, l1] = fixtureNumbers("losses");

  const onPatches = trainPatchDiscriminatorOneStep(networks, adam(discriminator), inputs);
  expect(onPatches.dataSync()[0]).toBeCloseTo(discriminatorLoss!, 5);
  for (const [, move] of moves(generator)) expect(move.every((value) => value === 0)).toBe(true);

  const weights = { adversarialWeight: 1, l1Weight: 100 };
  const losses = trainColouristOneStep(networks, adam(generator), inputs, weights);
  expect(losses.adversarialLoss.dataSync()[0]).toBeCloseTo(adversarialLoss!, 4);
  expect(losses.l1.dataSync()[0]).toBeCloseTo(l1!, 6);

  for (const network of [discriminator, generator]) {
    const expected = expectedMoves(network.name);
    const actual = moves(network);
    expect([...actual.keys()].sort()).toEqual([...expected.keys()].sort());
    const differences = [...actual].map(([name, move]) => [
      name,
      relativeDifference(move, expected.get(name)!),
    ]);
    expect(differences.filter(([, difference]) => !(Number(difference) < 1e-3))).toEqual([]);
  }
});

test("the discriminator's gradient is half of what its loss would be without the paper's half", () => {
  // ln 2, twice, halved: a discriminator whose verdict is 0 everywhere.
  const networks = buildFixturePix2pix();
  const { discriminator } = networks;
  const verdict = discriminator.getLayer("verdict");
  verdict.setWeights(verdict.getWeights().map((weight) => tf.zerosLike(weight)));
  const loss = trainPatchDiscriminatorOneStep(networks, adam(discriminator), pair());
  expect(loss.dataSync()[0]).toBeCloseTo(Math.log(2), 6);
});

test("with an adversarial weight of 0 the discriminator has no say, and stays", () => {
  const step = (seed: number) => {
    const networks = buildFixturePix2pix();
    const other = buildPix2pix({ channels: [3], patch: 16, discriminatorChannels: 2, seed });
    const judged = { generator: networks.generator, discriminator: other.discriminator };
    const before = other.discriminator.getWeights().map((weight) => Array.from(weight.dataSync()));
    const weights = { adversarialWeight: 0, l1Weight: 100 };
    const { adversarialLoss } = trainColouristOneStep(judged, adam(networks.generator), pair(), weights);
    expect(adversarialLoss.dataSync()[0]).toBe(0);
    expect(other.discriminator.getWeights().map((weight) => Array.from(weight.dataSync()))).toEqual(before);
    return [...moves(networks.generator).values()].map((values) => Array.from(values));
  };
  expect(step(1)).toEqual(step(2));
});

test("the masks of the dropout come from the key, and no tensor is left behind", () => {
  const losses = [3, 3, 4].map((seed) => {
    const networks = buildPix2pix({ channels: [3, 4, 5], patch: 16, discriminatorChannels: 2, seed: 1 });
    const optimizer = adam(networks.generator);
    const inputs = { ...pair(), key: randomKey(new Random(seed)) };
    const before = tf.memory().numTensors;
    const losses = trainColouristOneStep(networks, optimizer, inputs, {
      adversarialWeight: 1,
      l1Weight: 100,
    });
    expect(tf.memory().numTensors).toBe(before + 2);
    return losses.l1.dataSync()[0];
  });
  expect(losses[0]).toBe(losses[1]);
  expect(losses[0]).not.toBe(losses[2]);
});
