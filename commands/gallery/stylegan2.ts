/** `node commands/gallery/stylegan2.ts`: draws docs/gallery/stylegan2.png and latent-walk.webp of the shipped generator. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  animation,
  buildProjection,
  disposeProjection,
  generateStylegan2,
  imageGrid,
  imagesToTensor,
  latentBatch,
  latentWalk,
  loadClassifier,
  loadHurricane,
  loadMnist,
  loadStylegan2,
  mapLatents,
  perceptualFeatures,
  projectedImage,
  projectImage,
  Random,
  selectImages,
  styleMixingGrid,
  synthesizeFrom,
  tf,
  truncate,
  useBackend,
} from "@actl/generative";
import type { ImageBatch } from "@actl/generative";
import { drawSheet, type Panel } from "./sheet.ts";

const SEED = 5;
const COLUMNS = 14;

await useBackend();
const generator = loadStylegan2();
const { latentSize } = generator.sizes;
const random = new Random(SEED).fork("gallery");
const labelsOf = (classes: readonly number[]) =>
  tf.oneHot(tf.tensor1d([...classes], "int32"), 2).cast<tf.Tensor2D>("float32");
const repeated = (label: number, count: number) => labelsOf(new Array<number>(count).fill(label));
const grid = (make: () => tf.Tensor4D, columns = COLUMNS) =>
  imageGrid(tf.tidy(make), { columns, scale: 2 }).png();

const panels: Panel[] = [];
const add = async (title: string, picture: Promise<Buffer>) => panels.push({ title, picture: await picture });

for (const [label, name] of ["undamaged", "damaged"].entries()) {
  const { images } = await loadHurricane({ split: "test", damaged: label === 1, count: COLUMNS, seed: SEED });
  await add(`photographs, ${name}`, imageGrid(images, { columns: COLUMNS, scale: 2 }).png());
  await add(
    `fakes, ${name}, ψ = 0.8`,
    grid(() => {
      const z = latentBatch(random.fork(name), 3 * COLUMNS, latentSize);
      return generateStylegan2(generator, z, { labels: repeated(label, 3 * COLUMNS), psi: 0.8 });
    }),
  );
}

await add(
  "truncation: ψ from −1 over 0, the mean, to 1; two points",
  grid(() => {
    const w = mapLatents(generator, latentBatch(random.fork("truncation"), 2, latentSize), labelsOf([0, 1]));
    const steps = Array.from({ length: COLUMNS }, (_, i) => (2 * i) / (COLUMNS - 1) - 1);
    const rows = tf.stack(
      steps.map((psi) => truncate(generator, w, psi)),
      1,
    );
    return synthesizeFrom(generator, rows.reshape([2 * COLUMNS, -1]));
  }),
);

await add(
  "walks through z, undamaged and damaged: one point to the next in seven steps along the sphere",
  grid(() => {
    const z = latentWalk(random.fork("walk"), latentSize, { stops: 2, framesPerStop: COLUMNS / 2 });
    return tf.concat4d(
      [0, 1].map((label) => generateStylegan2(generator, z, { labels: repeated(label, COLUMNS), psi: 0.8 })),
      0,
    );
  }),
);

await add(
  "style mixing: the plan from the left, the colours from above",
  grid(() => {
    const rows = mapLatents(
      generator,
      latentBatch(random.fork("rows"), 4, latentSize),
      labelsOf([0, 0, 1, 1]),
    );
    const columns = mapLatents(generator, latentBatch(random.fork("columns"), 9, latentSize), repeated(0, 9));
    return styleMixingGrid(generator, truncate(generator, rows, 0.8), truncate(generator, columns, 0.8), 4);
  }, 10),
);

await addProjections();
const gallery = join(import.meta.dirname, "../../docs/gallery");
writeFileSync(join(gallery, "latent-walk.webp"), await drawWalk());
writeFileSync(join(gallery, "stylegan2.png"), await drawSheet(panels));

/** Six walks through z along the sphere and back to the start, undamaged above and the same points damaged below. */
async function drawWalk(): Promise<Buffer> {
  const frames = tf.tidy(() => {
    const walks = Array.from({ length: 6 }, (_, i) =>
      latentWalk(random.fork(`animated ${i}`), latentSize, { stops: 4, framesPerStop: 12 }),
    );
    const rows = [0, 1].map((label) =>
      tf.concat4d(
        walks.map((z) => generateStylegan2(generator, z, { labels: repeated(label, z.shape[0]), psi: 0.8 })),
        2,
      ),
    );
    return tf.concat4d(rows, 1);
  });
  const walk = animation(frames, {
    scale: 3,
    quality: 80,
    lastDuration: 100,
    description: "walks through the latent space of houses after a hurricane",
  });
  frames.dispose();
  return walk.webp();
}

/** Targets of the generator's own, photographs it never saw, and what is no photograph; below each what projection found. */
async function addProjections(): Promise<void> {
  const classifier = loadClassifier("hurricane");
  const see = perceptualFeatures(classifier);
  // Colours count too, which the classifier half ignores.
  const features = (images: tf.Tensor4D) => [...see(images), images, tf.avgPool(images, 4, 4, "valid")];
  const own = tf.tidy(() => {
    const z = latentBatch(random.fork("own"), 4, latentSize);
    return generateStylegan2(generator, z, { labels: labelsOf([0, 0, 1, 1]) });
  });
  const { images: photographs } = await loadHurricane({ split: "test", count: 4, seed: SEED });
  const { images: digits } = await loadMnist({ split: "test", count: 3, seed: SEED });
  const targets = tf.tidy(() =>
    tf.concat4d([own, imagesToTensor(photographs), drawDigits(digits), stripes()], 0),
  );
  const labels = [0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0];
  const found: tf.Tensor4D[] = [];
  const distances: number[] = [];
  for (const [i, label] of labels.entries()) {
    const target = tf.tidy(() => targets.slice(i, 1));
    const options = { steps: 1_000, seed: SEED, label, features, moveNoise: false };
    const projection = buildProjection(generator, options);
    for await (const { step, distance } of projectImage(projection, target, options))
      if (step === options.steps) distances.push(distance);
    const image = projectedImage(projection);
    disposeProjection(projection);
    found.push(image);
    target.dispose();
  }
  const mean = (from: number, to: number) =>
    (distances.slice(from, to).reduce((sum, each) => sum + each, 0) / (to - from)).toFixed(3);
  const title =
    `projection, targets above: mean distance ${mean(0, 4)} for fakes, ` +
    `${mean(4, 8)} photographs, ${mean(8, 12)} digits and stripes`;
  console.log(title, distances.map((each) => each.toFixed(3)).join(" "));
  await add(
    title,
    grid(() => tf.concat4d([targets, ...found], 0), 12),
  );
  tf.dispose([own, targets, found]);
  classifier.network.dispose();
}

/** Digits of 28 × 28, grey, in the middle of 32 × 32. */
function drawDigits(digits: ImageBatch): tf.Tensor4D {
  const { shape } = digits;
  const padded = imagesToTensor(
    selectImages(
      digits,
      Array.from({ length: shape[0] }, (_, i) => i),
    ),
  );
  return tf.pad(padded, [[0, 0], [2, 2], [2, 2], [0, 0]]).tile([1, 1, 1, 3]); // prettier-ignore
}

function stripes(): tf.Tensor4D {
  const row = tf.range(0, 32).div(4).floor().mod(2);
  const red = row.reshape([1, 1, 32, 1]).tile([1, 32, 1, 1]);
  return tf.concat4d([red, tf.zerosLike(red), tf.sub(1, red)] as tf.Tensor4D[], 3);
}
