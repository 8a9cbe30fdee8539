/**
 * The course computes alike everywhere: a step of every training, and every kernel of tfjs that one of them uses, on webgpu (on
 * SwiftShader, a software device, where there is no GPU), wasm and TensorFlow as on cpu.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import * as generative from "../../lib/index.ts";
import { webGpuEnvironment } from "../webgpu-environment.ts";

interface Outcome {
  numbers?: (number | number[])[];
  error?: string;
  /** Those it was the first to use. */
  kernels: string[];
}

interface Run {
  backend: string;
  steps: Record<string, Outcome>;
  cases: Record<string, Outcome>;
}

async function runOn(backend: string): Promise<Run> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "run-parity.cjs")], {
    env: { ...process.env, ...webGpuEnvironment, GENERATIVE_BACKEND: backend },
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  if (child.exitCode !== 0) throw new Error(stderr);
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as Run;
}

/** Relative to 1 + |value|: single precision, through two steps of a training. */
const TOLERANCE = 2e-5;
/** WebGPU lets a sine be wrong by 2⁻¹¹, and SwiftShader's are by 10⁻⁴: random normals and the turns of colours have one. */
const tolerances: Record<string, number> = {
  sin: 5e-4,
  cos: 5e-4,
  augment: 1e-2,
  trainStylegan2: 5e-4,
  trainConditionalGan: 5e-4,
  trainPointGan: 5e-4,
  trainTabularGan: 5e-4,
  trainPrivateTabularGan: 5e-4,
};

function differences(actual: Run["steps"], expected: Run["steps"]): string[] {
  return Object.entries(expected).flatMap(([name, { numbers, error }]) => {
    const [mine, truth] = [actual[name]?.numbers?.flat(), numbers?.flat()];
    if (mine === undefined || truth === undefined)
      return [`${name}: ${error ?? actual[name]?.error ?? "did not run"}`];
    const worst = Math.max(
      ...truth.map((value, i) => Math.abs(value - (mine[i] ?? NaN)) / (1 + Math.abs(value))),
    );
    const tolerance = tolerances[/^\w+/.exec(name)![0]] ?? TOLERANCE;
    // Not NaN, either.
    return mine.length === truth.length && worst <= tolerance ? [] : [`${name}: wrong by ${worst}`];
  });
}

let cpu: Run;
beforeAll(async () => (cpu = await runOn("cpu")), 120_000);

test("every trainer of the library has a step here", () => {
  const trainers = Object.keys(generative).filter((name) => /^(train|project)[A-Z]/.test(name));
  // The functions of one step are parts of the trainers.
  const missing = trainers.filter(
    (name) =>
      !/OneStep$|Critic$|Discriminator$|Generator$|OnCritic$/.test(name) &&
      !Object.keys(cpu.steps).some((step) => step.split(",")[0] === name),
  );
  expect(missing).toEqual([]); // else add them to course-steps.cjs
});

test("every kernel that a step uses has a case", () => {
  const kernelsOf = (outcomes: Run["cases"]) => Object.values(outcomes).flatMap(({ kernels }) => kernels);
  const used = kernelsOf(cpu.steps);
  expect(used.length).toBeGreaterThan(60);
  const covered = new Set(kernelsOf(cpu.cases));
  expect(used.filter((kernel) => !covered.has(kernel))).toEqual([]); // else add them to cases.cjs
});

test.each(["webgpu", "wasm", "tensorflow"])(
  "%s gives what cpu gives",
  async (backend) => {
    const run = await runOn(backend);
    expect(run.backend).toBe(backend);
    expect(Object.keys(run.cases).length).toBeGreaterThan(150);
    expect([...differences(run.steps, cpu.steps), ...differences(run.cases, cpu.cases)]).toEqual([]);
  },
  300_000,
);
