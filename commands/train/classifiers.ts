/** The classifiers that judge generators: houses after a hurricane and digits. */
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import {
  buildClassifierFor,
  classifierAccuracy,
  classifierTraining,
  loadHurricane,
  loadMnist,
  progress,
  saveWeights,
  trainClassifier,
  useBackend,
} from "@actl/generative";
import type { Augmentation, ClassifierName, LabelledImages } from "@actl/generative";
import { readLines, writeLines } from "./history.ts";
import { machine, type ModelTraining, publishFiles } from "./publish.ts";

const SEED = 1;
/** Steps whose mean is one line of training.csv. */
const STEPS_PER_LINE = 100;

interface Subject {
  name: ClassifierName;
  steps: number;
  augmentation: Augmentation;
  load: (split: "train" | "test") => Promise<LabelledImages>;
}

export const hurricane = trainingOf({
  name: "hurricane",
  steps: 6_000,
  augmentation: { flip: true, turn: true, translation: 0.07, brightness: 0.05 },
  load: (split) => loadHurricane({ split }),
});

export const mnist = trainingOf({
  name: "mnist",
  steps: 4_000,
  augmentation: { translation: 0.08 },
  load: (split) => loadMnist({ split }),
});

function trainingOf(subject: Subject): ModelTraining {
  return {
    steps: subject.steps,
    leastSteps: STEPS_PER_LINE,
    train: (options) => train(subject, options),
  };
}

async function train(
  { name, augmentation, load }: Subject,
  { steps, work, out }: Parameters<ModelTraining["train"]>[0],
): Promise<void> {
  const report = await useBackend();
  console.log(String(report));
  const classifier = buildClassifierFor(name, SEED);
  const examples = await load("train");
  const options = { steps, seed: SEED, snapshot: work, snapshotEvery: 500, augmentation };
  const history = join(work, "training.csv");
  let recent = { loss: 0, accuracy: 0, seconds: 0 };
  const values = progress(trainClassifier(classifier, examples, options), { label: name, total: steps });
  for await (const { step, loss, accuracy, seconds } of values) {
    recent = { loss: recent.loss + loss, accuracy: recent.accuracy + accuracy, seconds };
    if (step % STEPS_PER_LINE !== 0) continue;
    const means = [recent.loss, recent.accuracy].map((sum) => (sum / STEPS_PER_LINE).toFixed(4));
    appendFileSync(history, `${[step, seconds.toFixed(0), ...means].join(",")}\n`);
    recent = { loss: 0, accuracy: 0, seconds };
  }
  const rows = readLines(history, steps);
  writeLines(join(out, "training.csv"), ["step", "seconds", "loss", "accuracy"], rows);
  const test = await load("test");
  const { accuracy, perClass } = await classifierAccuracy(classifier, test.images, test.labels);
  const facts = {
    command: `./course train classifier-${name} --steps ${steps}`,
    seed: String(SEED),
    steps: String(steps),
    epochs: ((steps * classifierTraining.batchSize) / examples.labels.length).toFixed(1),
    minutes: (Number(rows.at(-1)![1]) / 60).toFixed(1),
    testAccuracy: accuracy.toFixed(4),
    testAccuracyPerClass: perClass.map((value) => value.toFixed(3)).join(" "),
    machine: machine(report.device),
  };
  const file = join(out, "classifier.safetensors");
  await saveWeights(classifier.network, file, { dtype: "F16", metadata: facts });
  publishFiles(out, ["classifier.safetensors", "training.csv"], facts);
}
