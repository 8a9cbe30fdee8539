/** Draws docs/gallery/conditional-gan.png: real images above what the shipped conditional generators make of each class. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  hurricaneClasses,
  imageGrid,
  loadConditionalGenerator,
  loadHurricane,
  loadMnist,
  Random,
  sampleClasses,
  selectImages,
  useBackend,
} from "@actl/generative";
import type { ConditionalGenerator, ImageBatch } from "@actl/generative";
import { labelledStrips, type Strip } from "../train/strips.ts";

const COLUMNS = 16;
const SEED = 3;

await useBackend();
const strips: Strip[] = [];

const houses = { told: loadConditionalGenerator("cgan-hurricane"), untold: loadConditionalGenerator("cgan-hurricane", "unlabelled") }; // prettier-ignore
for (const [label, name] of hurricaneClasses.entries()) {
  const { images } = await loadHurricane({ split: "test", damaged: label === 1, count: COLUMNS, seed: SEED });
  strips.push({ label: `real, ${name}`, picture: await draw(images) });
  strips.push({ label: `fake, ${name}`, picture: await fakes(houses.told, repeat(label)) });
}
strips.push({ label: "without labels", picture: await fakes(houses.untold, repeat(0)) });

const digits = { told: loadConditionalGenerator("cgan-mnist"), untold: loadConditionalGenerator("cgan-mnist", "unlabelled") }; // prettier-ignore
const asked = Array.from({ length: COLUMNS }, (_, i) => i % 10);
const { images, labels } = await loadMnist({ split: "test" });
const rows = asked.map((digit, i) => labels.findIndex((label, row) => label === digit && row >= 10 * i));
strips.push({ label: "real digits", picture: await draw(selectImages(images, rows)) });
for (const seed of [SEED, SEED + 1])
  strips.push({ label: "fake, as asked", picture: await fakes(digits.told, asked, seed) });
strips.push({ label: "without labels", picture: await fakes(digits.untold, asked) });

const path = join(import.meta.dirname, "../../docs/gallery/conditional-gan.png");
writeFileSync(path, await labelledStrips(strips, 256));
console.log(`wrote ${path}`);

function repeat(label: number): number[] {
  return Array.from({ length: COLUMNS }, () => label);
}

async function fakes(generator: ConditionalGenerator, of: readonly number[], seed = SEED): Promise<Buffer> {
  const made = sampleClasses(generator, of, new Random(seed));
  const picture = await draw(made);
  made.dispose();
  return picture;
}

/** In rows of one height, whatever the size of an image: 32 pixels doubled. */
function draw(source: ImageBatch | Parameters<typeof imageGrid>[0]): Promise<Buffer> {
  return imageGrid(source, { columns: COLUMNS, scale: 2, gap: 2 }).png();
}
