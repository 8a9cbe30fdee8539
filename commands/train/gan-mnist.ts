/** The lecture's GAN on MNIST, as long as what is shipped. */
import { appendFileSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  buildGan,
  ganTraining,
  generateImages,
  imageGrid,
  latentBatch,
  loadMnist,
  progress,
  Random,
  saveWeights,
  tf,
  trainGan,
  useBackend,
} from "@actl/generative";
import type { Gan, GanProgress } from "@actl/generative";
import { meanLine, milestoneName, readLines, writeLines } from "./history.ts";
import { type ModelTraining, machine, publishFiles, stackPictures } from "./publish.ts";

const SEED = 1;
const STEPS = 6_000;
/** Steps whose mean is one line of training.csv. */
const STEPS_PER_LINE = 50;
/** When to draw the same eight latent points, in steps: the first moments matter most. */
const MILESTONES = [0, 50, 150, 300, 600, 1_500, 3_000];

export const training: ModelTraining = { steps: STEPS, leastSteps: STEPS_PER_LINE, train };

async function train({ steps, work, out }: Parameters<ModelTraining["train"]>[0]): Promise<void> {
  const report = await useBackend();
  console.log(String(report));
  const { images } = await loadMnist();
  // The lecture's own dealer judges strokes, not digits: see GanOptions.pooling.
  const gan = buildGan({ pooling: "flatten", seed: SEED });
  const options = { steps, seed: SEED, snapshot: work, snapshotEvery: 250 };
  const history = join(work, "training.csv");
  let recent: GanProgress[] = [];
  if (!existsSync(join(work, "snapshot.safetensors"))) await drawMilestone(gan, work, 0);
  for await (const value of progress(trainGan(gan, images, options), { label: "gan-mnist", total: steps })) {
    recent.push(value);
    if (value.step % STEPS_PER_LINE === 0) {
      appendFileSync(history, `${meanLine(recent, means)}\n`);
      recent = [];
    }
    if (MILESTONES.includes(value.step) || value.step === steps) await drawMilestone(gan, work, value.step);
  }
  await publish(gan, work, out, { steps, device: report.device });
}

const means = ["discriminatorLoss", "generatorLoss", "onReal", "onFake"] as const;

/** Eight fakes of always the same latent points. */
async function drawMilestone(gan: Gan, folder: string, step: number): Promise<void> {
  const z = latentBatch(new Random(SEED).fork("milestones"), 8, gan.latentSize);
  const images = generateImages(gan.generator, z);
  const png = await imageGrid(images, { columns: 8, scale: 3, gap: 2 }).png();
  tf.dispose([z, images]);
  writeFileSync(join(folder, milestoneName(step)), png);
}

/** The weights, the curve, the pictures and their checksums, as the course ships them. */
async function publish(
  gan: Gan,
  work: string,
  target: string,
  { steps, device }: { steps: number; device: string },
): Promise<void> {
  const rows = readLines(join(work, "training.csv"), steps);
  writeLines(join(target, "training.csv"), ["step", "kimg", "seconds", ...means], rows);
  const seconds = Number(rows.at(-1)![2]);
  const facts = {
    command: `./course train gan-mnist --steps ${steps}`,
    seed: String(SEED),
    steps: String(steps),
    kimg: String((steps * ganTraining.batchSize) / 1000),
    hours: (seconds / 3600).toFixed(2),
    machine: machine(device),
  };
  await saveWeights(gan.generator, join(target, "generator.safetensors"), { dtype: "F16", metadata: facts });
  const milestones = [...MILESTONES.filter((step) => step < steps), steps];
  const strips = milestones.filter((step) => existsSync(join(work, milestoneName(step))));
  const pictures = strips.map((step) => join(work, milestoneName(step)));
  writeFileSync(join(target, "progress.png"), await stackPictures(pictures));
  console.log(`rows of progress.png are steps ${strips.join(", ")}`);
  publishFiles(target, ["generator.safetensors", "progress.png", "training.csv"], facts);
}
