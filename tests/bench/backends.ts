/**
 * `./course bench backends [WORKLOAD …]`: how much slower a step of each training is on wasm and in plain JavaScript than on
 * TensorFlow. The backends take turns, so that a machine whose speed drifts is as kind to one as to the other.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Runner, spread } from "./training/compare.ts";
import type { WorkloadName } from "./training/workloads.ts";

const backends = ["tensorflow", "wasm", "cpu"] as const;
/** Steps of TensorFlow in a round, about a second; the others make one. */
const STEPS: Record<WorkloadName, number> = {
  gan: 8,
  cgan: 4,
  dcgan: 8,
  pix2pix: 12,
  stylegan2: 3,
  tabular: 200,
  ring: 200,
  "char-rnn": 12,
  gpt: 12,
};
const ROUNDS = 3;
/** Plain JavaScript would take minutes a step: it gets this part of the batch, and its time is multiplied. */
const SHARE: Record<WorkloadName, number> = {
  gan: 32,
  cgan: 32,
  dcgan: 32,
  pix2pix: 16,
  stylegan2: 32,
  tabular: 4,
  ring: 4,
  "char-rnn": 16,
  gpt: 16,
};

/** Runs them and prints a table in Markdown, for docs/performance.md. */
export async function benchBackends(names: readonly string[]): Promise<void> {
  const unknown = names.find((name) => !(name in STEPS));
  if (unknown !== undefined)
    throw new Error(`bench backends: expected ${Object.keys(STEPS).join(", ")}; got "${unknown}".`);
  const chosen = (names.length > 0 ? names : Object.keys(STEPS)) as WorkloadName[];
  console.log(
    "| step | tensorflow, ms | wasm, ms | × | cpu (part of a batch, times the parts), ms | × |\n| --- | --- | --- | --- | --- | --- |",
  );
  for (const name of chosen) console.log(await compareBackends(name));
}

async function compareBackends(name: WorkloadName): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const ours = join(import.meta.dirname, "training/ours.ts");
  const shareOf = (backend: string) => (backend === "cpu" ? SHARE[name] : 1);
  const runners: Runner[] = [];
  try {
    for (const backend of backends) {
      const args = [ours, name, "traced", join(folder, "start.safetensors"), String(shareOf(backend))];
      const runner = new Runner(backend, process.execPath, args, { GENERATIVE_BACKEND: backend });
      runners.push(runner);
      await runner.start(); // the first step warms it
    }
    for (let round = 0; round < ROUNDS; round++)
      for (const runner of runners) await runner.run(runner.engine === "tensorflow" ? STEPS[name] : 1);
    const times = runners.map(({ engine, times }) => spread(times.map((time) => time * shareOf(engine))));
    const fastest = times[0]!.median;
    const cells = times.flatMap(({ median, least, most }, i) => [
      `${digits(median)} (${digits(least)}–${digits(most)})`,
      ...(i === 0 ? [] : [digits(median / fastest, 2)]),
    ]);
    return `| ${[name, ...cells].join(" | ")} |`;
  } finally {
    for (const runner of runners) runner.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const digits = (value: number, count = 3) => Number(value.toPrecision(count)).toString();
