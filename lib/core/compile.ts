/**
 * Compiled steps: a function of tensors becomes one call of native code. On TensorFlow it is recorded once per signature and
 * then runs without a detour through JavaScript for each op, which for small networks is most of the time; on the other
 * backends it stays what it is.
 */
import { randomUUID } from "node:crypto";
import { OptionError, TraceError } from "./errors";
import { tf } from "./tf";
import { engine, nativeBackend, type NativeBackend } from "./tracing/native-backend";
import { recordStep, type RecordedStep } from "./tracing/record-step";
import { type FlatTree, flattenTree, signatureOf, type TensorTree } from "./tracing/tensor-tree";
import { tracedStep } from "./tracing/trace-guard";

export interface CompileOptions {
  /** For messages; the function's own name unless given. */
  name?: string;
  /** Compiles the recorded step with XLA, which fuses its ops: slower to begin (seconds), faster where ops are many and small. */
  xla?: boolean;
  /**
   * Runs the very first call as it is, so that variables which the step makes on its first run (tf.train's optimisers do) are
   * there when it is recorded. Without it the first call is like every other, to the last bit.
   */
  eagerFirst?: boolean;
  /** How many signatures are kept; the one used longest ago makes room. */
  cacheSize?: number;
}

export const compileDefaults = { xla: false, eagerFirst: true, cacheSize: 32 } satisfies CompileOptions;

// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- a step that only assigns variables returns nothing
export type StepResult = TensorTree | void;

/** A compiled step is called like the step itself; the caller disposes of its result. */
export interface CompiledStep<Args extends readonly TensorTree[], Result extends StepResult> {
  (...args: Args): Result;
  /** How many signatures were recorded so far. */
  readonly traceCount: number;
  /** Frees the native code; a later call records anew. */
  dispose(): void;
}

/** Signatures after which the caller is told; then each time their number has doubled. */
const MANY_TRACES = 5;

let enabled = !["off", "0", "false"].includes(process.env.GENERATIVE_TRACING ?? "on");

/**
 * Turns recording on or off for the whole program: off, every step runs op by op and can be debugged with breakpoints and
 * console.log. `GENERATIVE_TRACING=off` does the same from outside.
 *
 * @returns what was set before
 */
export function setTracing(on: boolean): boolean {
  const before = enabled;
  enabled = on;
  return before;
}

/** Whether a compiled step would be recorded now; else it stays the function that it is. */
export function recordsSteps(): boolean {
  return enabled && nativeBackend() !== undefined;
}

/**
 * Compiles a step:
 *
 *     const step = compile((x: tf.Tensor2D, y: tf.Tensor2D) => optimizer.minimize(() => loss(model.apply(x), y)));
 *
 * The step is recorded when it is first called with arguments of new dtypes and shapes. What it computes from its arguments and
 * from variables is computed anew in each call. Everything else is as it was during the recording: JavaScript's numbers and
 * conditions become part of the recorded step, loops are unrolled, console.log speaks once. A number that changes from call to
 * call must therefore come in as a tensor; that it was a plain number cannot be noticed, and the first would be used for ever:
 *
 *     let rate = 0.1;
 *     compile((x) => x.mul(rate))(x);                    // wrong once rate has changed
 *     compile((x, rate) => x.mul(rate))(x, tf.scalar(rate)); // right
 *
 * A value read from a tensor, and a random number that JavaScript draws (with a seed or without), are errors.
 *
 * Inside another compiled step, and inside a gradient (tf.grads), it is part of what surrounds it.
 *
 * @throws TraceError (when called) where the step does what cannot be recorded; the message says what to write instead
 * @throws OptionError where an option makes no sense
 */
export function compile<Args extends readonly TensorTree[], Result extends StepResult>(
  step: (...args: Args) => Result,
  options: CompileOptions = {},
): CompiledStep<Args, Result> {
  const settings = { name: step.name === "" ? "step" : step.name, ...compileDefaults, ...options };
  if (!Number.isInteger(settings.cacheSize) || settings.cacheSize < 1)
    throw new OptionError(`compile: cacheSize: expected a whole number from 1, got ${settings.cacheSize}.`);
  const cache = new TraceCache(settings.name, settings.cacheSize);
  let isFirst = settings.eagerFirst;

  function call(...args: Args): Result {
    const backend = recordsSteps() ? nativeBackend() : undefined;
    // Inside another recording or a gradient, the ops themselves are wanted.
    if (backend === undefined || tracedStep() !== undefined || engine().state.gradientDepth > 0 || isFirst) {
      isFirst = false;
      return tf.tidy(() => step(...args) as never);
    }
    const flat = flattenTree(args, "argument");
    const recorded = cache.get(flat, backend, () =>
      recordStep(
        flat.leaves.map(({ tensor }) => tensor),
        (symbols) => step(...(rebuildArguments(flat, symbols) as unknown as Args)),
        {
          stepName: settings.name,
          functionName: nextFunctionName(settings.name),
          xla: settings.xla,
          backend,
        },
      ),
    );
    return runRecorded(recorded, flat, backend, settings.name) as Result;
  }

  const compiled = Object.assign(call, { dispose: () => cache.clear() });
  Object.defineProperty(compiled, "traceCount", { get: () => cache.count });
  functionsOfForgotten.register(compiled, cache.functions);
  return compiled as unknown as CompiledStep<Args, Result>;
}

function rebuildArguments(flat: FlatTree, symbols: readonly tf.Tensor[]): readonly TensorTree[] {
  let i = 0;
  return flat.rebuild(() => symbols[i++]!) as readonly TensorTree[];
}

/** Unique in the process, which may load this module more than once; TensorFlow's names have no spaces or signs. */
function nextFunctionName(step: string): string {
  return `${step}_${randomUUID()}`.replaceAll(/\W/g, "_").replace(/^_*/, "compiled_");
}

function runRecorded(
  { functionName, captures, updates, resultCount, rebuildResult }: RecordedStep,
  { leaves }: FlatTree,
  backend: NativeBackend,
  stepName: string,
): TensorTree | undefined {
  const ids = backend.getInputTensorIds(leaves.map(({ tensor }) => tensor));
  for (const capture of captures) {
    if ("variable" in capture) {
      ids.push(backend.getInputTensorIds([capture.variable])[0]!);
      continue;
    }
    if (!backend.tensorMap.has(capture.dataId))
      throw new TraceError(
        `compile(${stepName}): a tensor from outside that the step uses has been disposed of since it was recorded. ` +
          "Keep it as long as the step is used, or pass it as an argument.",
      );
    ids.push(backend.tensorMap.get(capture.dataId).id);
  }
  const outputs = backend.binding.executeOp(functionName, [], ids, resultCount + updates.length);
  updates.forEach((variable, i) => {
    const data = backend.tensorMap.get(variable.dataId);
    const { id } = outputs[resultCount + i]!;
    if (data.refCount === 1) {
      // What was never read has no native tensor yet, only values on their way there.
      if (data.values == null) backend.binding.deleteTensor(data.id);
      data.values = null;
      data.id = id;
    } else {
      // Another tensor shares what the variable had, and keeps it.
      const value = backend.createOutputTensor(outputs[resultCount + i]!);
      variable.assign(value);
      value.dispose();
    }
  });
  let next = 0;
  return rebuildResult(() => backend.createOutputTensor(outputs[next++]!));
}

/** The recorded steps of one compiled function, by signature; the one used longest ago goes first. */
class TraceCache {
  /** Names of the native functions that exist. */
  readonly functions = new Set<string>();
  count = 0;
  readonly #stepName: string;
  readonly #size: number;
  readonly #recorded = new Map<string, RecordedStep>();
  #last: Argument[] = [];
  #nextWarning = MANY_TRACES;

  constructor(stepName: string, size: number) {
    this.#stepName = stepName;
    this.#size = size;
  }

  get(flat: FlatTree, backend: NativeBackend, record: () => RecordedStep): RecordedStep {
    const signature = signatureOf(flat);
    let recorded = this.#recorded.get(signature);
    if (recorded === undefined) {
      recorded = record();
      this.functions.add(recorded.functionName);
      this.count++;
      this.#warnOfMany(flat);
    }
    // A map keeps the order of insertion: the first is the one used longest ago.
    this.#recorded.delete(signature);
    this.#recorded.set(signature, recorded);
    if (this.#recorded.size > this.#size) {
      const [oldest, { functionName }] = this.#recorded.entries().next().value!;
      this.#recorded.delete(oldest);
      this.functions.delete(functionName);
      backend.binding.removeFunction(functionName);
    }
    return recorded;
  }

  clear(): void {
    this.#recorded.clear();
    removeFunctions(this.functions);
  }

  #warnOfMany({ leaves }: FlatTree): void {
    const before = this.#last;
    this.#last = leaves.map(({ path, tensor: { dtype, shape } }) => ({
      path,
      kind: `${dtype} (${shape.join(", ")})`,
    }));
    if (this.count !== this.#nextWarning) return;
    this.#nextWarning *= 2;
    const changed = this.#last.findIndex(({ kind }, i) => kind !== before[i]?.kind);
    const [now, was] = [this.#last[changed], before[changed]];
    console.warn(
      `compile(${this.#stepName}): recorded ${this.count} times, now because argument ${now?.path ?? "list"} is ` +
        `${now?.kind ?? "shorter"} and was ${was?.kind ?? "absent"}. Each recording takes as long as many steps: give it batches ` +
        "of one shape (pad the last, or leave it out).",
    );
  }
}

/** What a signature says of one argument: "float32 (64, 28, 28, 1)". */
interface Argument {
  path: string;
  kind: string;
}

/** A notebook's cell that is run again forgets its compiled step; the native code must go too. */
const functionsOfForgotten = new FinalizationRegistry<Set<string>>(removeFunctions);

function removeFunctions(functions: Set<string>): void {
  const backend = tf.findBackend("tensorflow") as unknown as NativeBackend | null;
  for (const name of functions) backend?.binding.removeFunction(name);
  functions.clear();
}
