/** One training for each mixture, contender and seed, measured as VEEGAN does; done once, so the sweep may be stopped at any time. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  buildPointGan,
  generatePoints,
  latentBatch,
  modeCoverage,
  modeCoverageSamples,
  Random,
  tf,
  trainPointGan,
} from "@actl/generative";
import { type Contender, contenders, type MixtureName, mixtures, network, SEEDS, STEPS } from "./variants.ts";

/** Steps between pictures; of seed 0 only. */
const FRAME_EVERY = STEPS / 50;
const FRAME_POINTS = 1_000;
const HISTORY_EVERY = STEPS / 10;

export interface Coverage {
  step: number;
  capturedModes: number;
  highQuality: number;
}

export interface Run {
  mixture: MixtureName;
  contender: string;
  seed: number;
  seconds: number;
  settings: object;
  /** The last is the one that counts. */
  history: Coverage[];
  /** Of seed 0: points x₀, y₀, x₁, … as the training goes on. */
  frames: { step: number; points: number[] }[];
}

/** Every run of these mixtures, those already on disk read, the others made: all contenders of a seed before the next seed. */
export async function sweepModes(
  names: readonly MixtureName[],
  folder: string,
  seeds = SEEDS,
): Promise<Run[]> {
  mkdirSync(folder, { recursive: true });
  const runs: Run[] = [];
  for (let seed = 0; seed < seeds; seed++)
    for (const mixture of names)
      for (const contender of contenders) {
        const file = join(folder, `${mixture}-${contender.name.replaceAll(/\W+/g, "-")}-${seed}.json`);
        const settings = { ...network, ...contender.training, steps: STEPS };
        const found = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Run) : undefined;
        // Other settings would be another experiment under the same name.
        if (found !== undefined && JSON.stringify(found.settings) === JSON.stringify(settings)) {
          runs.push(found);
          continue;
        }
        const run = await runOnce(mixture, contender, seed, settings);
        writeFileSync(`${file}.part`, JSON.stringify(run));
        renameSync(`${file}.part`, file);
        const { capturedModes, highQuality } = run.history.at(-1)!;
        console.log(
          `  ${mixture} ${contender.name} seed ${seed}: ${capturedModes} modes, ` +
            `${(100 * highQuality).toFixed(1)} % high quality, ${run.seconds.toFixed(0)} s`,
        );
        runs.push(run);
      }
  return runs;
}

async function runOnce(
  mixture: MixtureName,
  { name, variant, training }: Contender,
  seed: number,
  settings: object,
): Promise<Run> {
  const target = mixtures[mixture];
  const gan = buildPointGan({ ...network, pack: variant.kind === "pac" ? variant.pack : 1, seed });
  const sample = (count: number, purpose: string, step: number) =>
    tf.tidy(() => {
      const z = latentBatch(new Random(seed).fork(purpose).fork(step), count, network.latentSize);
      return generatePoints(gan, z).dataSync<"float32">();
    });
  // Always the same latent points, so that the animation shows the generator move and nothing else.
  const draw = (step: number) => ({
    step,
    points: Array.from(sample(FRAME_POINTS, "frames", 0), (value) => Number(value.toFixed(4))),
  });
  const history: Coverage[] = [];
  const frames = seed === 0 ? [draw(0)] : [];
  let seconds = 0;
  for await (const progress of trainPointGan(gan, target, { ...training, steps: STEPS, seed })) {
    const { step } = progress;
    seconds = progress.seconds;
    if (seed === 0 && step % FRAME_EVERY === 0) frames.push(draw(step));
    if (step % HISTORY_EVERY !== 0) continue;
    const { capturedModes, highQuality } = modeCoverage(
      sample(modeCoverageSamples, "coverage", step),
      target,
    );
    history.push({ step, capturedModes, highQuality });
  }
  tf.dispose([...gan.generator, ...gan.discriminator]);
  return { mixture, contender: name, seed, seconds, settings, history, frames };
}
