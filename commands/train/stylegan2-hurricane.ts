/** StyleGAN2-ADA on the hurricane photographs at 32 pixels, damaged and undamaged. */
import { appendFileSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  buildStylegan2,
  describeTick,
  generateStylegan2,
  imageGrid,
  latentBatch,
  loadClassifier,
  loadHurricane,
  loadVariables,
  Random,
  randomKey,
  reportConditional,
  saveVariables,
  stylegan2Training,
  tf,
  ticks,
  trainStylegan2,
  useBackend,
} from "@actl/generative";
import type { ConditionalGenerator, Stylegan2, Stylegan2Generator, Tick } from "@actl/generative";
import { milestoneName, readLines, writeLines } from "./history.ts";
import { machine, type ModelTraining, publishFiles, stackPictures } from "./publish.ts";

const SEED = 1;
const KIMG_PER_TICK = 4;
/** Thousands of photographs after which the same latent points are drawn again. */
const MILESTONES = [0, 20, 100, 200, 400, 700, 1_000, 2_000, 3_700];
/** Fakes of each class that are judged at the end. */
const JUDGED = 1_000;
const TRUNCATIONS = [1, 0.8, 0.5];
const stepsFor = (kimg: number) => Math.round((kimg * 1000) / stylegan2Training.batchSize);

/**
 * As the authors' own configuration for 32 pixels (`cifar`), no path lengths: with them, in a run of 150 kimg, the generator drew
 * houses from the noise and only their colours from w.
 */
const recipe = { pathLengthEvery: 0, styleMixing: 0.5 };

export const training: ModelTraining = { steps: stepsFor(1_000), leastSteps: stepsFor(KIMG_PER_TICK), train };

async function train({ steps, work, out }: Parameters<ModelTraining["train"]>[0]): Promise<void> {
  const report = await useBackend();
  console.log(String(report));
  const { images, labels } = await loadHurricane();
  const networks = buildStylegan2({ classes: 2, seed: SEED });
  const log = join(work, "training.csv");
  if (!existsSync(join(work, "snapshot.safetensors"))) await drawMilestone(networks, work, 0);
  let last: Tick | undefined;
  const options = {
    ...recipe,
    steps,
    seed: SEED,
    labels,
    snapshot: work,
    snapshotEvery: stepsFor(KIMG_PER_TICK),
  };
  for await (const tick of ticks(trainStylegan2(networks, images, options), KIMG_PER_TICK)) {
    console.log(describeTick(tick));
    appendFileSync(log, `${columns.map((name) => tick[name].toPrecision(5)).join(",")}\n`);
    if (MILESTONES.includes(tick.kimg)) await drawMilestone(networks, work, tick.kimg);
    last = tick;
  }
  await publish(networks, work, out, { steps, device: report.device, last });
}

const columns = [
  "kimg",
  "seconds",
  "generatorLoss",
  "discriminatorLoss",
  "onReal",
  "onFake",
  "gradientPenalty",
  "pathLength",
  "augment",
] as const;

/** Ten undamaged houses and ten damaged ones, of always the same latent points. */
async function drawMilestone({ average }: Stylegan2, folder: string, kimg: number): Promise<void> {
  const images = tf.tidy(() => {
    const z = latentBatch(new Random(SEED).fork("milestones"), 20, average.sizes.latentSize);
    const classes = tf.tensor1d(
      Array.from({ length: 20 }, (_, i) => Math.floor(i / 10)),
      "int32",
    );
    return generateStylegan2(average, z, { labels: tf.oneHot(classes, 2).cast("float32"), psi: 0.8 });
  });
  writeFileSync(
    join(folder, milestoneName(kimg)),
    await imageGrid(images, { columns: 10, scale: 2, gap: 2 }).png(),
  );
  images.dispose();
}

async function publish(
  networks: Stylegan2,
  work: string,
  out: string,
  { steps, device, last }: { steps: number; device: string; last: Tick | undefined },
): Promise<void> {
  const kimg = (steps * stylegan2Training.batchSize) / 1000;
  const rows = readLines(join(work, "training.csv"), kimg);
  writeLines(join(out, "training.csv"), columns, rows);
  const facts = {
    command: `./course train stylegan2-hurricane --steps ${steps}`,
    seed: String(SEED),
    steps: String(steps),
    kimg: String(kimg),
    hours: (Number(rows.at(-1)![1]) / 3600).toFixed(2),
    augment: last === undefined ? "" : last.augment.toFixed(3),
    machine: machine(device),
  };
  const weights = join(out, "generator.safetensors");
  await saveVariables(networks.average.weights, weights, { dtype: "F16", metadata: facts });
  loadVariables(networks.average.weights, weights); // what is judged is what is shipped, in half precision
  writeFileSync(join(out, "scores.csv"), await scoreTable(networks.average));
  await drawMilestone(networks, work, kimg);
  const shown = [...MILESTONES.filter((at) => at < kimg), kimg].filter((at) =>
    existsSync(join(work, milestoneName(at))),
  );
  const pictures = shown.map((at) => join(work, milestoneName(at)));
  writeFileSync(join(out, "progress.png"), await stackPictures(pictures, 256));
  console.log(`pictures of progress.png are at ${shown.join(", ")} kimg`);
  publishFiles(out, ["generator.safetensors", "progress.png", "scores.csv", "training.csv"], facts);
}

/** Fakes with fresh noise in each, judged by the classifier of houses beside the test photographs, at several truncations. */
async function scoreTable(generator: Stylegan2Generator): Promise<string> {
  const test = await loadHurricane({ split: "test" });
  const classifier = loadClassifier("hurricane");
  const lines = ["psi,class,accuracy,realAccuracy,frechet"];
  for (const psi of TRUNCATIONS) {
    const report = await reportConditional(asConditional(generator, psi), classifier, test, {
      count: JUDGED,
      seed: SEED,
    });
    for (const { name, accuracy, realAccuracy, frechet } of [{ name: "both", ...report }, ...report.classes])
      lines.push([psi, name, accuracy.toFixed(3), realAccuracy.toFixed(3), frechet.toFixed(3)].join(","));
    console.log(lines.slice(-3).join("\n"));
  }
  classifier.network.dispose();
  return `${lines.join("\n")}\n`;
}

function asConditional(generator: Stylegan2Generator, psi: number): ConditionalGenerator {
  const { classes, latentSize, resolution } = generator.sizes;
  const noise = new Random(SEED).fork("noise");
  let batches = 0;
  return {
    classes,
    latentSize,
    imageShape: [resolution, resolution, 3],
    weights: generator.weights,
    generate: (z, labels) =>
      tf.tidy(() =>
        generateStylegan2(generator, z, {
          labels: tf.oneHot(labels, classes).cast<tf.Tensor2D>("float32"),
          psi,
          noise: randomKey(noise.fork(batches++)),
        }),
      ),
  };
}
