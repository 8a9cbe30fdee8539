/**
 * The native addon: @tensorflow/tfjs-node-gpu's own sources, compiled at set-up against the TensorFlow wheel in .venv
 * (commands/native/build-native.ts). This file only finds and loads it.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import util from "node:util";

/** A tensor as the addon knows it; ids from 2³⁰ on are symbols of a trace. */
export interface TensorMetadata {
  id: number;
  /** A number of TensorFlow's enumeration TF_DataType. */
  dtype: number;
  /** While tracing null where not even the rank is known, and −1 for a length that is not. */
  shape: number[];
}

export interface OpAttribute {
  name: string;
  /** A number of TensorFlow's enumeration TF_AttrType: `binding.TF_ATTR_INT` … */
  type: number;
  value: boolean | number | object | string | number[];
}

/** A step being recorded; belongs to the addon. */
export type GraphTrace = { readonly __trace: unique symbol };

/** The addon: the npm package's functions (its tfjs_binding.d.ts), and ours of lib/native/graph. */
export interface TensorFlowBinding {
  readonly TF_Version: string;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_BOOL: number;
  readonly TF_STRING: number;
  readonly TF_COMPLEX64: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  isUsingGpuDevice(): boolean;
  createTensor(shape: number[], dtype: number, values: unknown): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array;
  executeOp(name: string, attributes: OpAttribute[], inputIds: number[], outputs: number): TensorMetadata[];
  beginTrace(): GraphTrace;
  traceInput(trace: GraphTrace, dtype: number, shape: readonly number[]): TensorMetadata;
  /** The value of a real tensor, which may be deleted afterwards. */
  traceConstant(trace: GraphTrace, id: number): TensorMetadata;
  traceOp(
    trace: GraphTrace,
    name: string,
    attributes: OpAttribute[],
    inputIds: number[],
    outputs: number,
  ): TensorMetadata[];
  /** Makes the trace a function that `executeOp` calls by name. */
  finishTrace(trace: GraphTrace, name: string, inputIds: number[], outputIds: number[], xla: boolean): void;
  /** Frees what was recorded. */
  releaseTrace(trace: GraphTrace): void;
  removeFunction(name: string): void;
  /** Where a tensor lies: "/job:localhost/replica:0/task:0/device:CPU:0". */
  deviceOfTensor(id: number): string;
}

/** Ids from here on are symbols of a trace. */
export const FIRST_SYMBOL = 2 ** 30;

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
  // tfjs-node 4.22 still calls these two; Node 22 warns of both, and Node 23 removed the first.
  const removed = util as unknown as Record<string, unknown>;
  removed.isNullOrUndefined = (value: unknown) => value === null || value === undefined;
  removed.isArray = Array.isArray;
  // A GPU is shared with other notebooks: take memory as it is needed, not all at once.
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= "true";
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
