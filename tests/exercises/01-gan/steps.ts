/** What question 6 asks and how its answer reads: a tiny GAN's weights, and what the forger's steps made of them. */
import { type Json, Mismatch, type Submission } from "../../../grading/contract.ts";
import { readNumber, readNumbers, readRecord, tensor } from "../compare.ts";

type Arrays = { shape: number[]; values: number[] }[];

/** One entry of the fixtures, made by PyTorch. */
export type StepsCase = {
  optimizer: string;
  learningRate: number;
  generatorWeights: Arrays;
  discriminatorWeights: Arrays;
  zs: Arrays;
  losses: number[];
  generatorAfter: number[][];
};

export type StepsOutcome = {
  losses: number[];
  tensorsLeft: number;
  generatorAfter: number[];
  discriminatorAfter: number[];
  discriminatorMayLearn: boolean;
};

export async function followSteps(submission: Submission, steps: StepsCase): Promise<StepsOutcome> {
  const send = (arrays: Arrays) => arrays.map(({ shape, values }) => tensor(values, shape));
  const { optimizer, learningRate } = steps;
  const request = {
    optimizer,
    learningRate,
    generatorWeights: send(steps.generatorWeights),
    discriminatorWeights: send(steps.discriminatorWeights),
    zs: send(steps.zs),
  };
  const answer = readRecord(
    await submission.call("describeGeneratorSteps", [request as unknown as Json]),
    "what describeGeneratorSteps returns",
  );
  return {
    losses: readLosses(answer.losses ?? null, steps.losses.length),
    tensorsLeft: readNumber(answer.tensorsLeft ?? null, "tensorsLeft"),
    generatorAfter: readWeights(answer.generatorAfter),
    discriminatorAfter: readWeights(answer.discriminatorAfter),
    discriminatorMayLearn: answer.discriminatorMayLearn === true,
  };
}

function readWeights(arrays: Json | undefined): number[] {
  if (!Array.isArray(arrays)) throw new Mismatch("the weights after the steps", "something else");
  return arrays.flatMap((array) => readNumbers(array, "the weights after the steps").values);
}

function readLosses(answer: Json, count: number): number[] {
  if (!Array.isArray(answer) || answer.length !== count)
    throw new Mismatch(`${count} losses`, "something else", "Does generatorStep return the loss?");
  return answer.map((loss) => {
    if (loss === null)
      throw new Mismatch("the loss as a number", "undefined", "Return the loss of the step, as a number.");
    return readNumber(loss, "the loss");
  });
}

export function flatten(arrays: Arrays): number[] {
  return arrays.flatMap(({ values }) => values);
}
