/** What exercise 01 says about itself besides its checks. */
import type { AssignmentSettings } from "../../../grading/contract.ts";

export const settings: AssignmentSettings = {
  title: "Exercise 1: generative adversarial networks",
  withheld: [
    "buildDiscriminator",
    "buildGenerator",
    "buildGan",
    "discriminatorLoss",
    "generatorLoss",
    "discriminatorLabels",
    "noisyLabels",
    "sampleLatent",
    "latentBatch",
    "trainGan",
  ],
};
