/** pix2pix on the hurricane photographs: colours from lightness, with the discriminator and by L1 alone. */
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  buildPix2pix,
  colourise,
  imageGrid,
  loadHurricane,
  pix2pixTraining,
  progress,
  saveWeights,
  trainPix2pix,
  useBackend,
} from "@actl/generative";
import type { ImageBatch, Pix2pix, Pix2pixProgress } from "@actl/generative";
import { type ModelTraining, machine, publishFiles, stackPictures } from "./publish.ts";

const SEED = 1;
const SIDE = 64;
const STEPS = 8_000;
/** Steps whose mean is one line of training.csv. */
const STEPS_PER_LINE = 100;
/** When to colour the same eight validation photographs, in steps. */
const MILESTONES = [200, 1_000, 3_000];

/** `adversarialWeight` 0: L1 alone. */
function colourTraining(name: string, adversarialWeight: number): ModelTraining {
  return { steps: STEPS, leastSteps: STEPS_PER_LINE, train };

  async function train({ steps, work, out }: Parameters<ModelTraining["train"]>[0]): Promise<void> {
    const report = await useBackend();
    console.log(String(report));
    const { images } = await loadHurricane({ split: "train", side: SIDE });
    const examples = await loadHurricane({ split: "validation", side: SIDE, count: 8, seed: SEED });
    const networks = buildPix2pix({ seed: SEED });
    const options = { steps, seed: SEED, adversarialWeight, snapshot: work, snapshotEvery: 250 };
    const history = join(work, "training.csv");
    let recent: Pix2pixProgress[] = [];
    for await (const value of progress(trainPix2pix(networks, images, options), {
      label: name,
      total: steps,
    })) {
      recent.push(value);
      if (value.step % STEPS_PER_LINE === 0) {
        appendFileSync(history, `${meanLine(recent)}\n`);
        recent = [];
      }
      if (MILESTONES.includes(value.step) || value.step === steps)
        await drawMilestone(networks, examples.images, work, value.step);
    }
    await publish(networks, work, out, { steps, device: report.device });
  }

  /** The weights, the curve, the pictures and their checksums, as the course ships them. */
  async function publish(
    { generator }: Pix2pix,
    work: string,
    target: string,
    { steps, device }: { steps: number; device: string },
  ): Promise<void> {
    // A training that was killed and resumed has some lines twice; they are equal but for the time.
    const lines = new Map(
      readFileSync(join(work, "training.csv"), "utf8")
        .trim()
        .split("\n")
        .map((line) => [Number(line.split(",")[0]), line]),
    );
    const rows = [...lines].filter(([step]) => step <= steps).sort(([a], [b]) => a - b);
    const header = ["step", "kimg", ...columns].join(",");
    writeFileSync(join(target, "training.csv"), `${[header, ...rows.map(([, line]) => line)].join("\n")}\n`);
    const facts = {
      command: `./course train ${name} --steps ${steps}`,
      seed: String(SEED),
      steps: String(steps),
      kimg: String((steps * pix2pixTraining.batchSize) / 1000),
      hours: (Number(rows.at(-1)![1].split(",")[2]) / 3600).toFixed(2),
      machine: machine(device),
    };
    await saveWeights(generator, join(target, "generator.safetensors"), { dtype: "F16", metadata: facts });
    const milestones = [...MILESTONES.filter((step) => step < steps), steps];
    const pictures = milestones.map((step) => join(work, milestoneName(step)));
    writeFileSync(join(target, "progress.png"), await stackPictures(pictures, 256));
    console.log(`rows of progress.png are steps ${milestones.join(", ")}`);
    publishFiles(target, ["generator.safetensors", "progress.png", "training.csv"], facts);
  }
}

const columns = ["seconds", "discriminatorLoss", "adversarialLoss", "l1"] as const;

function meanLine(values: readonly Pix2pixProgress[]): string {
  const { step, kimg, seconds } = values.at(-1)!;
  const means = columns
    .slice(1)
    .map((name) => (values.reduce((sum, value) => sum + value[name], 0) / values.length).toFixed(5));
  return [step, kimg.toFixed(1), seconds.toFixed(0), ...means].join(",");
}

async function drawMilestone(
  { generator }: Pix2pix,
  photos: ImageBatch,
  folder: string,
  step: number,
): Promise<void> {
  const coloured = await colourise(generator, photos);
  const png = await imageGrid(coloured, { columns: 8, scale: 2, gap: 2 }).png();
  writeFileSync(join(folder, milestoneName(step)), png);
}

const milestoneName = (step: number) => `colours-${String(step).padStart(6, "0")}.png`;

export const training = colourTraining("pix2pix-colour", 1);
export const l1Training = colourTraining("pix2pix-colour-l1", 0);
