/** What only the marking knows: other inputs and the edges. Students read the sentences and hints, never the inputs. */
import { type CheckDefinition, Mismatch, type Submission } from "../../../grading/contract.ts";
import {
  column,
  expectAllNear,
  expectNear,
  expectShape,
  isNear,
  readNumber,
  readNumbers,
  readRecord,
  tensor,
} from "../compare.ts";
import values from "./hidden-values.json" with { type: "json" };
import { correlation, expectDistributed, normalDistribution } from "./statistics.ts";
import { flatten, followSteps } from "./steps.ts";
import { expectCured } from "./toy-outcome.ts";

const visibility = "hidden";

export const hiddenChecks: CheckDefinition[] = [
  {
    question: "q1",
    id: "q1-batches",
    sentence:
      "the loss is right for other batches: unequal numbers of real and fake pictures, one picture, noisy labels",
    points: 1,
    visibility,
    after: "q1-value",
    hint: "Use the labels as they come, and divide by the number of all pictures together.",
    run: (submission) => expectLosses(values.discriminatorLosses, submission),
  },
  {
    question: "q1",
    id: "q1-extreme",
    sentence: "the loss stays exact for very large logits",
    points: 1,
    visibility,
    after: "q1-value",
    hint: "Neither overflow nor a clipped probability: softplus(a) − y·a is exact for every logit.",
    run: (submission) => expectLosses(values.extremeDiscriminatorLosses, submission),
  },
  {
    question: "q2",
    id: "q2-batches",
    sentence: "the forger's loss is right for other batches, for one fake, and for very large logits",
    points: 1,
    visibility,
    after: "q2-value",
    hint: "softplus(−a) for each fake, then the mean.",
    async run(submission) {
      for (const { logits, loss } of values.generatorLosses)
        expectNear(
          readNumber(await submission.call("generatorLoss", [column(logits)]), "the loss"),
          loss,
          "the loss",
        );
    },
  },
  {
    question: "q3",
    id: "q3-noise",
    sentence: "the noise is uniform, fresh for every label, real and fake alike",
    points: 1,
    visibility,
    after: "q3-labels",
    hint: "0.05 times a number that is uniform on [0, 1), drawn anew for each label.",
    async run(submission) {
      const count = 2000;
      const labels = readNumbers(
        await submission.call("discriminatorLabels", [count, count, 31]),
        "the labels",
      );
      expectShape(labels, [2 * count, 1], "labels");
      const noise = labels.values.map((label, i) => (i < count ? label - 1 : label) / 0.05);
      const [real, fake] = [noise.slice(0, count), noise.slice(count)];
      const uniform = (x: number) => Math.min(1, Math.max(0, x));
      for (const half of [real, fake]) {
        expectDistributed(half, uniform, "0.05 times a uniform number");
        if (Math.abs(correlation(half.slice(1), half.slice(0, -1))) > 0.1)
          throw new Mismatch("noise that is drawn anew for each label", "noise that follows its neighbour's");
      }
      if (Math.abs(correlation(real, fake)) > 0.1)
        throw new Mismatch("noise of their own for fakes", "the noise of the real pictures again");
      const only = readNumbers(await submission.call("discriminatorLabels", [0, 3, 5]), "the labels");
      expectShape(only, [3, 1], "labels");
    },
  },
  {
    question: "q3",
    id: "q3-seed",
    sentence: "the same seed gives the same labels, another seed others",
    points: 1,
    visibility,
    after: "q3-labels",
    hint: "Pass the seed on to the generator of random numbers.",
    async run(submission) {
      const draw = async (seed: number, ambient: number) =>
        readNumbers(
          await submission.call("discriminatorLabels", [4, 4, seed], { seed: ambient }),
          "the labels",
        ).values;
      const first = await draw(21, 1);
      expectAllNear(await draw(21, 2), first, "the labels of the same seed");
      const other = await draw(22, 1);
      if (first.every((label, i) => isNear(label, other[i]!, 1e-5)))
        throw new Mismatch("other labels for another seed", "the same labels");
    },
  },
  {
    question: "q4",
    id: "q4-normal",
    sentence: "the coordinates are independent and standard normal",
    points: 1,
    visibility,
    after: "q4-seed",
    hint: "Mean 0, standard deviation 1, not truncated, and a draw of its own for each coordinate of each point.",
    async run(submission) {
      const [batchSize, latentSize] = [1000, 4];
      const z = readNumbers(
        await submission.call("sampleLatent", [batchSize, latentSize, 17]),
        "the latent points",
      );
      expectShape(z, [batchSize, latentSize], "latent points");
      expectDistributed(z.values, normalDistribution, "the standard normal");
      const columns = Array.from({ length: latentSize }, (_, i) =>
        z.values.filter((__, k) => k % latentSize === i),
      );
      const lags = columns.map((each) => correlation(each.slice(1), each.slice(0, -1)));
      const pairs = columns.slice(1).map((each, i) => correlation(each, columns[i]!));
      if ([...lags, ...pairs].some((each) => !(Math.abs(each) < 0.15)))
        throw new Mismatch("independent coordinates", "coordinates that depend on each other");
      const single = readNumbers(await submission.call("sampleLatent", [1, 1, 3]), "the latent point");
      expectShape(single, [1, 1], "a latent point");
    },
  },
  {
    question: "q5",
    id: "q5-discriminator-output",
    sentence: "with given weights the discriminator computes what the table says, for other sizes too",
    points: 1,
    visibility,
    after: "q5-discriminator",
    hint: "Layer by layer: strides, padding, 2f filters, slope 0.2, maximum (not mean) pooling, no activation at the end.",
    async run(submission) {
      for (const { imageSize, filters, images, logits, parameters } of values.discriminators) {
        const input = tensor(images.values, images.shape);
        const network = readRecord(
          await submission.call("describeDiscriminator", [imageSize, filters, input]),
          "the description",
        );
        expectNear(
          readNumber(network.parameters ?? null, "parameters"),
          parameters,
          "the number of parameters",
        );
        const output = readNumbers(network.output ?? null, "the logits");
        expectShape(output, [logits.length, 1], "logits");
        expectAllNear(output.values, logits, "the logits");
      }
    },
  },
  {
    question: "q5",
    id: "q5-generator-output",
    sentence: "with given weights the generator paints what the table says, for other sizes too",
    points: 1,
    visibility,
    after: "q5-generator",
    hint: "Layer by layer: slope 0.2, (7, 7, f), kernel 4 with stride 2, the sigmoid at the end only.",
    async run(submission) {
      for (const { latentSize, filters, z, means, row, pixels, parameters } of values.generators) {
        const input = tensor(z.values, z.shape);
        const network = readRecord(
          await submission.call("describeGenerator", [latentSize, filters, input]),
          "the description",
        );
        expectNear(
          readNumber(network.parameters ?? null, "parameters"),
          parameters,
          "the number of parameters",
        );
        const output = readNumbers(network.output ?? null, "the images");
        expectShape(output, [means.length, 28, 28, 1], "images");
        const images = means.map((_, i) => output.values.slice(784 * i, 784 * (i + 1)));
        const mean = (image: number[]) => image.reduce((sum, pixel) => sum + pixel, 0) / image.length;
        expectAllNear(images.map(mean), means, "the mean brightness of each image");
        expectAllNear(images.at(-1)!.slice(28 * row, 28 * (row + 1)), pixels, `row ${row} of the last image`);
      }
    },
  },
  {
    question: "q6",
    id: "q6-steps",
    sentence:
      "several steps give the weights and losses they should, with another optimiser and other batches",
    points: 2,
    visibility,
    after: "q6-frozen",
    hint: "Exactly one update of the generator per call, with the optimiser that gan brings along; the loss from before it.",
    async run(submission) {
      for (const steps of values.generatorSteps) {
        const outcome = await followSteps(submission, steps);
        expectAllNear(outcome.losses, steps.losses, "the losses");
        expectAllNear(outcome.generatorAfter, steps.generatorAfter.flat(), "the generator's weights");
        expectAllNear(
          outcome.discriminatorAfter,
          flatten(steps.discriminatorWeights),
          "the discriminator's weights",
        );
      }
    },
  },
  {
    question: "q7",
    id: "q7-tails",
    sentence: "D* is right for other distributions, and a number between 0 and 1 far out in the tails",
    points: 1,
    visibility,
    after: "q7-optimal",
    hint: "Both densities are 0 far out, so p/(p + q) is 0/0 there; the difference of their logarithms is not.",
    async run(submission) {
      for (const { real, fake, x, d } of [...values.optimalDiscriminators, ...values.tails]) {
        const answer = readNumbers(
          await submission.call("optimalDiscriminator", [tensor(x), real, fake]),
          "D*",
        );
        expectShape(answer, [x.length], "D*");
        expectAllNear(answer.values, d, "D*");
      }
    },
  },
  {
    question: "q7",
    id: "q7-zeros",
    sentence: "the best dealer's loss is right for other distributions, also where a probability is 0",
    points: 1,
    visibility,
    after: "q7-lowest",
    hint: "0·ln 0 is 0: leave such terms out of the sum.",
    async run(submission) {
      for (const { p, q, loss } of values.lowestLosses)
        expectNear(readNumber(await submission.call("lowestLoss", [p, q]), "the loss"), loss, "the loss");
    },
  },
  {
    question: "q8",
    id: "q8-robust",
    sentence: "with your settings the fakes arrive for other seeds as well",
    points: 2,
    visibility,
    after: "q8-cured",
    hint: "Settings that just work for one seed may fail for the next: use more than one of the three remedies.",
    run: (submission) => expectCured(submission, [5, 8]),
  },
];

type LossCase = { logits: number[]; labels: number[]; loss: number };

async function expectLosses(cases: LossCase[], submission: Submission): Promise<void> {
  for (const { logits, labels, loss } of cases) {
    const answer = await submission.call("discriminatorLoss", [column(logits), column(labels)]);
    expectNear(readNumber(answer, "the loss"), loss, "the loss");
  }
}
