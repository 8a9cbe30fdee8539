/** What the library costs: its import, its native backend, and a GAN's step on TensorFlow and on wasm. */
import { runProgram } from "../lib/package-copy.ts";

export interface BenchRow {
  what: string;
  ours: number;
  /** What `what` names after "beside"; null where there is nothing to compare with. */
  peer: number | null;
  unit: string;
}

const ROUNDS = 5;
const WARM_UP_STEPS = 2;
const STEPS = 5;

/** Each number is of fresh processes: their median, so that one that was disturbed does not count. */
export async function benchLibrary(): Promise<BenchRow[]> {
  const imported = await medianOfRuns(timed(`require("@actl/generative")`));
  const allParts = await medianOfRuns(
    timed(
      `for (const part of ["@tensorflow/tfjs", "sharp", "nodejs-polars", "vega-lite", "vega"]) require(part)`,
    ),
  );
  const native = await medianOfRuns(timed(`await require("@actl/generative").useBackend("tensorflow")`));
  const wasm = await medianOfRuns(timed(`await require("@actl/generative").useBackend("wasm")`));
  const [onTensorFlow, onWasm] = [await ganStep("tensorflow"), await ganStep("wasm")];
  return [
    {
      what: "import of the library, beside that of all its parts",
      ours: imported,
      peer: allParts,
      unit: "ms",
    },
    { what: "load of the native backend, beside wasm's", ours: native, peer: wasm, unit: "ms" },
    {
      what: "GAN step (batch 64, eager) on TensorFlow, beside wasm",
      ours: onTensorFlow,
      peer: onWasm,
      unit: "ms",
    },
    { what: "GAN step: wasm's time / TensorFlow's", ours: onWasm / onTensorFlow, peer: null, unit: "×" },
  ];
}

/** A program that prints the milliseconds of these statements. */
function timed(statements: string): string {
  return `(async () => {
    const started = performance.now();
    ${statements};
    console.log(performance.now() - started);
  })()`;
}

async function medianOfRuns(program: string): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < ROUNDS; i++) times.push(Number((await runProgram(program)).stdout));
  return median(times);
}

/** Milliseconds of one step of the lecture's GAN, the first ones left out. */
async function ganStep(backend: "tensorflow" | "wasm"): Promise<number> {
  const { stdout } = await runProgram(`(async () => {
    const { buildGan, ganTraining, Random, trainGan, useBackend } = require("@actl/generative");
    await useBackend("${backend}");
    const images = { pixels: new Random(1).uniforms(64 * 28 * 28), shape: [64, 28, 28, 1] };
    let before = performance.now();
    for await (const _ of trainGan(buildGan(), images, { batchSize: 64, steps: ${WARM_UP_STEPS + STEPS} })) {
      console.log(performance.now() - before);
      before = performance.now();
    }
  })()`);
  return median(stdout.trim().split("\n").slice(WARM_UP_STEPS).map(Number));
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

if (import.meta.main) console.table(await benchLibrary());
