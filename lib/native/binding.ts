/**
 * The native addon: @tensorflow/tfjs-node-gpu's own sources, compiled at set-up against the TensorFlow wheel in .venv
 * (commands/native/build-native.ts). This file only finds and loads it.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import util from "node:util";

/** What tfjs's NodeJSKernelBackend needs of the addon; more of it is in tfjs_binding.d.ts of the npm package. */
export type TensorFlowBinding = { TF_Version: string; isUsingGpuDevice(): boolean };

/** Node's N-API version the addon is compiled for; one binary serves Node 22 and 24. */
export const NAPI_VERSION = 8;

/** Where the compiled addon lies for this platform, whether or not it exists. */
export function bindingPath(): string {
  const lib = dirname(require.resolve("@actl/generative/package.json"));
  return join(
    lib,
    "native",
    "build",
    `tfjs_binding-napi${NAPI_VERSION}-${process.platform}-${process.arch}.node`,
  );
}

/** Loads the addon, or says why it cannot. */
export function loadBinding(): { binding: TensorFlowBinding } | { missing: string } {
  const path = bindingPath();
  if (!existsSync(path)) return { missing: "the native addon has not been built (./course doctor says why)" };
  // tfjs-node 4.22 still calls these two; Node 23 removed the first and warns of the second.
  const removed = util as unknown as Record<string, unknown>;
  removed.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  removed.isArray = Array.isArray;
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "2"; // errors only: TensorFlow greets with its CPU features otherwise
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- the path is known at run time only
    return { binding: require(path) as TensorFlowBinding };
  } catch (error) {
    const reason = (error as Error).message.replaceAll(/\s+/g, " ");
    return {
      missing: `the native addon does not load: ${reason}. Build it again: rm -r lib/native/build && ./course`,
    };
  }
}
