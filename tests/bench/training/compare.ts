/**
 * `./course bench training [WORKLOAD …]`: the course's trainings beside the same in Keras and PyTorch, round by round in turn,
 * so that a machine whose speed drifts is as kind to one as to the other. The peers need an environment with
 * requirements-bench.txt; BENCH_PYTHON names its Python.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import type { WorkloadName } from "./workloads.ts";

export interface Contender {
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
  workload: WorkloadName;
  flops: number;
  contenders: Contender[];
}

const ROUNDS = 7;
/** Steps of one round: about a second of work. */
const STEPS: Record<WorkloadName, number> = { dcgan: 8, ring: 200, "char-rnn": 12, gpt: 12 };
const ourEngines: Record<WorkloadName, string[]> = {
  dcgan: ["eager", "traced"],
  ring: ["eager", "traced", "xla"],
  "char-rnn": ["eager", "traced"],
  gpt: ["eager", "traced", "xla"],
};
const peerEngines: Record<WorkloadName, string[]> = {
  dcgan: ["keras", "keras-xla", "torch", "torch-channels-last", "torch-compile"],
  ring: ["keras", "keras-xla", "torch", "torch-compile"],
  "char-rnn": ["keras", "keras-xla", "torch"],
  gpt: ["keras", "keras-xla", "torch", "torch-compile"],
};

interface Reply {
  ready?: number;
  milliseconds?: number;
  losses: number[];
  peak?: number;
  flops?: number;
}

/** One engine in a process of its own, waiting for the number of steps to make. */
class Runner {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #interface: Interface;
  readonly engine: string;
  ready = 0;
  flops = 0;
  peak = 0;
  readonly losses: number[] = [];
  readonly times: number[] = [];

  constructor(engine: string, command: string, args: string[]) {
    this.engine = engine;
    this.#child = spawn(command, args, { stdio: ["pipe", "pipe", "ignore"] });
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

export async function compareTraining(
  workload: WorkloadName,
  python: string | undefined,
): Promise<Comparison> {
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

function spread(times: readonly number[]): Contender["milliseconds"] {
  const sorted = times.toSorted((a, b) => a - b);
  return { median: sorted[Math.floor(sorted.length / 2)]!, least: sorted[0]!, most: sorted.at(-1)! };
}

if (import.meta.main) {
  const names = process.argv.slice(2) as WorkloadName[];
  for (const name of names.length > 0 ? names : (Object.keys(STEPS) as WorkloadName[])) {
    const { flops, contenders } = await compareTraining(name, process.env.BENCH_PYTHON);
    console.log(name);
    const best = Math.min(
      ...contenders.filter(({ ours }) => !ours).map(({ milliseconds }) => milliseconds.median),
    );
    console.table(
      contenders.map(({ engine, ours, ready, milliseconds: { median, least, most }, peak, losses }) => ({
        engine: ours ? `ours, ${engine}` : engine,
        "ms/step": Number(median.toFixed(2)),
        range: `${least.toFixed(1)}–${most.toFixed(1)}`,
        "/ best peer": Number((median / best).toFixed(2)),
        "GF/s": Math.round(flops / median / 1e6),
        "ready s": Number(ready.toFixed(1)),
        "peak MB": Math.round(peak),
        "loss 20": losses[20]?.toFixed(4),
      })),
    );
  }
}
