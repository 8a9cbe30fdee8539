import { readFileSync } from "node:fs";
import { join } from "node:path";
import util from "node:util";
import { useBackend } from "../../lib/core/backend.ts";
import { OptionError } from "../../lib/core/errors.ts";
import { Random } from "../../lib/core/random.ts";
import { tf } from "../../lib/core/tf.ts";

const backends = ["tensorflow", "wasm", "cpu"] as const;
const asked = process.env.GENERATIVE_BACKEND;
beforeEach(() => delete process.env.GENERATIVE_BACKEND);
afterAll(() => {
  if (asked !== undefined) process.env.GENERATIVE_BACKEND = asked;
});

describe("useBackend", () => {
  test("takes tensorflow where nothing is said, of the version that set-up installs", async () => {
    const report = await useBackend();
    const pinned = readFileSync(join(import.meta.dirname, "..", "..", "requirements-tensorflow.in"), "utf8");
    const [, version] = /==\s*([\d.]+)/.exec(pinned)!;
    expect(report).toMatchObject({ backend: "tensorflow" });
    expect(report.device).toMatch(new RegExp(`^TensorFlow ${version!.replaceAll(".", "\\.")}, (CPU|GPU)$`));
    expect(report.notice).toBeUndefined();
    expect(String(report)).toBe(`backend tensorflow (${report.device})`);
    expect(tf.getBackend()).toBe("tensorflow");
  });

  test.each([
    ["wasm", "WebAssembly with SIMD"],
    ["cpu", "plain JavaScript"],
  ] as const)("takes %s by argument and by GENERATIVE_BACKEND", async (backend, device) => {
    await useBackend("tensorflow");
    expect(String(await useBackend(backend))).toBe(`backend ${backend} (${device})`);
    expect(tf.getBackend()).toBe(backend);
    await useBackend("tensorflow");
    process.env.GENERATIVE_BACKEND = backend;
    expect((await useBackend()).backend).toBe(backend);
    expect((await useBackend("tensorflow")).backend).toBe("tensorflow"); // the argument comes first
  });

  test.each(["cuda", "", "CPU", "constructor"])("refuses %j, and leaves the backend in use", async (name) => {
    await useBackend("cpu");
    const choice = useBackend(name);
    await expect(choice).rejects.toThrow(OptionError);
    await expect(choice).rejects.toThrow(
      `useBackend: expected one of tensorflow, webgpu, wasm, cpu; got "${name}".`,
    );
    expect(tf.getBackend()).toBe("cpu");
  });

  test("refuses an unknown GENERATIVE_BACKEND by that name", async () => {
    process.env.GENERATIVE_BACKEND = "gpu";
    await expect(useBackend()).rejects.toThrow(
      'GENERATIVE_BACKEND: expected one of tensorflow, webgpu, wasm, cpu; got "gpu".',
    );
  });
});

test("what Node 23 took out of util, and tfjs-node 4.22 still calls, is back", () => {
  const { isNullOrUndefined, isArray } = util as unknown as Record<string, (value: unknown) => boolean>;
  expect([null, undefined, 0, "", false].map(isNullOrUndefined!)).toEqual([true, true, false, false, false]);
  expect([[], {}, "ab"].map((value) => isArray!(value))).toEqual([true, false, false]);
});

/** A strided convolution with its gradients, a transposed one, a softmax, a sum: of the ops a GAN is made of. */
function compute(): number[] {
  return tf.tidy(() => {
    const rng = new Random(1);
    const x = tf.tensor4d(rng.normals(2 * 6 * 6 * 3), [2, 6, 6, 3]);
    const filter = tf.tensor4d(rng.normals(4 * 4 * 3 * 5), [4, 4, 3, 5]);
    const loss = (image: tf.Tensor, weights: tf.Tensor): tf.Scalar => {
      const shared = weights as tf.Tensor4D;
      const features = tf.leakyRelu(tf.conv2d(image as tf.Tensor4D, shared, 2, "same"), 0.2);
      const back = tf.conv2dTranspose(features, shared, [2, 6, 6, 3], 2, "same");
      return tf
        .softmax(back.reshape([2, -1]))
        .square()
        .sum()
        .add(features.abs().mean())
        .asScalar();
    };
    const { value, grads } = tf.valueAndGrads(loss)([x, filter]);
    return [value, ...grads].flatMap((tensor) => Array.from(tensor.dataSync()));
  });
}

test("all backends compute the same values and gradients, and keep no tensor", async () => {
  const results: number[][] = [];
  for (const backend of backends) {
    await useBackend(backend);
    const before = tf.memory().numTensors;
    results.push(compute());
    expect(tf.memory().numTensors).toBe(before);
    expect(tf.matMul([[1, 2]], [[3], [4]]).arraySync()).toEqual([[11]]);
  }
  const [native, ...others] = results;
  expect(native).toHaveLength(1 + 2 * 6 * 6 * 3 + 4 * 4 * 3 * 5);
  expect(native!.filter((value) => value !== 0).length).toBeGreaterThan(300);
  for (const other of others) other.forEach((value, i) => expect(value).toBeCloseTo(native![i]!, 4));
});
