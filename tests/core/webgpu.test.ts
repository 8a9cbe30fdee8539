/**
 * WebGPU in Node, on the software device that Debian's chromium brings (SwiftShader) where it is there, else on this machine's
 * own: a training on it is the cpu backend's, and without a device the choice falls back.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { hasSwiftShader, webGpuEnvironment } from "../webgpu-environment.ts";

const root = join(import.meta.dirname, "../..");
function run(program: string, environment: Record<string, string>): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=commonjs", "-e", program], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, ...environment },
  });
  if (status !== 0) throw new Error(stderr);
  return stdout.trim();
}

/** A few steps of every model of the course. */
const training = `
  const g = require("@actl/generative");
  const { Adam, Random, softmaxCrossEntropy, tf } = g;
  (async () => {
    const { backend } = await g.useBackend();
    const losses = [];
    const images = { pixels: new Random(5).uniforms(16 * 28 * 28), shape: [16, 28, 28, 1] };
    for (const pooling of ["max", "flatten"]) {
      const gan = g.buildGan({ latentSize: 5, filters: 4, seed: 2, pooling });
      for await (const step of g.trainGan(gan, images, { batchSize: 4, steps: 3 }))
        losses.push(step.discriminatorLoss, step.generatorLoss, step.onReal);
    }
    const tokens = tf.tensor2d([[1, 5, 2, 2, 6], [4, 4, 0, 1, 3]], [2, 5], "int32");
    const next = tf.tensor1d([5, 2, 2, 6, 0, 4, 0, 1, 3, 3], "int32");
    const gpt = g.buildGpt({ vocabulary: 7, context: 5, width: 8, layers: 2, heads: 2, seed: 1 });
    const rnn = g.buildCharRnn({ vocabulary: 7, width: 4, units: 6, seed: 1 });
    for (const [weights, logits] of [[gpt.weights, () => g.gptLogits(gpt, tokens)], [rnn.weights, () => g.charRnnLogits(rnn, tokens)]]) {
      const adam = new Adam(Object.values(weights), { learningRate: 0.05 });
      for (let step = 0; step < 3; step++) {
        const loss = adam.minimize(() => softmaxCrossEntropy(logits().reshape([10, 7]), next).mean());
        losses.push((await loss.data())[0]);
      }
    }
    const photographs = { pixels: new Random(6).uniforms(8 * 8 * 8 * 3), shape: [8, 8, 8, 3] };
    const networks = g.buildStylegan2({ resolution: 8, classes: 2, latentSize: 4, styleSize: 4, channelBase: 32, channelMax: 4 });
    const settings = { batchSize: 4, steps: 3, labels: [0, 1, 0, 1, 0, 1, 0, 1], augmentKimg: 0.02, pathLengthEvery: 2 };
    for await (const step of g.trainStylegan2(networks, photographs, settings))
      losses.push(step.discriminatorLoss, step.generatorLoss, step.gradientPenalty, step.pathLength);
    console.log(JSON.stringify({ backend, losses }));
  })();`;

test.each(["webgpu", "wasm", "tensorflow"])(
  "the GANs, the GPT and the recurrent network train on %s as on cpu",
  (backend) => {
    const on = (name: string) =>
      JSON.parse(
        run(training, { ...webGpuEnvironment, GENERATIVE_BACKEND: name })
          .split("\n")
          .at(-1)!,
      ) as { backend: string; losses: number[] };
    const [actual, expected] = [on(backend), on("cpu")];
    expect([actual.backend, expected.backend]).toEqual([backend, "cpu"]);
    expect(actual.losses).toHaveLength(36);
    actual.losses.forEach((loss, i) => {
      const wanted = expected.losses[i]!;
      expect(Math.abs(loss - wanted) / (1 + Math.abs(wanted))).toBeLessThan(1e-4);
    });
  },
  240_000,
);

const choice = `
  const { useBackend } = require("@actl/generative");
  useBackend().then((report) => console.log(String(report)));`;

test("it says which device it uses, and that a software one is slow", () => {
  const said = run(choice, webGpuEnvironment);
  expect(said).toMatch(/^backend webgpu \(WebGPU, .+\)/);
  if (hasSwiftShader)
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
