/**
 * WebGPU in Node, on the software device that Debian's chromium brings (SwiftShader) where it is there, else on this machine's
 * own: a training on it is the cpu backend's, and without a device the choice falls back.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");
const swiftShader = "/usr/lib/chromium/vk_swiftshader_icd.json";
/** What a process needs to find the device. */
const webGpuEnvironment = {
  GENERATIVE_BACKEND: "webgpu",
  ...(existsSync(swiftShader) ? { VK_ICD_FILENAMES: swiftShader } : {}),
};

function run(program: string, environment: Record<string, string>): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=commonjs", "-e", program], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, ...environment },
  });
  if (status !== 0) throw new Error(stderr);
  return stdout.trim();
}

const training = `
  const { buildGan, Random, trainGan, useBackend } = require("@actl/generative");
  (async () => {
    const { backend } = await useBackend();
    const images = { pixels: new Random(5).uniforms(16 * 28 * 28), shape: [16, 28, 28, 1] };
    const losses = [];
    for (const pooling of ["max", "flatten"])
      for await (const step of trainGan(buildGan({ latentSize: 5, filters: 4, seed: 2, pooling }), images, { batchSize: 4, steps: 3 }))
        losses.push(step.discriminatorLoss, step.generatorLoss, step.onReal);
    console.log(JSON.stringify({ backend, losses }));
  })();`;

test.each(["webgpu", "wasm", "tensorflow"])(
  "the lecture's GAN trains on %s as on cpu",
  (backend) => {
    const on = (name: string) =>
      JSON.parse(
        run(training, { ...webGpuEnvironment, GENERATIVE_BACKEND: name })
          .split("\n")
          .at(-1)!,
      ) as { backend: string; losses: number[] };
    const [actual, expected] = [on(backend), on("cpu")];
    expect([actual.backend, expected.backend]).toEqual([backend, "cpu"]);
    expect(actual.losses).toHaveLength(18);
    actual.losses.forEach((loss, i) => expect(loss).toBeCloseTo(expected.losses[i]!, 4));
  },
  120_000,
);

const choice = `
  const { useBackend } = require("@actl/generative");
  useBackend().then((report) => console.log(String(report)));`;

test("it says which device it uses, and that a software one is slow", () => {
  const said = run(choice, webGpuEnvironment);
  expect(said).toMatch(/^backend webgpu \(WebGPU, .+\)/);
  if (existsSync(swiftShader))
    expect(said).toMatch(/swiftshader.*, in software\)\nThis adapter is software: right for tests/i);
});

test("without a device it falls back, with one line that says why and what is missing", () => {
  const said = run(choice, {
    ...webGpuEnvironment,
    VK_ICD_FILENAMES: "/nowhere.json",
    VK_DRIVER_FILES: "/nowhere.json",
  });
  expect(said).toMatch(
    /^backend tensorflow \(TensorFlow .*\)\nwebgpu was asked for, but Dawn finds no GPU \(.*libvulkan1\)\. tensorflow is used instead\.$/,
  );
});
