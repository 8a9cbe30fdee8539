/** What students may check themselves. Shipped with the exercise: nothing here may give a hidden input away. */
import { type CheckDefinition, Mismatch } from "../../../grading/contract.ts";
import {
  column,
  expectAllNear,
  expectNear,
  expectShape,
  isNear,
  readNumber,
  readNumbers,
  readRecord,
  show,
  tensor,
} from "../compare.ts";
import values from "./public-values.json" with { type: "json" };
import { flatten, followSteps } from "./steps.ts";
import { expectCured } from "./toy-outcome.ts";

const visibility = "public";

export const publicChecks: CheckDefinition[] = [
  {
    question: "q1",
    id: "q1-value",
    sentence:
      "the loss of four pictures is the mean of their cross-entropies, also where the dealer is certain and wrong",
    points: 1,
    visibility,
    hint: "Real and fake alike: softplus(a) − y·a for each picture, then the mean.",
    async run(submission) {
      const { logits, labels, loss } = values.discriminatorLoss;
      const answer = await submission.call("discriminatorLoss", [column(logits), column(labels)]);
      expectNear(
        readNumber(answer, "the loss"),
        loss,
        `the loss of logits [${logits.join(", ")}] with labels [${labels.join(", ")}]`,
      );
      const wrong = await submission.call("discriminatorLoss", [column([40, -40]), column([0, 1])]);
      const hint = "σ(40) is 1 in 32-bit numbers and ln(1 − 1) is −∞: use softplus.";
      expectNear(readNumber(wrong, "the loss"), 40, "the loss of logits [40, -40] with labels [0, 1]", hint);
    },
  },
  {
    question: "q2",
    id: "q2-value",
    sentence: "the forger's loss of three fakes is right, and ln 2 where the dealer is undecided",
    points: 1,
    visibility,
    hint: "The forger wants each fake taken for real: the cross-entropy with the label 1.",
    async run(submission) {
      for (const { logits, loss } of [values.generatorLossAtZero, values.generatorLoss]) {
        const answer = await submission.call("generatorLoss", [column(logits)]);
        expectNear(readNumber(answer, "the loss"), loss, `the loss of logits [${logits.join(", ")}]`);
      }
    },
  },
  {
    question: "q3",
    id: "q3-labels",
    sentence: "3 real pictures and 5 fakes get labels from 1 to 1.05, then labels from 0 to 0.05",
    points: 1,
    visibility,
    hint: "First numReal ones, then numFake zeros, in one column; then add 0.05·u.",
    async run(submission) {
      const labels = readNumbers(await submission.call("discriminatorLabels", [3, 5, 7]), "the labels");
      expectShape(labels, [8, 1], "labels");
      labels.values.forEach((label, i) => {
        const low = i < 3 ? 1 : 0;
        if (!(label >= low && label < low + 0.05 + 1e-6))
          throw new Mismatch(`label ${i + 1} of 8 between ${low} and ${low + 0.05}`, show(label));
      });
      if (new Set(labels.values.map((label) => label.toFixed(6))).size < 8)
        throw new Mismatch(
          "a random number of its own for each label",
          `labels ${labels.values.map(show).join(", ")}`,
        );
    },
  },
  {
    question: "q4",
    id: "q4-seed",
    sentence:
      "three latent points of four coordinates; the same seed gives the same points, another seed others",
    points: 1,
    visibility,
    hint: "Pass the seed on to the generator of random numbers: new Random(seed), or the last argument of tf.randomNormal.",
    async run(submission) {
      const draw = async (seed: number, ambient: number) =>
        readNumbers(
          await submission.call("sampleLatent", [3, 4, seed], { seed: ambient }),
          "the latent points",
        );
      const [first, again, other] = [await draw(7, 1), await draw(7, 2), await draw(8, 3)];
      expectShape(first, [3, 4], "latent points");
      if (first.values.some((value, i) => !isNear(value, again.values[i]!, 1e-6)))
        throw new Mismatch("the same points for the same seed", "other points at the second call");
      if (first.values.every((value, i) => isNear(value, other.values[i]!, 1e-6)))
        throw new Mismatch("other points for another seed", "the same points");
    },
  },
  {
    question: "q5",
    id: "q5-discriminator",
    sentence:
      "the lecture's discriminator takes images of 28 × 28 pixels to one logit and has 74,625 parameters",
    points: 1,
    visibility,
    hint: "Two convolutions (3·3·1·f + f and 3·3·f·2f + 2f parameters), then a dense layer (2f + 1). Global pooling has none.",
    async run(submission) {
      const { imageSize, filters, parameters } = values.discriminator;
      const answer = await submission.call("describeDiscriminator", [imageSize, filters]);
      const network = readRecord(answer, "the description of the discriminator");
      const inputShape = readNumbers(network.inputShape ?? null, "the input shape").values;
      expectAllNear(inputShape, [imageSize, imageSize, 1], "the discriminator's input shape");
      const outputShape = readNumbers(network.outputShape ?? null, "the output shape").values;
      expectAllNear(outputShape, [1], "the discriminator's output shape");
      expectNear(
        readNumber(network.parameters ?? null, "parameters"),
        parameters,
        "the number of parameters",
      );
    },
  },
  {
    question: "q5",
    id: "q5-generator",
    sentence:
      "the lecture's generator takes 128 latent coordinates to an image of 28 × 28 pixels and has 1,339,905 parameters",
    points: 1,
    visibility,
    hint: "Dense: (latentSize + 1)·7·7·f; each transposed convolution: 4·4·f·f + f; the last convolution: 7·7·f + 1.",
    async run(submission) {
      const { latentSize, filters, parameters } = values.generator;
      const answer = await submission.call("describeGenerator", [latentSize, filters], { seconds: 5 });
      const network = readRecord(answer, "the description of the generator");
      const inputShape = readNumbers(network.inputShape ?? null, "the input shape").values;
      expectAllNear(inputShape, [latentSize], "the generator's input shape");
      const outputShape = readNumbers(network.outputShape ?? null, "the output shape").values;
      expectAllNear(outputShape, [28, 28, 1], "the generator's output shape");
      expectNear(
        readNumber(network.parameters ?? null, "parameters"),
        parameters,
        "the number of parameters",
      );
    },
  },
  {
    question: "q6",
    id: "q6-frozen",
    sentence: "one step moves the generator's weights downhill and leaves the discriminator's alone",
    points: 1,
    visibility,
    async run(submission) {
      const steps = values.generatorSteps;
      const { losses, generatorAfter, discriminatorAfter, discriminatorMayLearn } = await followSteps(
        submission,
        steps,
      );
      expectNear(losses[0]!, steps.losses[0]!, "the loss before the step");
      const frozenHint = "Give minimize the list of the generator's variables as its third argument.";
      expectAllNear(
        discriminatorAfter,
        flatten(steps.discriminatorWeights),
        "the discriminator's weights",
        frozenHint,
      );
      const hint =
        "Minimise the loss of the dealer's logits on generator(z), with gan.generatorOptimizer, once.";
      expectAllNear(generatorAfter, steps.generatorAfter.flat(), "the generator's weights", hint);
      if (!discriminatorMayLearn)
        throw new Mismatch(
          "a discriminator that can learn again after the step",
          "trainable = false",
          "Set it back.",
        );
    },
  },
  {
    question: "q6",
    id: "q6-tidy",
    sentence: "the step leaves no tensor behind",
    points: 1,
    visibility,
    after: "q6-frozen",
    hint: "Wrap the step in tf.tidy(() => …) and return a number from it.",
    async run(submission) {
      const { tensorsLeft } = await followSteps(submission, values.generatorSteps);
      if (tensorsLeft !== 0)
        throw new Mismatch("as many tensors after the step as before", `${tensorsLeft} more`);
    },
  },
  {
    question: "q7",
    id: "q7-optimal",
    sentence: "D* is right at five points for real values from N(3, 1) and fakes from N(0, 1)",
    points: 1,
    visibility,
    hint: "ln p − ln q: the constants √(2π) cancel, the standard deviations do not.",
    async run(submission) {
      const { real, fake, x, d } = values.optimalDiscriminator;
      const answer = readNumbers(
        await submission.call("optimalDiscriminator", [tensor(x), real, fake]),
        "D*",
      );
      expectShape(answer, [x.length], "D*");
      expectAllNear(answer.values, d, `D* at x = ${x.join(", ")}`);
    },
  },
  {
    question: "q7",
    id: "q7-lowest",
    sentence: "the best dealer's loss is right for two distributions on three values",
    points: 1,
    visibility,
    hint: "Put D* = p/(p + q) into L: −½ Σ p ln(p/(p + q)) + q ln(q/(p + q)).",
    async run(submission) {
      const { p, q, loss } = values.lowestLoss;
      const answer = await submission.call("lowestLoss", [p, q]);
      expectNear(
        readNumber(answer, "the loss"),
        loss,
        `the loss of p = [${p.join(", ")}] and q = [${q.join(", ")}]`,
      );
    },
  },
  {
    question: "q8",
    id: "q8-cured",
    sentence: "with your settings the fakes arrive among the real numbers (seed 1)",
    points: 1,
    visibility,
    hint: "Try it in a cell: await trainToyGan(dealerSettings(), 1).",
    run: (submission) => expectCured(submission, [1]),
  },
];
