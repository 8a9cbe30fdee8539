/** The question every notebook starts with: what does this machine compute on? */
import {
  type BackendName,
  backendNames,
  cannotRun,
  chooseInitialBackend,
  parseBackendName,
  registerNative,
  requestedBackend,
  whyNoNative,
} from "./backend-registry";
import { OptionError } from "./errors";
import { tf } from "./tf";
import { completeWasm } from "./wasm-kernels";

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
 * Throws OptionError where a backend that was asked for by name is unknown or cannot run; only the automatic choice falls
 * back.
 */
export async function useBackend(name?: string): Promise<BackendReport> {
  chooseInitialBackend();
  const wanted = name === undefined ? requestedBackend() : parseBackendName(name, "useBackend");
  for (const backend of wanted === undefined ? backendNames : [wanted]) {
    const missing = await tryBackend(backend);
    if (missing === undefined) return report(backend, wanted);
    if (wanted !== undefined) throw cannotRun(wanted, missing);
  }
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
    case "wasm":
      try {
        await import("@tensorflow/tfjs-backend-wasm");
        completeWasm();
      } catch (error) {
        return `@tensorflow/tfjs-backend-wasm does not load: ${(error as Error).message}`;
      }
      break;
    case "cpu":
      break;
  }
  return (await tf.setBackend(backend)) ? undefined : `tfjs could not initialise ${backend}`;
}

function report(backend: BackendName, wanted: BackendName | undefined): BackendReport {
  const device = deviceName(backend);
  const missing = wanted === undefined && backend !== "tensorflow" ? whyNoNative() : undefined;
  const notice =
    missing === undefined
      ? undefined
      : `Slower than it could be: ${missing}. Everything works, trainings take longer.`;
  return {
    backend,
    device,
    ...(notice === undefined ? {} : { notice }),
    toString: () => `backend ${backend} (${device})${notice === undefined ? "" : `\n${notice}`}`,
  };
}

function deviceName(backend: BackendName): string {
  switch (backend) {
    case "tensorflow": {
      const { binding, isUsingGpuDevice } = tf.backend() as unknown as {
        binding: { TF_Version: string };
        isUsingGpuDevice: boolean;
      };
      return `TensorFlow ${binding.TF_Version}, ${isUsingGpuDevice ? "GPU" : "CPU"}`;
    }
    case "wasm":
      return "WebAssembly with SIMD";
    case "cpu":
      return "plain JavaScript";
  }
}
