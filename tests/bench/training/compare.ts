/**
 * `./course bench training [WORKLOAD …]`: the course's trainings beside the same in Keras and PyTorch, round by round in turn,
 * so that a machine whose speed drifts is as kind to one as to the other.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import type * as generative from "@actl/generative";
import { runProgram } from "../../lib/package-copy.ts";
import { drawSpeeds } from "./speed-chart.ts";
import type { GenerationName, WorkloadName } from "./workloads.ts";

type Name = WorkloadName | GenerationName;

interface Contender {
  engine: string;
  ours: boolean;
  /** Seconds to import, build and make the first step. */
  ready: number;
  /** Milliseconds per step: median, least and most of the rounds. */
  milliseconds: { median: number; least: number; most: number };
  /** Peak memory, MB. */
  peak: number;
  /** After each step, from the same weights on the same batch. */
  losses: number[];
}

export interface Comparison {
  workload: Name;
  flops: number;
  contenders: Contender[];
}

const ROUNDS = 7;
/** Steps of one round: about a second of work. */
const STEPS: Record<Name, number> = {
  gan: 8,
  cgan: 4,
  dcgan: 8,
  pix2pix: 12,
  stylegan2: 2,
  tabular: 200,
  ring: 200,
  "char-rnn": 12,
  gpt: 12,
  generation: 8,
};
const ourEngines: Record<Name, string[]> = {
  generation: ["eager", "traced", "xla"],
  gan: ["eager", "traced"],
  cgan: ["eager", "traced"],
  dcgan: ["eager", "traced"],
  pix2pix: ["eager", "traced"],
  stylegan2: ["eager", "traced"],
  tabular: ["eager", "traced", "xla"],
  ring: ["eager", "traced", "xla"],
  "char-rnn": ["eager", "traced"],
  gpt: ["eager", "traced", "xla"],
};
const peerEngines: Record<Name, string[]> = {
  generation: ["torch", "torch-compile"],
  // Not JAX where convolutions are transposed: it takes seconds a step there.
  gan: ["keras", "keras-xla", "torch", "torch-channels-last", "torch-compile"],
  cgan: ["keras", "keras-xla", "torch", "torch-channels-last", "torch-compile"],
  dcgan: ["keras", "keras-xla", "torch", "torch-channels-last", "torch-compile"],
  pix2pix: ["keras", "keras-xla", "torch", "torch-channels-last", "torch-compile"],
  stylegan2: ["keras", "keras-xla", "torch", "torch-channels-last", "torch-compile"],
  tabular: ["keras", "keras-xla", "torch", "torch-compile"],
  ring: ["keras", "keras-xla", "keras-jax", "torch", "torch-compile"],
  "char-rnn": ["keras", "keras-xla", "keras-jax", "torch"],
  gpt: ["keras", "keras-xla", "keras-jax", "torch", "torch-compile"],
};

interface Reply {
  ready?: number;
  milliseconds?: number;
  losses: number[];
  peak?: number;
  flops?: number;
}

/** One engine in a process of its own, waiting for the number of steps to make. */
export class Runner {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #interface: Interface;
  readonly engine: string;
  ready = 0;
  flops = 0;
  peak = 0;
  readonly losses: number[] = [];
  readonly times: number[] = [];

  constructor(engine: string, command: string, args: string[], environment: Record<string, string> = {}) {
    this.engine = engine;
    this.#child = spawn(command, args, {
      stdio: ["pipe", "pipe", "ignore"],
      env: { ...process.env, ...environment },
    });
    this.#interface = createInterface({ input: this.#child.stdout! });
    this.#lines = this.#interface[Symbol.asyncIterator]();
  }

  async start(): Promise<void> {
    const { ready = 0, flops = 0, losses } = await this.#read();
    Object.assign(this, { ready, flops });
    this.losses.push(...losses);
  }

  async run(steps: number): Promise<void> {
    this.#child.stdin!.write(`${steps}\n`);
    const { milliseconds = NaN, losses, peak = 0 } = await this.#read();
    this.times.push(milliseconds / steps);
    this.losses.push(...losses);
    this.peak = peak;
  }

  stop(): void {
    this.#interface.close();
    this.#child.kill();
  }

  async #read(): Promise<Reply> {
    for (;;) {
      const line = await this.#lines.next();
      if (line.done === true) throw new Error(`${this.engine} ended without an answer`);
      if (line.value.startsWith("{")) return JSON.parse(line.value) as Reply;
    }
  }
}

async function compareTraining(workload: Name, python: string | undefined): Promise<Comparison> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const file = join(folder, "start.safetensors");
  const runners: Runner[] = [];
  try {
    for (const engine of ourEngines[workload])
      runners.push(
        await begin(engine, process.execPath, [join(import.meta.dirname, "ours.ts"), workload, engine, file]),
      );
    const ours = runners.length;
    if (python !== undefined)
      for (const engine of peerEngines[workload])
        runners.push(
          await begin(engine, python, [join(import.meta.dirname, "peers.py"), workload, engine, file]),
        );
    for (const runner of runners) await runner.run(Math.ceil(STEPS[workload] / 4));
    for (const runner of runners) runner.times.length = 0; // warm now
    for (let round = 0; round < ROUNDS; round++)
      for (const runner of runners) await runner.run(STEPS[workload]);
    return {
      workload,
      flops: runners[0]!.flops,
      contenders: runners.map((runner, i) => ({
        engine: runner.engine,
        ours: i < ours,
        ready: runner.ready,
        milliseconds: spread(runner.times),
        peak: runner.peak,
        losses: runner.losses,
      })),
    };
  } finally {
    for (const runner of runners) runner.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function begin(engine: string, command: string, args: string[]): Promise<Runner> {
  const runner = new Runner(engine, command, args);
  await runner.start();
  return runner;
}

export function spread(times: readonly number[]): Contender["milliseconds"] {
  const sorted = times.toSorted((a, b) => a - b);
  return { median: sorted[Math.floor(sorted.length / 2)]!, least: sorted[0]!, most: sorted.at(-1)! };
}

/** Runs the comparisons, prints a table for each, and writes them with the loss curves to a folder. */
export async function benchTraining(
  names: readonly string[],
  python: string | undefined,
  out: string,
): Promise<void> {
  const unknown = names.find((name) => !(name in STEPS));
  if (unknown !== undefined)
    throw new Error(`bench training: expected ${Object.keys(STEPS).join(", ")}; got "${unknown}".`);
  const chosen = (names.length > 0 ? names : Object.keys(STEPS)) as Name[];
  mkdirSync(out, { recursive: true });
  const peak = await measureGemmPeak();
  const comparisons: Comparison[] = [];
  for (const name of chosen) {
    const comparison = await compareTraining(name, python);
    comparisons.push(comparison);
    console.log(
      `\n${name}, ${(comparison.flops / 1e9).toFixed(2)} GFLOP a step\n${formatTable(comparison, peak)}`,
    );
    if (name !== "generation") writeFileSync(join(out, `${name}-losses.svg`), await drawLosses(comparison));
    writeFileSync(join(out, "training.json"), `${JSON.stringify({ peak, comparisons }, undefined, 1)}\n`);
  }
  if (python !== undefined) writeFileSync(join(out, "speed.svg"), await drawSpeeds(comparisons));
  console.log(
    `\nThe machine's products of matrices reach ${peak.toFixed(0)} GF/s (1024 × 1024). Numbers and curves: ${out}`,
  );
}

/** Markdown, so that it can go into docs/performance.md as it is. */
function formatTable({ flops, contenders }: Comparison, peak: number): string {
  const peers = contenders.filter(({ ours }) => !ours).map(({ milliseconds }) => milliseconds.median);
  const best = peers.length === 0 ? NaN : Math.min(...peers);
  const rows = contenders.map(
    ({ engine, ours, ready, milliseconds: { median, least, most }, peak: memory }) => {
      const rate = flops / median / 1e6;
      return [
        ours ? `**ours, ${engine}**` : engine,
        `${median.toPrecision(3)} (${least.toPrecision(3)}–${most.toPrecision(3)})`,
        Number.isNaN(best) ? "" : (median / best).toFixed(2),
        `${rate.toFixed(0)} (${((100 * rate) / peak).toFixed(0)} %)`,
        memory.toFixed(0),
        ready.toFixed(1),
      ];
    },
  );
  const heads = [
    "engine",
    "ms a step (range)",
    "/ best peer",
    "GF/s (of peak)",
    "peak MB",
    "first step after, s",
  ];
  return [heads, heads.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/** The curves lie on each other where the mathematics is the same. */
async function drawLosses({ workload, contenders }: Comparison): Promise<string> {
  const { lossCurve } = createRequire(import.meta.url)("@actl/generative") as typeof generative;
  const length = Math.min(...contenders.map(({ losses }) => losses.length));
  const curves = contenders.map(({ engine, ours, losses }) => [
    ours ? `ours, ${engine}` : engine,
    losses.slice(0, Math.min(length, 100)),
  ]);
  return lossCurve(Object.fromEntries(curves) as Record<string, number[]>, {
    title: `${workload}: loss from the same weights`,
    smoothing: 0,
  }).svg();
}

async function measureGemmPeak(): Promise<number> {
  const { stdout } = await runProgram(`
    const { tf } = require("@actl/generative");
    const [a, b] = [1, 2].map((seed) => tf.randomNormal([1024, 1024], 0, 1, "float32", seed));
    const rates = [];
    for (let round = 0; round < 8; round++) {
      const started = performance.now();
      for (let i = 0; i < 10; i++) tf.matMul(a, b).dispose();
      rates.push((10 * 2 * 1024 ** 3) / (performance.now() - started) / 1e6);
    }
    console.log(Math.max(...rates));`);
  return Number(stdout);
}
