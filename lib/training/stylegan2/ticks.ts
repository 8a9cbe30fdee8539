/** The status lines of StyleGAN2's authors: one for every few thousand images. */
import type { Stylegan2Progress } from "./train-stylegan2";

export interface Tick extends Stylegan2Progress {
  /** Counted from 1 at the first start of the training. */
  tick: number;
  secondsPerTick: number;
  secondsPerKimg: number;
  /** Seconds since the last tick that were not training: snapshots, pictures. */
  maintenance: number;
  /** Memory of the process and of the GPU in GB; the latter is 0 where TensorFlow computes on the processor. */
  cpuMemory: number;
  gpuMemory: number;
}

/** Gathers a training's progress into ticks; losses and logits are means over the tick. */
export async function* ticks(
  training: AsyncIterable<Stylegan2Progress>,
  kimgPerTick = 4,
  gpuMemory: () => number = () => 0,
): AsyncGenerator<Tick, void, undefined> {
  let gathered: Stylegan2Progress[] = [];
  let wallStart = performance.now();
  let secondsBefore: number | undefined;
  for await (const progress of training) {
    const { step, kimg, seconds } = progress;
    // What a resumed training did before does not count; nor does its first step, which records the others.
    secondsBefore ??= seconds;
    gathered.push(progress);
    const imagesPerStep = kimg / step;
    if (Math.floor(kimg / kimgPerTick + 1e-9) === Math.floor((kimg - imagesPerStep) / kimgPerTick + 1e-9))
      continue;
    const secondsPerTick = seconds - secondsBefore;
    const shown = gathered.length * imagesPerStep;
    const mean = (name: "generatorLoss" | "discriminatorLoss" | "onReal" | "onFake") =>
      gathered.reduce((sum, each) => sum + each[name], 0) / gathered.length;
    yield {
      ...progress,
      generatorLoss: mean("generatorLoss"),
      discriminatorLoss: mean("discriminatorLoss"),
      onReal: mean("onReal"),
      onFake: mean("onFake"),
      tick: Math.round(kimg / kimgPerTick),
      secondsPerTick,
      secondsPerKimg: secondsPerTick / shown,
      maintenance: Math.max(0, (performance.now() - wallStart) / 1000 - secondsPerTick),
      cpuMemory: process.memoryUsage.rss() / 1e9,
      gpuMemory: gpuMemory(),
    };
    gathered = [];
    wallStart = performance.now();
    secondsBefore = seconds;
  }
}

/** "tick 5     kimg 20.0     time 2m 51s      sec/tick 34.2    sec/kimg 8.54    maintenance 0.4    cpumem 1.21   gpumem 0.00   augment 0.043" */
export function describeTick(tick: Tick): string {
  const fields: [name: string, value: string, width: number][] = [
    ["tick", String(tick.tick), 5],
    ["kimg", tick.kimg.toFixed(1), 8],
    ["time", describeTime(tick.seconds), 12],
    ["sec/tick", tick.secondsPerTick.toFixed(1), 7],
    ["sec/kimg", tick.secondsPerKimg.toFixed(2), 7],
    ["maintenance", tick.maintenance.toFixed(1), 6],
    ["cpumem", tick.cpuMemory.toFixed(2), 6],
    ["gpumem", tick.gpuMemory.toFixed(2), 6],
    ["augment", tick.augment.toFixed(3), 0],
  ];
  return fields
    .map(([name, value, width]) => `${name} ${value.padEnd(width)}`)
    .join(" ")
    .trimEnd();
}

function describeTime(seconds: number): string {
  const whole = Math.floor(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}h ${two(minutes)}m ${two(rest)}s` : `${minutes}m ${two(rest)}s`;
}
