/** pix2pix on the hurricane photographs: colours from lightness, with the discriminator and by L1 alone. */
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  buildPix2pix,
  colourise,
  imageGrid,
  loadHurricane,
  loadWeights,
  meanColour,
  paintEvenly,
  pix2pixTraining,
  progress,
  saveWeights,
  scoreColours,
  trainPix2pix,
  useBackend,
} from "@actl/generative";
import type { ColourScores, ImageBatch, Pix2pix, Pix2pixProgress } from "@actl/generative";
import { meanLine, readLines, writeLines } from "./history.ts";
import { type ModelTraining, machine, publishFiles, stackPictures } from "./publish.ts";

const SEED = 1;
const SIDE = 64;
const STEPS = 8_000;
/** Steps whose mean is one line of training.csv. */
const STEPS_PER_LINE = 100;
/** When to colour the same eight validation photographs, in steps. */
const MILESTONES = [200, 1_000, 3_000];

/** With the discriminator. */
export const withDiscriminator = colourTraining("pix2pix-colour", 1);
/** By L1 alone: what the discriminator is worth shows beside it. */
export const byL1 = colourTraining("pix2pix-colour-l1", 0);

function colourTraining(name: string, adversarialWeight: number): ModelTraining {
  return { steps: STEPS, leastSteps: STEPS_PER_LINE, train };

  async function train({ steps, work, out }: Parameters<ModelTraining["train"]>[0]): Promise<void> {
    const report = await useBackend();
    console.log(String(report));
    const { images } = await loadHurricane({ split: "train", side: SIDE });
    const { images: examples } = await loadHurricane({
      split: "validation",
      side: SIDE,
      count: 8,
      seed: SEED,
    });
    const networks = buildPix2pix({ seed: SEED });
    const options = { steps, seed: SEED, adversarialWeight, snapshot: work, snapshotEvery: 250 };
    const history = join(work, "training.csv");
    let recent: Pix2pixProgress[] = [];
    const training = progress(trainPix2pix(networks, images, options), { label: name, total: steps });
    for await (const value of training) {
      recent.push(value);
      if (value.step % STEPS_PER_LINE === 0) {
        appendFileSync(history, `${meanLine(recent, means, 5)}\n`);
        recent = [];
      }
      if (MILESTONES.includes(value.step) || value.step === steps)
        await drawStrip(await colourise(networks.generator, examples), work, stepName(value.step));
    }
    await publish({ networks, images, examples, work, out, steps, device: report.device });
  }

  /** The weights, the curve, the scores, the pictures and their checksums, as the course ships them. */
  async function publish({ networks, images, examples, work, out, steps, device }: Trained): Promise<void> {
    const rows = readLines(join(work, "training.csv"), steps);
    writeLines(join(out, "training.csv"), ["step", "kimg", "seconds", ...means], rows);
    const facts = {
      command: `./course train ${name} --steps ${steps}`,
      seed: String(SEED),
      steps: String(steps),
      kimg: String((steps * pix2pixTraining.batchSize) / 1000),
      hours: (Number(rows.at(-1)![2]) / 3600).toFixed(2),
      machine: machine(device),
    };
    const weights = join(out, "generator.safetensors");
    await saveWeights(networks.generator, weights, { dtype: "F16", metadata: facts });
    loadWeights(networks.generator, weights); // what is scored is what is shipped, in half precision
    await drawStrip(paintEvenly(examples, { a: 0, b: 0 }), work, "grey");
    await drawStrip(examples, work, "truth");
    const strips = ["grey", ...[...MILESTONES.filter((step) => step < steps), steps].map(stepName), "truth"];
    const pictures = strips.map((strip) => join(work, `${strip}.png`));
    writeFileSync(join(out, "progress.png"), await stackPictures(pictures, 256));
    console.log(`rows of progress.png: ${strips.join(", ")}`);
    writeFileSync(join(out, "scores.csv"), await scoreTable(name, networks, images));
    // Not the weights alone: a card's numbers are those files'.
    publishFiles(out, ["generator.safetensors", "progress.png", "scores.csv", "training.csv"], facts);
  }
}

interface Trained {
  networks: Pix2pix;
  /** The photographs it was trained with, and those of the strips. */
  images: ImageBatch;
  examples: ImageBatch;
  work: string;
  out: string;
  steps: number;
  device: string;
}

/** Of the whole test split: the network's colours beside the two guesses that need no network, and beside the truth itself. */
async function scoreTable(name: string, { generator }: Pix2pix, training: ImageBatch): Promise<string> {
  const { images: truth } = await loadHurricane({ split: "test", side: SIDE });
  const mean = meanColour(training);
  console.log(`mean colour of the training photographs: a ${mean.a.toFixed(2)}, b ${mean.b.toFixed(2)}`);
  const contenders: [string, () => ImageBatch | Promise<ImageBatch>][] = [
    ["grey", () => paintEvenly(truth, { a: 0, b: 0 })],
    ["mean colour", () => paintEvenly(truth, mean)],
    [name, () => colourise(generator, truth)],
    [`${name} with noise`, () => colourise(generator, truth, { seed: SEED })],
    ["truth", () => truth],
  ];
  const lines = [["colours", ...scores].join(",")];
  for (const [who, paint] of contenders) {
    const found = scoreColours(truth, await paint());
    lines.push([who, ...scores.map((score) => found[score].toFixed(4))].join(","));
    console.log(lines.at(-1));
  }
  return `${lines.join("\n")}\n`;
}

const scores = [
  "deltaE76",
  "deltaE2000",
  "ssim",
  "histogramA",
  "histogramB",
  "chroma",
] as const satisfies (keyof ColourScores)[];

const means = ["discriminatorLoss", "adversarialLoss", "l1"] as const;

async function drawStrip(photos: ImageBatch, folder: string, name: string): Promise<void> {
  const png = await imageGrid(photos, { columns: 8, scale: 2, gap: 2 }).png();
  writeFileSync(join(folder, `${name}.png`), png);
}

const stepName = (step: number) => `colours-${String(step).padStart(6, "0")}`;
