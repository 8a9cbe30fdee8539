/**
 * Which engine does the arithmetic. tensorflow: TensorFlow's own kernels through the native addon, the fastest. webgpu: any
 * GPU, without a toolkit. wasm and cpu: what always works. `GENERATIVE_BACKEND` or `useBackend(name)` overrides the choice.
 */
import * as tf from "@tensorflow/tfjs";
import type * as nativeBackend from "@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend";
import { loadBinding } from "../native/binding";
import { OptionError } from "./errors";
import { replaceGradients } from "./gradients";
import { mendKernels } from "./mended-kernels";
import { mendNativeKernels } from "./native-kernels";

export const backendNames = ["tensorflow", "webgpu", "wasm", "cpu"] as const;
/** What is tried where nothing is asked for, in order of preference. */
export const automaticBackends = ["tensorflow", "wasm", "cpu"] as const;
export type BackendName = (typeof backendNames)[number];

/** Why the native backend is not there; undefined when it is. */
let nativeMissing: string | undefined = "TensorFlow.js has not been loaded yet";
let initialised = false;

/**
 * Registers what this machine has and sets the best backend that needs no waiting. wasm compiles asynchronously: where it
 * is wanted, cpu serves until `useBackend` is awaited.
 *
 * @throws OptionError where GENERATIVE_BACKEND names an unknown backend, or tensorflow where it cannot run
 */
export function chooseInitialBackend(): void {
  if (initialised) return;
  replaceGradients();
  mendKernels("cpu");
  const wanted = requestedBackend();
  nativeMissing =
    wanted === undefined || wanted === "tensorflow" || wanted === "webgpu"
      ? registerNative()
      : `GENERATIVE_BACKEND=${wanted} was asked for`;
  if (wanted === "tensorflow" && nativeMissing !== undefined) throw cannotRun(wanted, nativeMissing);
  silenceCpuGreeting();
  // Backends made synchronously are in use when this returns; the promise only reports it.
  void tf.setBackend(nativeMissing === undefined ? "tensorflow" : "cpu");
  initialised = true;
}

/** For a backend that was asked for by name: nobody who names one wants another without a word. */
export function cannotRun(backend: BackendName, reason: string): OptionError {
  return new OptionError(
    `backend ${backend}: cannot run on this machine: ${reason}. Leave the choice open, or take cpu, which always works.`,
  );
}

/** The backend that GENERATIVE_BACKEND names, or undefined where it is not set. */
export function requestedBackend(): BackendName | undefined {
  const name = process.env.GENERATIVE_BACKEND;
  return name === undefined || name === "" ? undefined : parseBackendName(name, "GENERATIVE_BACKEND");
}

export function parseBackendName(name: string, where: string): BackendName {
  const known = backendNames.find((each) => each === name);
  if (known === undefined)
    throw new OptionError(`${where}: expected one of ${backendNames.join(", ")}; got "${name}".`);
  return known;
}

/** Why the native backend cannot be used on this machine, or undefined where it can. */
export function whyNoNative(): string | undefined {
  return nativeMissing;
}

/** Registers the native backend if it is not; returns why it cannot be, or undefined. */
export function registerNative(): string | undefined {
  if (isRegistered("tensorflow")) return (nativeMissing = undefined);
  const loaded = loadBinding();
  if ("missing" in loaded) return loaded.missing;
  /* eslint-disable @typescript-eslint/no-require-imports -- tfjs-node's index.js insists on the binary that its installer
     downloads; these two modules are the whole backend */
  const { NodeJSKernelBackend } =
    require("@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend") as typeof nativeBackend;
  require("@tensorflow/tfjs-node-gpu/dist/register_all_kernels");
  /* eslint-enable @typescript-eslint/no-require-imports */
  mendNativeKernels();
  tf.registerBackend(
    "tensorflow",
    () => new NodeJSKernelBackend(loaded.binding as never, "@tensorflow/tfjs-node-gpu"),
    3,
  );
  return (nativeMissing = undefined);
}

/** tfjs advises to install the very package we replace; the notice of `useBackend` says it better. */
function silenceCpuGreeting(): void {
  if (!isRegistered("cpu")) return;
  const factory = tf.findBackendFactory("cpu");
  tf.removeBackend("cpu");
  tf.registerBackend(
    "cpu",
    () => {
      const backend = factory() as tf.KernelBackend & { firstUse?: boolean };
      backend.firstUse = false;
      return backend;
    },
    1,
  );
}

function isRegistered(backend: BackendName): boolean {
  // tfjs's types leave out that it answers null where there is none.
  return (tf.findBackendFactory(backend) as unknown) !== null;
}
