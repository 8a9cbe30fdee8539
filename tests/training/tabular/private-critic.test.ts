/** The critic's gradients row by row equal PyTorch's double backward (tests/fixtures/privacy/make-critic.py) and our own autodiff. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeSafetensors } from "../../../lib/core/safetensors.ts";
import { tf } from "../../../lib/core/tf.ts";
import { criticScores } from "../../../lib/models/tabular-gan.ts";
import { Adam } from "../../../lib/training/adam.ts";
import { criticLosses, mixRows } from "../../../lib/training/critic-loss.ts";
import { clippedCriticGradients } from "../../../lib/training/tabular/private-critic.ts";
import { noisyMeans } from "../../../lib/training/tabular/train-private-tabular-gan.ts";
import { relativeDifference } from "../fixture.ts";

const path = join(import.meta.dirname, "..", "..", "fixtures", "privacy", "critic.safetensors");
const { tensors } = decodeSafetensors(readFileSync(path), path);
const tensor = <R extends tf.Rank>(name: string) => {
  const { values, shape } = tensors.get(name)!;
  return tf.tensor(values, shape as tf.ShapeMap[R], "float32");
};
const values = (name: string) => tensors.get(name)!.values;

const [clipNorm, noiseMultiplier, batchSize, penaltyWeight] = [9, 1.5, 4.5, 10];
const names = [0, 1, 2].flatMap((i) => [`layer${i}.kernel`, `layer${i}.bias`]);
const buildCritic = () => ({
  critic: Object.fromEntries(
    names.map((name) => [name, tf.tidy(() => tf.variable(tensor(`weight/${name}`)))]),
  ),
  sizes: { criticSizes: [7, 6] } as never,
});
const rows = () => ({
  real: tensor<tf.Rank.R2>("real"),
  fake: tensor<tf.Rank.R2>("fake"),
  mixed: tensor<tf.Rank.R2>("mixed"),
});

test("norms and clipped sums of single rows are PyTorch's, penalty included", () => {
  const gan = buildCritic();
  const before = tf.memory().numTensors;
  const inputs = rows();
  const mask = tensor<tf.Rank.R1>("mask");
  const { sums, norms } = clippedCriticGradients(gan, inputs, mask, { clipNorm, penaltyWeight });
  tf.dispose([inputs, mask]);
  expect(relativeDifference(norms.dataSync(), values("norms"))).toBeLessThan(2e-6);
  // The fixture has rows on both sides of the clip.
  expect(
    values("norms").some((norm) => norm < clipNorm) && values("norms").some((norm) => norm > clipNorm),
  ).toBe(true);
  for (const name of names) {
    const sum = sums[gan.critic[name]!.name]!;
    const expected = values(`sum/${name}`);
    // Row by row the last bias moves by 1 − 1 = 0.
    if (name === "layer2.bias") expect(Math.abs(sum.dataSync()[0]!)).toBeLessThan(1e-6);
    else expect([name, relativeDifference(sum.dataSync(), expected) < 5e-6]).toEqual([name, true]);
  }
  tf.dispose([sums, norms]);
  expect(tf.memory().numTensors).toBe(before);
  tf.dispose(gan.critic);
});

test.each([0, 1, 2, 3, 4])("row %i's own gradient is PyTorch's", (row) => {
  const gan = buildCritic();
  tf.tidy(() => {
    const mask = tf.oneHot(row, 5).cast<tf.Tensor1D>("float32");
    const { sums } = clippedCriticGradients(gan, rows(), mask, { clipNorm: Infinity, penaltyWeight });
    const scale = Math.max(...values("norms"));
    for (const name of names)
      expect(
        relativeDifference(
          [...sums[gan.critic[name]!.name]!.dataSync(), scale],
          [...values(`row${row}/${name}`), scale],
        ),
      ).toBeLessThan(2e-6);
  });
  tf.dispose(gan.critic);
});

test("one private step is PyTorch's: noise on the sum, the expected batch, Adam", () => {
  const gan = buildCritic();
  const adam = new Adam(Object.values(gan.critic), { learningRate: 0.01, beta1: 0.5, beta2: 0.9 });
  tf.tidy(() => {
    const mask = tensor<tf.Rank.R1>("mask");
    const { sums } = clippedCriticGradients(gan, rows(), mask, { clipNorm, penaltyWeight });
    const noise = Object.fromEntries(names.map((name) => [gan.critic[name]!.name, tensor(`noise/${name}`)]));
    adam.apply(noisyMeans(sums, noise, { noiseMultiplier, clipNorm, batchSize }));
  });
  for (const name of names)
    expect(relativeDifference(gan.critic[name]!.dataSync(), values(`after/${name}`))).toBeLessThan(5e-6);
  adam.dispose();
  tf.dispose(gan.critic);
});

test("the losses are PyTorch's, and their gradient by autodiff is the closed form's sum", () => {
  const gan = buildCritic();
  tf.tidy(() => {
    const critic = (x: tf.Tensor2D) => criticScores(gan, x);
    const { losses, advantage } = criticLosses(critic, rows(), penaltyWeight);
    expect(relativeDifference(losses.dataSync(), values("losses"))).toBeLessThan(2e-6);
    const gap = critic(rows().real).mean().sub(critic(rows().fake).mean()).dataSync()[0]!;
    expect(advantage.dataSync()[0]!).toBeCloseTo(gap, 5);
    const variables = Object.values(gan.critic);
    const { grads } = tf.variableGrads(
      () => criticLosses(critic, rows(), penaltyWeight).losses.sum(),
      variables,
    );
    const { sums } = clippedCriticGradients(gan, rows(), tf.ones([5]), { clipNorm: Infinity, penaltyWeight });
    for (const { name } of variables.slice(0, -1))
      expect(relativeDifference(sums[name]!.dataSync(), grads[name]!.dataSync())).toBeLessThan(5e-6);
  });
  tf.dispose(gan.critic);
});

test("mixed rows lie between: u of the real one", () => {
  const [real, fake] = [tf.tensor2d([[1, 2]]), tf.tensor2d([[3, 6]])];
  expect([...mixRows(real, fake, tf.tensor2d([[0.25]])).dataSync()]).toEqual([2.5, 5]);
});
