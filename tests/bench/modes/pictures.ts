/** The sweep as Metz et al. 2017 draw theirs: where the samples of seed 0 lie, as the training goes on. */
import { animation, densityPictures, Random, sampleMixture } from "@actl/generative";
import sharp, { type Sharp } from "sharp";
import type { Run } from "./sweep.ts";
import { contenders, type MixtureName, mixtures, STEPS } from "./variants.ts";

const domains: Record<MixtureName, [number, number]> = { ring: [-1.5, 1.5], grid: [-5.5, 5.5] };
const MOMENTS = [0, 0.2, 0.4, 0.6, 1].map((part) => part * STEPS);
const TILE = 108;
const GAP = 6;
const FONT = 'font-family="Helvetica, Arial, sans-serif" fill="#222"';

interface Tile {
  left: number;
  top: number;
  pixels: Uint8Array;
}

/** Rows: contenders; columns: steps, for each mixture; the target last. As a PNG of few colours. */
export async function drawFilmstrip(runs: readonly Run[]): Promise<Buffer> {
  const label = 132;
  const head = 52;
  const names = (Object.keys(mixtures) as MixtureName[]).filter((mixture) =>
    runs.some((run) => run.mixture === mixture),
  );
  const columns = MOMENTS.length + 1;
  const panel = columns * (TILE + GAP) + 18;
  const rows = contenders.filter(({ name }) => runs.some((run) => run.contender === name));
  const tiles: Tile[] = [];
  const texts: string[] = [];
  const write = (x: number, y: number, text: string, size: number, anchor = "middle") =>
    texts.push(`<text x="${x}" y="${y}" font-size="${size}" text-anchor="${anchor}" ${FONT}>${text}</text>`);
  const place = (points: ArrayLike<number>, mixture: MixtureName, left: number, top: number) =>
    tiles.push({
      left,
      top,
      pixels: densityPictures([points], { domain: domains[mixture], side: TILE }).pixels,
    });
  names.forEach((mixture, p) => {
    const start = label + p * panel;
    write(
      start + (columns * (TILE + GAP)) / 2,
      20,
      `${mixture} of ${mixtures[mixture].modes.length} Gaussians`,
      18,
    );
    [...MOMENTS.map((step) => `step ${step.toLocaleString("en")}`), "target"].forEach((text, c) =>
      write(start + c * (TILE + GAP) + TILE / 2, head - 10, text, 14),
    );
    const target = sampleMixture(mixtures[mixture], 1_000, new Random(0));
    rows.forEach(({ name }, r) => {
      const top = head + r * (TILE + GAP);
      if (p === 0) write(label - 10, top + TILE / 2 + 5, name, 16, "end");
      const run = runs.find(
        (other) => other.mixture === mixture && other.contender === name && other.seed === 0,
      );
      MOMENTS.forEach((step, c) => {
        const frame = run?.frames.find((other) => other.step === step);
        if (frame !== undefined) place(frame.points, mixture, start + c * (TILE + GAP), top);
      });
      place(target, mixture, start + MOMENTS.length * (TILE + GAP), top);
    });
  });
  const width = label + names.length * panel;
  const height = head + rows.length * (TILE + GAP);
  return (await compose(width, height, texts, tiles)).png({ palette: true, colours: 64 }).toBuffer();
}

/** All contenders side by side, from the first step to the last, as an animated WebP. */
export async function drawAnimation(runs: readonly Run[], mixture: MixtureName): Promise<Buffer> {
  const side = 150;
  const head = 26;
  const own = contenders.flatMap(
    ({ name }) =>
      runs.find((run) => run.mixture === mixture && run.contender === name && run.seed === 0) ?? [],
  );
  const columns = Math.min(4, own.length);
  const rows = Math.ceil(own.length / columns);
  const [width, height] = [columns * (side + GAP) - GAP, rows * (side + head) + 24];
  const steps = own[0]!.frames.map(({ step }) => step);
  const frames: Buffer[] = [];
  for (const [i, step] of steps.entries()) {
    const tiles = own.map(({ frames: seen }, place): Tile => ({
      left: (place % columns) * (side + GAP),
      top: Math.floor(place / columns) * (side + head) + head,
      pixels: densityPictures([seen[i]!.points], { domain: domains[mixture], side }).pixels,
    }));
    const texts = own.map(
      ({ contender }, place) =>
        `<text x="${tiles[place]!.left + side / 2}" y="${tiles[place]!.top - 7}" font-size="15" text-anchor="middle" ${FONT}>${contender}</text>`,
    );
    texts.push(
      `<text x="${width / 2}" y="${height - 6}" font-size="15" text-anchor="middle" ${FONT}>step ${step.toLocaleString("en")}</text>`,
    );
    frames.push(await (await compose(width, height, texts, tiles, side)).removeAlpha().raw().toBuffer());
  }
  return animation(Buffer.concat(frames), {
    height,
    width,
    channels: 3,
    frameDuration: 120,
    quality: 75,
  }).webp();
}

async function compose(
  width: number,
  height: number,
  texts: string[],
  tiles: Tile[],
  side = TILE,
): Promise<Sharp> {
  const frames = tiles.map(
    ({ left, top }) =>
      `<rect x="${left + 0.5}" y="${top + 0.5}" width="${side - 1}" height="${side - 1}" fill="none" stroke="#ccc"/>`,
  );
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${frames.join("")}${texts.join("")}</svg>`;
  const picture = sharp({ create: { width, height, channels: 3, background: "#fff" } }).composite([
    ...tiles.map(({ left, top, pixels }) => ({
      input: Buffer.from(pixels),
      raw: { width: side, height: side, channels: 3 as const },
      left,
      top,
    })),
    { input: Buffer.from(drawing), left: 0, top: 0 },
  ]);
  // Composited before anything else is done to it.
  return sharp(await picture.png().toBuffer());
}
