/**
 * `./course train gan-mnist [--steps N]`: makes the weights the course ships in datasets/models. It goes on from its last
 * snapshot in .cache/train, so it may be stopped at any time.
 */
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
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
import { readArguments, runCommand, UsageError } from "./command-line.ts";
import { makeFolder } from "./make-folder.ts";
import { nearestName } from "./nearest-name.ts";

const usage = `Trains a model that the course ships, on from its last snapshot in .cache/train: it may be stopped at any time.

  ./course train MODEL [--steps N] [--out DIR]

  MODEL       gan-mnist
  --steps N   length of the training (as long as what is shipped)
  --out DIR   where weights, curve and pictures go (datasets/models/MODEL, in place of what is shipped)
  --help      this text`;

const root = join(import.meta.dirname, "..");
const SEED = 1;
const STEPS = 6_000;
/** Steps whose mean is one line of training.csv. */
const STEPS_PER_LINE = 50;
/** When to draw the same eight latent points, in steps: the first moments matter most. */
const MILESTONES = [0, 50, 150, 300, 600, 1_500, 3_000];

const trainings = { "gan-mnist": trainGanOnMnist };

async function trainGanOnMnist(steps: number, out: string): Promise<void> {
  const work = join(root, ".cache", "train", "gan-mnist");
  makeFolder(work);
  makeFolder(out); // before the training: an hour later is too late to learn that it cannot be made
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
      appendFileSync(history, `${meanLine(recent)}\n`);
      recent = [];
    }
    if (MILESTONES.includes(value.step) || value.step === steps) await drawMilestone(gan, work, value.step);
  }
  await publish(gan, work, out, { steps, device: report.device });
}

const columns = ["seconds", "discriminatorLoss", "generatorLoss", "onReal", "onFake"] as const;

function meanLine(values: readonly GanProgress[]): string {
  const { step, kimg, seconds } = values.at(-1)!;
  const mean = (name: (typeof columns)[number]) =>
    values.reduce((sum, value) => sum + value[name], 0) / values.length;
  const means = columns.slice(1).map((name) => mean(name).toFixed(4));
  return [step, kimg.toFixed(1), seconds.toFixed(0), ...means].join(",");
}

/** Eight fakes of always the same latent points. */
async function drawMilestone(gan: Gan, folder: string, step: number): Promise<void> {
  const z = latentBatch(new Random(SEED).fork("milestones"), 8, gan.latentSize);
  const images = generateImages(gan.generator, z);
  const png = await imageGrid(images, { columns: 8, scale: 3, gap: 2 }).png();
  tf.dispose([z, images]);
  writeFileSync(join(folder, milestoneName(step)), png);
}

const milestoneName = (step: number) => `fakes-${String(step).padStart(6, "0")}.png`;

/** The weights, the curve, the pictures and their checksums, as the course ships them. */
async function publish(
  gan: Gan,
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
  const seconds = Number(rows.at(-1)![1].split(",")[2]);
  const facts = {
    command: `./course train gan-mnist --steps ${steps}`,
    seed: String(SEED),
    steps: String(steps),
    kimg: String((steps * ganTraining.batchSize) / 1000),
    hours: (seconds / 3600).toFixed(2),
    machine: `${availableParallelism()} cores, ${device}`,
  };
  await saveWeights(gan.generator, join(target, "generator.safetensors"), { dtype: "F16", metadata: facts });
  const milestones = [...MILESTONES.filter((step) => step < steps), steps];
  const strips = milestones.filter((step) => existsSync(join(work, milestoneName(step))));
  writeFileSync(
    join(target, "progress.png"),
    await stack(strips.map((step) => join(work, milestoneName(step)))),
  );
  const files = ["generator.safetensors", "progress.png", "training.csv"];
  const sums = files.map((file) => {
    const sum = createHash("sha256")
      .update(readFileSync(join(target, file)))
      .digest("hex");
    return `${sum}  ${file}`;
  });
  writeFileSync(join(target, "SHA256SUMS"), `${sums.join("\n")}\n`);
  console.log(
    Object.entries(facts)
      .map(([name, value]) => `${name}: ${value}`)
      .join("\n"),
  );
  console.log(`rows of progress.png are steps ${strips.join(", ")}`);
  console.log(`wrote ${files.join(", ")} and SHA256SUMS to ${target}; its README is written by hand`);
}

async function stack(files: string[]): Promise<Buffer> {
  const gap = 6;
  const pictures = await Promise.all(files.map((file) => sharp(file).metadata()));
  const { width, height } = pictures[0]!;
  return sharp({
    create: { width, height: files.length * (height + gap) - gap, channels: 4, background: "#00000000" },
  })
    .composite(files.map((input, i) => ({ input, left: 0, top: i * (height + gap) })))
    .png({ palette: true, colours: 64 })
    .toBuffer();
}

await runCommand("train", async (args) => {
  const { values, positionals } = readArguments(args, {
    steps: { type: "string", default: String(STEPS) },
    out: { type: "string" },
    help: { type: "boolean", short: "h" },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const [name = ""] = positionals;
  if (!(name in trainings)) {
    const nearest = nearestName(name, Object.keys(trainings));
    throw new UsageError(
      `expected the name of a model (${Object.keys(trainings).join(", ")}), got "${name}".` +
        (nearest === undefined ? "" : ` Did you mean ${nearest}?`),
    );
  }
  const steps = Number(values.steps);
  if (!Number.isInteger(steps) || steps < STEPS_PER_LINE)
    throw new UsageError(`--steps: expected a whole number from ${STEPS_PER_LINE}, got "${values.steps}".`);
  await trainings[name as keyof typeof trainings](steps, values.out ?? join(root, "datasets/models", name));
  return 0;
});
