/** What a training leaves in its folder on the way: training.csv, and a picture at each milestone. */
import { readFileSync, writeFileSync } from "node:fs";

type Values<Name extends string> = Readonly<Record<Name | "step" | "kimg" | "seconds", number>>;

/** A line of training.csv: step, kimg and seconds of the last value, and the mean of each other column. */
export function meanLine<Name extends string>(
  values: readonly Values<Name>[],
  names: readonly Name[],
  digits = 4,
): string {
  const { step, kimg, seconds } = values.at(-1)!;
  const mean = (name: Name) => values.reduce((sum, value) => sum + value[name], 0) / values.length;
  const means = names.map((name) => mean(name).toFixed(digits));
  return [step, kimg.toFixed(1), seconds.toFixed(0), ...means].join(",");
}

/**
 * The lines in the order of their first column, up to `last` in it. A training that was killed and resumed has written some twice;
 * the later ones are what became of it.
 */
export function readLines(path: string, last: number): string[][] {
  const lines = readFileSync(path, "utf8").trim().split("\n");
  const rows = new Map(lines.map((line) => [Number(line.split(",")[0]), line.split(",")]));
  return [...rows]
    .filter(([at]) => at <= last)
    .sort(([a], [b]) => a - b)
    .map(([, row]) => row);
}

export function writeLines(path: string, columns: readonly string[], rows: readonly string[][]): void {
  writeFileSync(path, `${[columns, ...rows].map((row) => row.join(",")).join("\n")}\n`);
}

/** @param at steps, or kimg: what the training counts its milestones by */
export const milestoneName = (at: number) => `fakes-${String(at).padStart(6, "0")}.png`;
