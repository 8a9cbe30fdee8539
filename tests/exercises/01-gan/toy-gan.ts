/**
 * The toy of question 8, trained by whoever checks rather than by the answer's own process. The notebook shows the same
 * code in its cell "q8-toy": a test compares the two.
 */
import * as tf from "@tensorflow/tfjs"; // rather than the library's, which would bring its native backend into the grader
import type * as Generative from "@actl/generative";
import { createRequire } from "node:module";

const { Random } = createRequire(import.meta.filename)("@actl/generative") as typeof Generative;

/** What may be changed about the dealer. */
export type DealerSettings = {
  /** Adam's learning rate, above 0 and at most 1. */
  learningRate: number;
  /** Share of the dealer's hidden units that are switched off at each step, from 0 to 0.9. */
  dropout: number;
  /** Each label gets this much times a uniform number added, from 0 to 0.5. */
  labelNoise: number;
};

/** What is left after training: mean and standard deviation of the last fakes, and the dealer's last mean loss. */
export type ToyResult = { fakeMean: number; fakeSd: number; dealerLoss: number };

/**
 * Trains a GAN on plain numbers for 400 steps. Real numbers are normal with mean 4 and standard deviation 0.5; the
 * forger's first fakes lie near 0. The forger follows the objective of the first GAN paper: it minimises the mean of
 * ln(1 − D(G(z))) by gradient descent.
 */
export async function trainToyGan(
  { learningRate, dropout, labelNoise }: DealerSettings,
  seed: number,
): Promise<ToyResult> {
  const numSteps = 400;
  const batchSize = 32;
  const random = new Random(seed);
  const normal = (rows: number, columns: number, sd = 1): tf.Tensor2D =>
    tf.tensor2d(random.normals(rows * columns), [rows, columns]).mul(sd);
  const weight = (rows: number, columns: number, sd: number) =>
    tf.tidy(() => tf.variable(normal(rows, columns, sd)));
  const dealerWeights = [
    ...[weight(1, 16, 1), weight(1, 16, 1), weight(16, 16, 0.35)],
    ...[weight(1, 16, 0.1), weight(16, 1, 0.35), weight(1, 1, 0)],
  ];
  const forgerWeights = [weight(1, 8, 1), weight(1, 8, 0.1), weight(8, 1, 0.1), weight(1, 1, 0)];
  const dealerOptimizer = tf.train.adam(learningRate, 0.5);
  const forgerOptimizer = tf.train.sgd(0.05);

  const forge = (z: tf.Tensor2D): tf.Tensor2D => {
    const [w1, b1, w2, b2] = forgerWeights;
    return z.matMul<tf.Tensor2D>(w1!).add<tf.Tensor2D>(b1!).leakyRelu<tf.Tensor2D>(0.2).matMul(w2!).add(b2!);
  };
  const switchOff = (units: tf.Tensor2D): tf.Tensor2D =>
    units
      .mul<tf.Tensor2D>(tf.tensor2d(random.uniforms(units.size), units.shape).greaterEqual(dropout))
      .div(1 - dropout);
  const judge = (x: tf.Tensor2D): tf.Tensor2D => {
    const [w1, b1, w2, b2, w3, b3] = dealerWeights;
    const first = x.matMul<tf.Tensor2D>(w1!).add<tf.Tensor2D>(b1!).leakyRelu<tf.Tensor2D>(0.2);
    const second = first.matMul<tf.Tensor2D>(w2!).add<tf.Tensor2D>(b2!).leakyRelu<tf.Tensor2D>(0.2);
    return switchOff(second).matMul<tf.Tensor2D>(w3!).add(b3!); // (batch, 1)
  };

  const dealerStep = (): number => {
    const x = tf.concat<tf.Tensor2D>([
      normal(batchSize, 1, 0.5).add<tf.Tensor2D>(4),
      forge(normal(batchSize, 1)),
    ]);
    const truth = tf.concat([tf.ones([batchSize, 1]), tf.zeros([batchSize, 1])]);
    const labels = truth.add(tf.tensor2d(random.uniforms(2 * batchSize, 0, labelNoise), [2 * batchSize, 1]));
    const loss = () => tf.losses.sigmoidCrossEntropy(labels, judge(x)).asScalar();
    return dealerOptimizer.minimize(loss, true, dealerWeights)!.dataSync()[0]!;
  };
  const forgerStep = (): ArrayLike<number> => {
    const z = normal(batchSize, 1);
    const loss = () =>
      tf.losses
        .sigmoidCrossEntropy(tf.zeros([batchSize, 1]), judge(forge(z)))
        .neg()
        .asScalar();
    forgerOptimizer.minimize(loss, false, forgerWeights);
    return forge(z).dataSync();
  };

  const lastFakes: number[] = [];
  const lastLosses: number[] = [];
  try {
    for (let step = 0; step < numSteps; step++) {
      const [dealerLoss, fakes] = tf.tidy(
        () => [dealerStep(), Array.from(forgerStep())] as [number, number[]],
      );
      if (step >= numSteps - 100) {
        lastLosses.push(dealerLoss);
        lastFakes.push(...fakes);
      }
      if (step % 20 === 0) await tf.nextFrame();
    }
  } finally {
    tf.dispose([dealerWeights, forgerWeights]);
    dealerOptimizer.dispose();
    forgerOptimizer.dispose();
  }
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const fakeMean = mean(lastFakes);
  const fakeSd = Math.sqrt(mean(lastFakes.map((fake) => (fake - fakeMean) ** 2)));
  return { fakeMean, fakeSd, dealerLoss: mean(lastLosses) };
}
