/** `./course bench modes`: how many modes of a mixture each game finds. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { useBackend } from "@actl/generative";
import { drawAnimation, drawFilmstrip } from "./pictures.ts";
import { sweepModes } from "./sweep.ts";
import { formatTable, summariseRuns } from "./table.ts";
import { type MixtureName, mixtures, SEEDS } from "./variants.ts";

export const mixtureNames = Object.keys(mixtures) as MixtureName[];

/** Makes the runs that are not in `out`/modes yet, and of all of them modes.json, modes.md, filmstrip and animations in `out`. */
export async function benchModes(names: readonly MixtureName[], out: string, seeds = SEEDS): Promise<void> {
  console.log(String(await useBackend()));
  mkdirSync(out, { recursive: true });
  const runs = await sweepModes(names, join(out, "modes"), seeds);
  const tables = names.map((mixture) => ({ mixture, rows: summariseRuns(runs, mixture) }));
  const text = tables.map(({ mixture, rows }) => formatTable(rows, mixture)).join("\n\n");
  console.log(`\n${text}\n`);
  const slim = runs.map((run) => ({ ...run, frames: undefined }));
  const files: Record<string, string | Buffer> = {
    "modes.json": `${JSON.stringify({ rows: tables.flatMap(({ rows }) => rows), runs: slim })}\n`,
    "modes.md": `${text}\n`,
    "modes.png": await drawFilmstrip(runs),
  };
  for (const mixture of names) files[`modes-${mixture}.webp`] = await drawAnimation(runs, mixture);
  for (const [file, content] of Object.entries(files)) writeFileSync(join(out, file), content);
  console.log(`wrote ${Object.keys(files).join(", ")} to ${out}`);
}
