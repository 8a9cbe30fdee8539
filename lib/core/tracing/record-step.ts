/**
 * Recording a step: the step runs once on symbols instead of tensors, and each op it calls becomes a node of a TensorFlow
 * graph, the ops of gradients and optimisers included. The graph becomes one native function, called by name: what
 * tf.function is to Python (Agrawal et al. 2019, "TensorFlow Eager", https://arxiv.org/abs/1903.01855).
 *
 * It works by taking the place of the addon's functions while the step runs. Variables the step reads become inputs, those it
 * assigns become inputs and outputs, other tensors from outside are inputs that stay the same.
 */
import * as tf from "@tensorflow/tfjs";
import {
  FIRST_SYMBOL,
  type GraphTrace,
  type TensorFlowBinding,
  type TensorMetadata,
} from "../../native/binding";
import { TraceError } from "../errors";
import { type DataId, engine, type EngineState, type NativeBackend, runOp } from "./native-backend";
import { flattenTree, type Rebuild } from "./tensor-tree";
import { refuse, whileTracing } from "./trace-guard";

/** Where a call takes an input from that is no argument. */
export type Capture = { variable: tf.Variable } | { dataId: DataId };

export interface RecordedStep {
  /** The native function. */
  functionName: string;
  captures: Capture[];
  /** The variables that take the function's outputs after the result's own. */
  updates: tf.Variable[];
  resultCount: number;
  rebuildResult: Rebuild;
}

export interface Recording {
  /** For messages. */
  stepName: string;
  functionName: string;
  xla: boolean;
  backend: NativeBackend;
}

/**
 * @param args the leaves of the arguments of the first call
 * @param step gets symbols in their place
 * @throws TraceError where the step does what cannot be recorded; tensors and variables are then as they were
 */
export function recordStep(
  args: readonly tf.Tensor[],
  step: (symbols: tf.Tensor[]) => unknown,
  recording: Recording,
): RecordedStep {
  const variables = Object.values(engine().state.registeredVariables);
  separateVariables(variables, recording.backend);
  const trace = new StepTrace(recording, variables);
  const before = { ...engine().state };
  try {
    return trace.run(args, step);
  } catch (error) {
    trace.undo(before);
    throw error;
  } finally {
    trace.release();
  }
}

/**
 * Gives each variable data of its own. `target.assign(source)` lets two share theirs, and then which of them a step reads
 * could not be told.
 */
function separateVariables(variables: readonly tf.Variable[], backend: NativeBackend): void {
  for (const variable of variables)
    if (backend.tensorMap.get(variable.dataId).refCount > 1)
      tf.tidy(() => {
        const { dtype } = backend.tensorMap.get(variable.dataId);
        const T = { name: "T", type: backend.binding.TF_ATTR_TYPE, value: dtype };
        variable.assign(runOp(backend, "Identity", [T], [variable])[0]!);
      });
}

class StepTrace {
  readonly #recording: Recording;
  readonly #backend: NativeBackend;
  readonly #binding: TensorFlowBinding;
  readonly #trace: GraphTrace;
  readonly #variables: readonly tf.Variable[];
  /** The data that each variable had when the recording began. */
  readonly #initial: readonly DataId[];
  readonly #variableOf: ReadonlyMap<DataId, tf.Variable>;
  readonly #inputIds: number[] = [];
  readonly #captures: Capture[] = [];
  readonly #captured = new Map<DataId, number>();
  readonly #constants = new Map<DataId, number>();
  /** Data made while recording, by JavaScript (`born`) or as a symbol. */
  readonly #born = new Set<DataId>();
  readonly #symbols: DataId[] = [];
  #restored = false;

  constructor(recording: Recording, variables: readonly tf.Variable[]) {
    this.#recording = recording;
    this.#backend = recording.backend;
    this.#binding = recording.backend.binding;
    this.#trace = this.#binding.beginTrace();
    this.#variables = variables;
    this.#initial = variables.map(({ dataId }) => dataId);
    this.#variableOf = new Map(variables.map((variable) => [variable.dataId, variable]));
    // One more reference, so that assigning a variable does not free what it had.
    for (const id of this.#initial) this.#backend.incRef(id);
  }

  run(args: readonly tf.Tensor[], step: (symbols: tf.Tensor[]) => unknown): RecordedStep {
    const { stepName, functionName, xla } = this.#recording;
    const { state } = engine();
    const tensorsBefore = state.numTensors;
    const inputs = args.map((tensor) =>
      this.#addInput(this.#backend.tensorMap.get(tensor.dataId).dtype, tensor.shape),
    );
    let updates: tf.Variable[] = [];
    let resultIds: number[] = [];
    let updateIds: number[] = [];
    let rebuildResult: Rebuild = () => undefined;
    this.#takeOver(() => {
      tf.tidy(() => {
        const symbols = inputs.map((metadata) => this.#backend.createOutputTensor(metadata));
        const { leaves, rebuild } = flattenTree(
          whileTracing(stepName, { xla, scopes: engine() }, () => step(symbols)),
          "result",
        );
        rebuildResult = rebuild;
        this.#refuseNewVariables();
        resultIds = leaves.map(({ tensor }) => this.#idOf(tensor));
        updates = this.#variables.filter((variable, i) => variable.dataId !== this.#initial[i]);
        updateIds = updates.map((variable) => this.#idOf(variable));
      });
      this.#restoreVariables();
    });
    const kept = state.numTensors - tensorsBefore;
    if (kept > 0)
      throw new TraceError(
        `compile(${stepName}): ${kept} tensor${kept === 1 ? "" : "s"} outlived the step by tf.keep or in a variable outside ` +
          "it, where a later call could not renew them. Return them from the step instead.",
      );
    const outputIds = [...resultIds, ...updateIds];
    this.#call(() => this.#binding.finishTrace(this.#trace, functionName, this.#inputIds, outputIds, xla));
    return {
      functionName,
      captures: this.#captures,
      updates,
      resultCount: resultIds.length,
      rebuildResult,
    };
  }

  release(): void {
    this.#binding.releaseTrace(this.#trace);
  }

  /** After an error: nothing of the recording is left, and the engine counts as before. */
  undo(before: EngineState): void {
    const { state } = engine();
    this.#takeOver(() => {
      for (const variable of Object.values(state.registeredVariables))
        if (!this.#variables.includes(variable))
          Reflect.deleteProperty(state.registeredVariables, variable.name);
      this.#restoreVariables();
      for (const id of [...this.#symbols, ...this.#born])
        if (this.#backend.tensorMap.has(id)) {
          this.#backend.disposeData(id, true);
          engine().removeDataId(id, this.#backend);
        }
    });
    // A gradient that was interrupted leaves its tape, whose tensors are the symbols just disposed of.
    if (before.activeTape === null) state.activeTape = null;
    const { numTensors, numBytes, numDataBuffers, numStringTensors } = before;
    Object.assign(state, { numTensors, numBytes, numDataBuffers, numStringTensors });
  }

  /** Lets `body` run with the recording in the place of the addon. */
  #takeOver(body: () => void): void {
    const backend = this.#backend;
    const original = {
      binding: backend.binding,
      getInputTensorIds: backend.getInputTensorIds,
      move: backend.move,
      createOutputTensor: backend.createOutputTensor,
    };
    backend.binding = this.#recordingBinding();
    backend.getInputTensorIds = (tensors) =>
      tensors.map((tensor) =>
        // Int64Scalar of tfjs-node has no data: it is made anew for each op, here as a constant.
        "dataId" in tensor ? this.#idOf(tensor) : original.getInputTensorIds.call(backend, [tensor])[0]!,
      );
    backend.move = (id, ...rest) => {
      this.#born.add(id);
      original.move.call(backend, id, ...rest);
    };
    backend.createOutputTensor = (metadata) => {
      const tensor = original.createOutputTensor.call(backend, metadata);
      this.#symbols.push(tensor.dataId);
      return tensor;
    };
    try {
      body();
    } finally {
      Object.assign(backend, original);
    }
  }

  #recordingBinding(): TensorFlowBinding {
    const raw = this.#binding;
    const recording: Partial<TensorFlowBinding> = {
      createTensor: (shape, dtype, values) => {
        const id = raw.createTensor(shape, dtype, values);
        try {
          return raw.traceConstant(this.#trace, id).id;
        } finally {
          raw.deleteTensor(id);
        }
      },
      executeOp: (name, attributes, inputIds, outputs) => this.#addOp(name, attributes, inputIds, outputs),
      deleteTensor: (id) => {
        if (id < FIRST_SYMBOL) raw.deleteTensor(id);
      },
      tensorDataSync: () =>
        refuse(
          "a tensor was read (dataSync, data, array, print, or an op that needs numbers)",
          "Return the tensor and read it after the call; for a choice by value use tf.where.",
        ),
    };
    // Not assigned: the addon's functions are read-only, also by inheritance.
    return Object.create(raw, Object.getOwnPropertyDescriptors(recording)) as TensorFlowBinding;
  }

  #addInput(dtype: number, shape: readonly number[]): TensorMetadata {
    const metadata = this.#binding.traceInput(this.#trace, dtype, shape);
    this.#inputIds.push(metadata.id);
    return metadata;
  }

  #addOp(
    ...[name, attributes, inputIds, outputs]: Parameters<TensorFlowBinding["executeOp"]>
  ): TensorMetadata[] {
    const results = this.#call(() => this.#binding.traceOp(this.#trace, name, attributes, inputIds, outputs));
    for (const { shape } of results)
      // Null where not even the rank is known, whatever the type says of eager tensors.
      if ((shape as number[] | null) === null || shape.includes(-1))
        throw new TraceError(
          `compile(${this.#recording.stepName}): the shape that ${name} gives depends on values. Do that part outside the ` +
            "step, or with a mask of fixed shape.",
        );
    return results;
  }

  /** The symbol for what an op is given: one made while recording, a constant, or an input for something from outside. */
  #idOf({ dataId, shape }: tf.TensorInfo): number {
    const constant = this.#constants.get(dataId) ?? this.#captured.get(dataId);
    if (constant !== undefined) return constant;
    const data = this.#backend.tensorMap.get(dataId);
    if (this.#born.has(dataId) && data.values !== null) {
      const id = this.#backend.binding.createTensor(data.shape, data.dtype, data.values);
      this.#constants.set(dataId, id);
      return id;
    }
    if (data.id >= FIRST_SYMBOL) return data.id;
    if (data.values !== null) {
      // Later calls pass its number on, so TensorFlow must have it now.
      data.id = this.#binding.createTensor(data.shape, data.dtype, data.values);
      data.values = null;
    }
    const { id } = this.#addInput(data.dtype, shape);
    const variable = this.#variableOf.get(dataId);
    this.#captures.push(variable === undefined ? { dataId } : { variable });
    this.#captured.set(dataId, id);
    return id;
  }

  #refuseNewVariables(): void {
    const known = new Set(this.#variables);
    const { registeredVariables } = engine().state;
    const created = Object.values(registeredVariables).filter((variable) => !known.has(variable));
    if (created.length > 0)
      throw new TraceError(
        `compile(${this.#recording.stepName}): the step made the variable ${created[0]!.name} while it was recorded. ` +
          "Make variables before: build the model, or leave eagerFirst on so that the first call makes them.",
      );
    const gone = this.#variables.find(({ name }) => !(name in registeredVariables));
    if (gone !== undefined)
      throw new TraceError(
        `compile(${this.#recording.stepName}): the step disposed of the variable ${gone.name}. Do that outside the step.`,
      );
  }

  /** Variables get the data back that they had; what the step assigned becomes the function's outputs. */
  #restoreVariables(): void {
    if (this.#restored) return;
    this.#restored = true;
    const { state } = engine();
    this.#variables.forEach((variable, i) => {
      const initial = this.#initial[i]!;
      if (!(variable.name in state.registeredVariables)) {
        // The step disposed of it, which is an error; the reference that the constructor added has kept its data.
        (variable as unknown as { isDisposedInternal: boolean }).isDisposedInternal = false;
        state.registeredVariables[variable.name] = variable;
        variable.dataId = initial;
      } else if (variable.dataId === initial) {
        this.#backend.tensorMap.get(initial).refCount--;
      } else {
        engine().disposeTensor(variable);
        variable.dataId = initial;
        engine().trackTensor(variable, this.#backend);
      }
    });
  }

  /** Adds the step's name to what TensorFlow objects to. */
  #call<T>(native: () => T): T {
    try {
      return native();
    } catch (error) {
      throw new TraceError(`compile(${this.#recording.stepName}): ${(error as Error).message}`, {
        cause: error,
      });
    }
  }
}
