/** The conditional GANs of digits and of houses after a hurricane, each beside the same networks without labels. */
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  buildConditionalGanFor,
  conditionalGanTraining,
  imageGrid,
  latentBatch,
  loadClassifier,
  loadHurricane,
  loadMnist,
  progress,
  Random,
  reportConditional,
  saveVariables,
  tf,
  trainConditionalGan,
  useBackend,
} from "@actl/generative";
import type {
  ClassifierName,
  ConditionalGan,
  ConditionalGanProgress,
  ConditionalGeneratorName,
  ConditionalLoss,
  ConditionalReport,
  LabelledImages,
} from "@actl/generative";
import { meanLine, milestoneName, readLines, writeLines } from "./history.ts";
import { machine, type ModelTraining, publishFiles } from "./publish.ts";
import { labelledStrips } from "./strips.ts";

const SEED = 1;
const BATCH = 64;
/** Steps whose mean is one line of training.csv. */
const STEPS_PER_LINE = 25;
const COLUMNS = 12;

interface Subject {
  name: ConditionalGeneratorName;
  classifier: ClassifierName;
  steps: number;
  /** Length of the training without labels, which shows what labels are for and need not be as long. */
  unlabelledSteps: number;
  /** Its loss, where the one of the training with labels does not work: without labels the hinge left digits black. */
  unlabelledLoss?: ConditionalLoss;
  /** When to draw the same latent points and to have them judged, in steps. */
  milestones: readonly number[];
  /** Fakes of each class that are judged at the end; a fifth of them at milestones. */
  judged: number;
  load(split: "train" | "test"): Promise<LabelledImages>;
}

const stepsOf = (kimg: number) => Math.round((kimg * 1000) / BATCH);

export const mnist = trainingOf({
  name: "cgan-mnist",
  classifier: "mnist",
  steps: stepsOf(200),
  unlabelledSteps: stepsOf(50),
  unlabelledLoss: "cross-entropy",
  milestones: [0, 10, 25, 50, 100, 200, 400, 1000].map(stepsOf),
  judged: 500,
  load: (split) => loadMnist({ split }),
});

export const hurricane = trainingOf({
  name: "cgan-hurricane",
  classifier: "hurricane",
  steps: stepsOf(400),
  unlabelledSteps: stepsOf(50),
  milestones: [0, 10, 25, 50, 100, 200, 400, 1000, 2000].map(stepsOf),
  judged: 1000,
  load: (split) => loadHurricane({ split }),
});

type Options = Parameters<ModelTraining["train"]>[0];
type Variant = "conditional" | "unlabelled";

function trainingOf(subject: Subject): ModelTraining {
  return {
    steps: subject.steps,
    leastSteps: STEPS_PER_LINE,
    async train(options: Options): Promise<void> {
      const report = await useBackend();
      console.log(String(report));
      const conditional = await trainVariant(subject, "conditional", options);
      const steps = Math.min(options.steps, subject.unlabelledSteps);
      const unlabelled = await trainVariant(subject, "unlabelled", { ...options, steps });
      await publish(subject, { conditional, unlabelled }, options, report.device);
    },
  };
}

/** Goes on from the variant's snapshot, if there is one. */
async function trainVariant(
  subject: Subject,
  variant: Variant,
  { steps, work }: Options,
): Promise<ConditionalGan> {
  const folder = join(work, variant);
  mkdirSync(folder, { recursive: true });
  const gan = buildConditionalGanFor(subject.name, {
    seed: SEED,
    ...(variant === "unlabelled" ? { classes: 0 } : {}),
  });
  const [examples, test] = [await subject.load("train"), await subject.load("test")];
  const atMilestone = async (step: number, seconds: number) => {
    await drawMilestone(gan, subject, folder, step);
    const report = await judge(gan, subject, test, subject.judged / 5);
    const line = [step, (step * BATCH) / 1000, seconds.toFixed(0), ...reportColumns(report)].join(",");
    appendFileSync(join(folder, "milestones.csv"), `${line}\n`);
    console.log(`${variant}: ${line}`);
  };
  if (!existsSync(join(folder, "snapshot.safetensors"))) await atMilestone(0, 0);
  const { unlabelledLoss } = subject;
  const loss = variant === "unlabelled" && unlabelledLoss !== undefined ? { loss: unlabelledLoss } : {};
  const options = { steps, seed: SEED, snapshot: folder, snapshotEvery: 100, ...loss };
  let recent: ConditionalGanProgress[] = [];
  const training = trainConditionalGan(gan, examples, options);
  for await (const value of progress(training, { label: `${subject.name} ${variant}`, total: steps })) {
    recent.push(value);
    if (value.step % STEPS_PER_LINE === 0) {
      appendFileSync(join(folder, "training.csv"), `${meanLine(recent, means)}\n`);
      recent = [];
    }
    if (subject.milestones.includes(value.step) || value.step === steps)
      await atMilestone(value.step, value.seconds);
  }
  return gan;
}

function judge(gan: ConditionalGan, subject: Subject, real: LabelledImages, count: number) {
  return reportConditional(gan.averaged, loadClassifier(subject.classifier), real, { count, seed: SEED });
}

const reportColumns = ({ accuracy, frechet }: ConditionalReport) => [accuracy.toFixed(4), frechet.toFixed(3)];
const means = ["discriminatorLoss", "generatorLoss", "onReal", "onFake"] as const;

/** Always the same latent points, a few for each class. */
async function drawMilestone(
  gan: ConditionalGan,
  { classifier }: Subject,
  folder: string,
  step: number,
): Promise<void> {
  const { classes } = loadClassifier(classifier);
  const each = Math.max(1, Math.floor(COLUMNS / classes.length));
  const images = tf.tidy(() => {
    const z = latentBatch(new Random(SEED).fork("milestones"), each, gan.generator.latentSize);
    const labels = classes.flatMap((_, label) => Array.from({ length: each }, () => label));
    return gan.averaged.generate(tf.concat(classes.map(() => z)), tf.tensor1d(labels, "int32"));
  });
  const png = await imageGrid(images, { columns: images.shape[0], scale: 2, gap: 2 }).png();
  images.dispose();
  writeFileSync(join(folder, milestoneName(step)), png);
}

async function publish(
  subject: Subject,
  gans: Record<Variant, ConditionalGan>,
  { steps, work, out }: Options,
  device: string,
): Promise<void> {
  const test = await subject.load("test");
  const facts: Record<string, string> = {
    command: `./course train ${subject.name} --steps ${steps}`,
    seed: String(SEED),
    machine: machine(device),
  };
  const files = ["progress.png", "training.csv"];
  for (const variant of ["conditional", "unlabelled"] as const) {
    const rows = readLines(join(work, variant, "training.csv"), steps);
    const last = rows.at(-1)!;
    const report = await judge(gans[variant], subject, test, subject.judged);
    const own = {
      steps: last[0]!,
      kimg: ((Number(last[0]) * conditionalGanTraining.projection.batchSize) / 1000).toFixed(0),
      minutes: (Number(last[2]) / 60).toFixed(1),
      accuracy: `${report.accuracy.toFixed(3)} (real ${report.realAccuracy.toFixed(3)})`,
      frechet: report.frechet.toFixed(3),
      perClass: report.classes
        .map(
          (one) =>
            `${one.name}: ${one.accuracy.toFixed(3)} (real ${one.realAccuracy.toFixed(3)}) Fréchet ${one.frechet.toFixed(3)}`,
        )
        .join("; "),
    };
    for (const [name, value] of Object.entries(own)) facts[`${variant}.${name}`] = value;
    await saveVariables(gans[variant].averaged.weights, join(out, `${variant}.safetensors`), {
      dtype: "F16",
      metadata: { ...facts },
    });
    files.push(`${variant}.safetensors`);
    if (variant === "unlabelled") continue;
    writeLines(join(out, "training.csv"), ["step", "kimg", "seconds", ...means], rows);
  }
  const milestones = readLines(join(work, "conditional", "milestones.csv"), steps);
  const strips = milestones.map(([step, kimg, seconds]) => ({
    picture: join(work, "conditional", milestoneName(Number(step))),
    label: `${Math.round(Number(kimg))} kimg, ${(Number(seconds) / 60).toFixed(1)} min`,
  }));
  writeFileSync(join(out, "progress.png"), await labelledStrips(strips));
  for (const row of milestones) console.log(`milestone: ${row.join(", ")}`);
  publishFiles(out, files, facts);
}
