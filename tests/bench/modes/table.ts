/** The sweep as a table in Markdown: means over the seeds with 95 % intervals, beside the published rows. */
import { collapsedPoints, modeCoverage, modeCoverageSamples } from "@actl/generative";
import type { Run } from "./sweep.ts";
import { contenders, type MixtureName, mixtures, published } from "./variants.ts";

/** 97.5 % points of Student's t distribution with 1, 2, … degrees of freedom. */
const STUDENT = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093,
];

/** The mean, and how far its 95 % interval reaches to each side: t · s / √n. */
export function summarise(values: readonly number[]): { mean: number; margin: number } {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const margin = n === 1 ? NaN : (STUDENT[n - 2] ?? 1.96) * Math.sqrt(variance / n);
  return { mean, margin };
}

export interface Row {
  mixture: MixtureName;
  contender: string;
  seeds: number;
  modes: { mean: number; margin: number; least: number; most: number };
  highQuality: { mean: number; margin: number };
  seconds: number;
}

/** A row for each contender that has runs. */
export function summariseRuns(runs: readonly Run[], mixture: MixtureName): Row[] {
  return contenders.flatMap(({ name }) => {
    const own = runs.filter((run) => run.mixture === mixture && run.contender === name);
    if (own.length === 0) return [];
    const last = own.map(({ history }) => history.at(-1)!);
    const modes = last.map(({ capturedModes }) => capturedModes);
    return {
      mixture,
      contender: name,
      seeds: own.length,
      modes: { ...summarise(modes), least: Math.min(...modes), most: Math.max(...modes) },
      highQuality: summarise(last.map(({ highQuality }) => 100 * highQuality)),
      seconds: own.reduce((sum, { seconds }) => sum + seconds, 0) / own.length,
    };
  });
}

const say = ({ mean, margin }: { mean: number; margin: number }) =>
  mean.toFixed(1) + (Number.isFinite(margin) ? ` ± ${margin.toFixed(1)}` : "");

/** The published rows first, then ours. */
export function formatTable(rows: readonly Row[], mixture: MixtureName): string {
  const target = mixtures[mixture];
  const joke = modeCoverage(collapsedPoints(target, modeCoverageSamples), target);
  const lines = [
    `| ${mixture} of ${target.modes.length} | modes captured | least–most | high quality, % | seeds | s a run |`,
    "| --- | --- | --- | --- | --- | --- |",
    ...published[mixture].map(
      ({ name, source, modes, highQuality }) => `| ${name} (${source}) | ${modes} | | ${highQuality} | | |`,
    ),
    `| \`getRandomNumber()\` | ${joke.capturedModes} | | ${(100 * joke.highQuality).toFixed(0)} | | 0 |`,
    ...rows.map(
      ({ contender, modes, highQuality, seeds, seconds }) =>
        `| **${contender}** | ${say(modes)} | ${modes.least}–${modes.most} | ${say(highQuality)} | ${seeds} | ${seconds.toFixed(0)} |`,
    ),
  ];
  return lines.join("\n");
}
