/** The question every notebook starts with: what does this machine compute on? */
import {
  automaticBackends,
  type BackendName,
  cannotRun,
  chooseInitialBackend,
  parseBackendName,
  registerNative,
  requestedBackend,
  whyNoNative,
} from "./backend-registry";
import { OptionError } from "./errors";
import { tf } from "./tf";
import { nativeBackend } from "./tracing/native-backend";
import { completeKernels } from "./composed-kernels";
import { registerWebGpu } from "./webgpu";

export type BackendReport = {
  backend: BackendName;
  /** "TensorFlow 2.21.0, CPU" */
  device: string;
  /** Why a faster backend was not taken, and what to do about it. */
  notice?: string;
  toString(): string;
};

/**
 * Chooses the backend and says which: the argument, else GENERATIVE_BACKEND, else the fastest that works here
 * (tensorflow → wasm → cpu).
 *
 * Throws OptionError where a backend that was asked for by name is unknown or cannot run. Only webgpu may be asked for where it
 * is not known whether there is a GPU: without one, the automatic choice is taken and the notice says so.
 */
export async function useBackend(name?: string): Promise<BackendReport> {
  chooseInitialBackend();
  const wanted = name === undefined ? requestedBackend() : parseBackendName(name, "useBackend");
  let noGpu: string | undefined;
  if (wanted !== undefined) {
    const missing = await tryBackend(wanted);
    if (missing === undefined) return report(wanted, wanted);
    if (wanted !== "webgpu") throw cannotRun(wanted, missing);
    noGpu = missing;
  }
  for (const backend of automaticBackends)
    if ((await tryBackend(backend)) === undefined) return report(backend, undefined, noGpu);
  throw new OptionError(
    "no backend works on this machine, not even cpu: reinstall with rm -rf node_modules && ./course",
  );
}

/** Sets the backend; returns why it cannot be used, or undefined when it is in use. */
async function tryBackend(backend: BackendName): Promise<string | undefined> {
  switch (backend) {
    case "tensorflow": {
      const missing = registerNative();
      if (missing !== undefined) return missing;
      break;
    }
    case "webgpu": {
      const found = await registerWebGpu();
      if ("missing" in found) return found.missing;
      webGpu = found;
      break;
    }
    case "wasm":
      try {
        await import("@tensorflow/tfjs-backend-wasm");
        completeKernels("wasm");
      } catch (error) {
        return `@tensorflow/tfjs-backend-wasm does not load: ${(error as Error).message}`;
      }
      break;
    case "cpu":
      break;
  }
  return (await tf.setBackend(backend)) ? undefined : `tfjs could not initialise ${backend}`;
}

/** What was found, once it was looked for. */
let webGpu: { device: string; isSoftware: boolean } | undefined;

function report(backend: BackendName, wanted: BackendName | undefined, noGpu?: string): BackendReport {
  const device = deviceName(backend);
  const notice = noticeFor(backend, wanted, noGpu);
  return {
    backend,
    device,
    ...(notice === undefined ? {} : { notice }),
    toString: () => `backend ${backend} (${device})${notice === undefined ? "" : `\n${notice}`}`,
  };
}

function noticeFor(
  backend: BackendName,
  wanted: BackendName | undefined,
  noGpu: string | undefined,
): string | undefined {
  if (noGpu !== undefined) return `webgpu was asked for, but ${noGpu}. ${backend} is used instead.`;
  if (backend === "webgpu" && webGpu!.isSoftware)
    return "This adapter is software: right for tests, hundreds of times slower than a GPU.";
  const missing = wanted === undefined && backend !== "tensorflow" ? whyNoNative() : undefined;
  if (missing === undefined) return undefined;
  return (
    `Slower than it could be: ${missing}. Everything works; a step of the lecture's GAN takes about ${slower[backend]} times as long ` +
    "(./course bench backends)."
  );
}

/** A step of the lecture's GAN beside TensorFlow's, as `./course bench backends` found it on two cores: docs/performance.md. */
const slower: Partial<Record<BackendName, number>> = { wasm: 70, cpu: 3000 };

function deviceName(backend: BackendName): string {
  switch (backend) {
    case "tensorflow":
      return `TensorFlow ${nativeBackend()!.binding.TF_Version}, ${placeOfResults()}`;
    case "webgpu":
      return webGpu!.device;
    case "wasm":
      return "WebAssembly with SIMD";
    case "cpu":
      return "plain JavaScript";
  }
}

/** Where TensorFlow really computes: the device that the result of a product is on, not the one that was asked for. */
function placeOfResults(): string {
  const backend = nativeBackend()!;
  return tf.tidy(() => {
    const product = tf.matMul(tf.ones([2, 2]), tf.ones([2, 2]));
    const name = backend.binding.deviceOfTensor(backend.getInputTensorIds([product])[0]!);
    const [, kind = name, index] = /device:(\w+):(\d+)$/.exec(name) ?? [];
    return kind === "CPU" ? "CPU" : `${kind} ${index ?? ""}`.trim();
  });
}
