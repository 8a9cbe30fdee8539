/** Compiled steps: the same results as op by op, in every form a step takes, and nothing left behind. */
import { compile, setTracing } from "../../../lib/core/compile.ts";
import { OptionError, TraceError } from "../../../lib/core/errors.ts";
import { Random } from "../../../lib/core/random.ts";
import { tf } from "../../../lib/core/tf.ts";
import { nativeBackend } from "../../../lib/core/tracing/native-backend.ts";

const random = new Random(1);
const normal = (...shape: number[]) => tf.tensor(random.normals(shape.reduce((a, b) => a * b, 1)), shape);
const now = { eagerFirst: false } as const;
const numbers = (tensor: tf.Tensor) => Array.from(tensor.dataSync());

function expectClose(actual: tf.Tensor, expected: tf.Tensor): void {
  expect(actual.shape).toEqual(expected.shape);
  expect(actual.dtype).toBe(expected.dtype);
  const [a, b] = [numbers(actual), numbers(expected)];
  a.forEach((value, i) => expect(value).toBeCloseTo(b[i]!, 4));
}

/** A variable that shares its values with no tensor. */
const makeVariable = <R extends tf.Rank>(value: tf.Tensor<R>): tf.Variable<R> =>
  tf.tidy(() => tf.variable(value.add(0)));

/** Everything the engine and the addon count. */
function census() {
  const { numTensors, numBytes, numDataBuffers } = tf.memory();
  const binding = nativeBackend()!.binding as unknown as { getNumOfTensors(): number };
  return { numTensors, numBytes, numDataBuffers, native: binding.getNumOfTensors() };
}
/** The engine's counts alone: the addon gets a tensor's values only when they are used. */
function engineCensus() {
  const { numTensors, numBytes, numDataBuffers } = tf.memory();
  return { numTensors, numBytes, numDataBuffers };
}

beforeEach(() => {
  tf.engine().startScope();
});
afterEach(() => {
  jest.restoreAllMocks();
  tf.disposeVariables();
  tf.engine().endScope();
});

describe("what goes in and comes out", () => {
  test("tensors, lists and records, to any depth", () => {
    const step = compile(
      ({ a, b }: { a: tf.Tensor; b: [tf.Tensor, tf.Tensor] }, c: tf.Tensor) => ({
        sum: a.add(b[0]),
        rest: [b[1].mul(c), { deep: c.neg() }] as const,
      }),
      now,
    );
    const [a, b, c] = [tf.scalar(1), tf.tensor1d([2, 3]), tf.tensor1d([4, 5])];
    const { sum, rest } = step({ a, b: [b, c] }, c);
    expect(numbers(sum)).toEqual([3, 4]);
    expect(numbers(rest[0])).toEqual([16, 25]);
    expect(numbers(rest[1].deep)).toEqual([-4, -5]);
    expect(step.traceCount).toBe(1);
  });

  test("nothing, an argument as it is, a variable, the same tensor twice, a constant", () => {
    const v = tf.variable(tf.scalar(1));
    const assign = compile((x: tf.Tensor<tf.Rank.R0>) => {
      v.assign(x);
    }, now);
    assign(tf.scalar(5));
    expect(numbers(v)).toEqual([5]);
    const pass = compile((x: tf.Tensor) => [x, v, x, tf.tensor1d([7, 8])], now);
    const results = pass(tf.scalar(3));
    expect(results.map(numbers)).toEqual([[3], [5], [3], [7, 8]]);
    v.assign(tf.scalar(6));
    expect(numbers(pass(tf.scalar(4))[1]!)).toEqual([6]);
  });

  test.each(["float32", "int32", "bool"] as const)("%s keeps its type", (dtype) => {
    const step = compile((x: tf.Tensor) => x.reshape([2, 1]), now);
    const result = step(tf.tensor([1, 0], [2], dtype));
    expect([result.dtype, result.shape, numbers(result)]).toEqual([dtype, [2, 1], [1, 0]]);
  });

  test("tensors from outside stay the same, and are missed when they are gone", () => {
    const table = tf.tensor1d([1, 2, 3]);
    const step = compile((x: tf.Tensor) => x.add(table), now);
    expect(numbers(step(tf.scalar(1)))).toEqual([2, 3, 4]);
    table.dispose();
    expect(() => step(tf.scalar(1))).toThrow(
      /^compile\(step\): a tensor from outside.*disposed of.*argument/s,
    );
  });

  test("a variable that is assigned before anything has read it", () => {
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const source = tf.variable(tf.tensor1d([1, 2]));
      const copy = tf.variable(tf.tensor1d([8, 9])); // its values have not reached TensorFlow yet
      const step = compile(() => copy.assign(source), { eagerFirst: false });
      for (const start of [1, 5]) {
        source.assign(tf.tensor1d([start, start + 1]));
        step();
        expect([...copy.dataSync()]).toEqual([start, start + 1]);
      }
      step.dispose();
      tf.dispose([source, copy]);
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  test("variables that share their values are told apart", () => {
    const source = tf.variable(tf.scalar(1));
    const target = tf.variable(tf.scalar(2));
    target.assign(source);
    const step = compile((x: tf.Tensor) => {
      source.assign(source.add(x));
      return target.add(0);
    }, now);
    expect([1, 2].map(() => numbers(step(tf.scalar(10)))[0])).toEqual([1, 1]);
    expect([numbers(source), numbers(target)]).toEqual([[21], [1]]);
    // A clone keeps what the variable had.
    const clone = source.clone();
    step(tf.scalar(10));
    expect([numbers(clone), numbers(source)]).toEqual([[21], [31]]);
  });
});

describe("trainings", () => {
  test("tf.train's optimisers make the steps they make op by op", () => {
    const x = normal(16, 3);
    const y = normal(16, 2);
    for (const make of [
      () => tf.train.sgd(0.1),
      () => tf.train.momentum(0.1, 0.9),
      () => tf.train.adam(0.05),
      () => tf.train.rmsprop(0.02),
      () => tf.train.adagrad(0.1),
      () => tf.train.adamax(0.05),
    ]) {
      const runs = [true, false].map((compiled) => {
        const w = tf.variable(tf.ones([3, 2]));
        const optimizer = make();
        const step = (input: tf.Tensor, output: tf.Tensor) =>
          optimizer.minimize(() => tf.losses.meanSquaredError(output, tf.matMul(input, w)), true)!;
        const run = compiled ? compile(step) : step;
        const losses = Array.from({ length: 6 }, () => numbers(run(x, y))[0]!);
        return { losses, w };
      });
      const [first, second] = runs as [(typeof runs)[0], (typeof runs)[0]];
      first.losses.forEach((loss, i) => expect(loss).toBeCloseTo(second.losses[i]!, 5));
      expect(new Set(first.losses.map((loss) => loss.toFixed(5))).size).toBe(6);
      expectClose(first.w, second.w);
    }
  });

  test("a model of tf.layers with convolutions, batch normalisation and an LSTM", () => {
    const build = () =>
      tf.sequential({
        layers: [
          tf.layers.conv2d({
            inputShape: [8, 8, 1],
            filters: 4,
            kernelSize: 3,
            strides: 2,
            padding: "same",
            kernelInitializer: tf.initializers.glorotUniform({ seed: 1 }),
          }),
          tf.layers.batchNormalization(),
          tf.layers.leakyReLU(),
          tf.layers.reshape({ targetShape: [4, 16] }),
          tf.layers.lstm({
            units: 3,
            kernelInitializer: tf.initializers.glorotUniform({ seed: 2 }),
            recurrentInitializer: tf.initializers.glorotUniform({ seed: 3 }),
          }),
          tf.layers.dense({ units: 1, kernelInitializer: tf.initializers.glorotUniform({ seed: 4 }) }),
        ],
      });
    const x = normal(4, 8, 8, 1);
    const y = normal(4, 1);
    const [compiled, eager] = [true, false].map((isCompiled) => {
      const model = build();
      const optimizer = tf.train.adam(0.01);
      const step = (input: tf.Tensor, output: tf.Tensor) =>
        optimizer.minimize(
          () => tf.losses.meanSquaredError(output, model.apply(input, { training: true }) as tf.Tensor),
          true,
        )!;
      const run = isCompiled ? compile(step) : step;
      for (let i = 0; i < 5; i++) run(x, y);
      return model.getWeights();
    });
    expect(compiled).toHaveLength(11);
    compiled!.forEach((weight, i) => expectClose(weight, eager![i]!));
    // The moving mean and variance of the batch normalisation moved.
    expect(numbers(compiled![4]!)).not.toEqual([0, 0, 0, 0]);
  });

  test("gradients of gradients: a gradient penalty, R1, and an unrolled update", () => {
    const w = tf.variable(tf.tensor2d([0.3, -0.2, 0.5, 0.1], [2, 2]));
    const x = normal(5, 2);
    const critic = (input: tf.Tensor) => tf.matMul(input, w).tanh().sum(1);
    const penalty = (input: tf.Tensor): tf.Scalar =>
      tf
        .grad((each) => critic(each).sum())(input)
        .square()
        .sum(1)
        .sqrt()
        .sub(1)
        .square()
        .mean();
    const r1 = (input: tf.Tensor): tf.Scalar =>
      tf
        .grad((each) => critic(each).sum())(input)
        .square()
        .sum();
    const unrolled = (input: tf.Tensor): tf.Scalar => {
      const gradient = tf.grad((weights) => tf.matMul(input, weights).tanh().square().mean())(w);
      return tf
        .matMul(input, w.sub(gradient.mul(0.1)))
        .square()
        .mean();
    };
    for (const loss of [penalty, r1, unrolled]) {
      const step = (input: tf.Tensor) => tf.variableGrads(() => loss(input), [w]).grads[w.name]!;
      expectClose(
        compile(step, now)(x),
        tf.tidy(() => step(x)),
      );
    }
  });
});

describe("where recording is not wanted", () => {
  test("inside another compiled step and inside a gradient, the step is part of what surrounds it", () => {
    const square = compile((x: tf.Tensor) => x.square(), now);
    const outer = compile((x: tf.Tensor) => square(x).add(1), now);
    expect(numbers(outer(tf.scalar(3)))).toEqual([10]);
    expect(numbers(tf.grad((x) => square(x).sum())(tf.scalar(3)))).toEqual([6]);
    expect(square.traceCount).toBe(0);
  });

  test("setTracing(false) runs op by op", () => {
    const step = compile((x: tf.Tensor) => tf.scalar(x.dataSync()[0]! + 1), now);
    const was = setTracing(false);
    try {
      expect(numbers(step(tf.scalar(1)))).toEqual([2]);
    } finally {
      setTracing(was);
    }
    expect(() => step(tf.scalar(1))).toThrow(TraceError);
  });

  test("on another backend the step is what it is", async () => {
    const step = compile((x: tf.Tensor) => tf.scalar(x.dataSync()[0]! + 1), now);
    await tf.setBackend("cpu");
    try {
      expect(numbers(step(tf.scalar(1)))).toEqual([2]);
    } finally {
      await tf.setBackend("tensorflow");
    }
  });

  test("the first call makes the variables, unless it is told not to", () => {
    const makesOne = () => {
      let state: tf.Variable | undefined;
      return (x: tf.Tensor) => {
        state ??= tf.variable(tf.scalar(0), false);
        state.assign(state.add(x));
        return state.clone();
      };
    };
    const step = compile(makesOne());
    expect([1, 2, 3].map(() => numbers(step(tf.scalar(2)))[0])).toEqual([2, 4, 6]);
    expect(step.traceCount).toBe(1);
    expect(() => compile(makesOne(), now)(tf.scalar(2))).toThrow(/made the variable .* eagerFirst/);
  });
});

describe("what cannot be recorded is refused, says what to write instead, and leaves nothing behind", () => {
  const v = () => makeVariable(tf.tensor1d([1, 2, 3]));
  const outside: tf.Tensor[] = [];
  const cases: [what: string, step: (x: tf.Tensor, v: tf.Variable) => unknown, message: RegExp][] = [
    ["dataSync", (x) => tf.scalar(x.dataSync()[0]!), /was read .* Return the tensor/],
    ["reading a variable", (x, w) => x.add(w.dataSync()[0]!), /was read/],
    ["arraySync", (x) => tf.tensor(x.arraySync()), /was read/],
    ["print", (x) => (x.print(), x), /was read/],
    ["tf.randomNormal", (x) => x.add(tf.randomNormal([3])), /tf\.randomNormal drew .* randomNormal .* key/],
    [
      "tf.randomNormal with a seed",
      (x) => x.add(tf.randomNormal([3], 0, 1, "float32", 7)),
      /tf\.randomNormal drew .* randomNormal .* key/,
    ],
    [
      "tf.randomUniform with a seed",
      (x) => x.add(tf.randomUniform([3], 0, 1, "float32", 7)),
      /tf\.randomUniform drew .* randomUniform .* key/,
    ],
    ["tf.randomUniformInt", (x) => x.add(tf.randomUniformInt([3], 0, 5, 7)), /tf\.randomUniformInt drew/],
    [
      "tf.randomStandardNormal",
      (x) => x.add(tf.randomStandardNormal([3], "float32", 7)),
      /tf\.randomStandardNormal drew/,
    ],
    [
      "tf.truncatedNormal with a seed",
      (x) => x.add(tf.truncatedNormal([3], 0, 1, "float32", 7)),
      /tf\.truncatedNormal drew .* clip/,
    ],
    ["tf.randomGamma", (x) => x.add(tf.randomGamma([3], 1, 1, "float32", 7)), /tf\.randomGamma drew/],
    ["tf.rand", (x) => x.add(tf.rand([3], () => 0.5)), /tf\.rand drew/],
    [
      "tf.dropout with a seed",
      (x) => tf.dropout(x, 0.5, undefined, 7),
      /tf\.randomUniform drew .* withRandomKey/,
    ],
    [
      "a seeded dropout layer without a key",
      (x) => tf.layers.dropout({ rate: 0.5, seed: 7 }).apply(x, { training: true }),
      /tf\.randomUniform drew .* withRandomKey/,
    ],
    [
      "a layer of noise",
      (x) => tf.layers.gaussianNoise({ stddev: 1 }).apply(x, { training: true }),
      /tf\.randomNormal drew .* key/,
    ],
    ["tf.dropout", (x) => tf.dropout(x, 0.5), /drew random numbers .* withRandomKey/],
    ["Math.random", (x) => x.mul(Math.random()), /random number/],
    ["the course's Random", (x) => x.mul(new Random(1).next()), /random number .* pass it in/],
    [
      "tf.multinomial",
      (x) => tf.multinomial(x as tf.Tensor1D, 2, 7),
      /tf\.multinomial drew .* randomCategorical/,
    ],
    [
      "shapes that depend on values",
      (x) => tf.unique(x).values,
      /shape that UniqueV2 gives depends on values/,
    ],
    ["a new variable", (x) => tf.variable(x).add(1), /made the variable/],
    ["disposing of a variable", (x, w) => (w.dispose(), x), /disposed of the variable/],
    ["tf.keep", (x) => (outside.push(tf.keep(x.add(1))), x), /1 tensor outlived the step/],
    ["a number for a result", () => 5, /result of the step: expected a tensor.*got 5\. Return tensors/],
    ["a class for a result", () => new Map(), /got a Map/],
    ["an async step", (x) => Promise.resolve(x), /got a Promise\. A step cannot be async/],
    [
      "shapes that do not fit",
      (x) => tf.matMul(x.reshape([1, 3]), x.reshape([1, 3])),
      /Dimensions must be equal, but are 3 and 1/,
    ],
    [
      "an error of the step's own, within a gradient, after assigning",
      (x, w) => {
        w.assign(x);
        return tf.grad((each) => {
          each.square();
          throw new RangeError("mine");
        })(x);
      },
      /^mine$/,
    ],
  ];
  test.each(cases)("%s", (_, step, message) => {
    const variable = v();
    const x = tf.tensor1d([4, 5, 6]);
    jest.spyOn(console, "log").mockImplementation(() => undefined);
    nativeBackend()!.getInputTensorIds([x, variable]); // counted by the addon from now on
    const start = census();
    expect(() => compile((each: tf.Tensor) => step(each, variable) as tf.Tensor, now)(x)).toThrow(message);
    expect(census()).toEqual(start);
    // The engine works as before: gradients, variables, and the next compiled step.
    expect(numbers(variable)).toEqual([1, 2, 3]);
    expect(numbers(tf.grad((each) => each.square().sum())(x))).toEqual([8, 10, 12]);
    variable.assign(compile((each: tf.Tensor1D) => each.add<tf.Tensor1D>(variable), now)(x));
    expect(numbers(variable)).toEqual([5, 7, 9]);
    expect(Math.random()).toBeLessThan(1);
  });

  test("numbers for arguments", () => {
    const step = compile((x: tf.Tensor, rate: tf.Tensor) => x.mul(rate), now) as unknown as (
      ...args: unknown[]
    ) => void;
    expect(() => step(tf.scalar(1), 0.5)).toThrow(
      "compile: argument 1: expected a tensor, or a list or record of tensors; got 0.5. Wrap a number that changes from call to " +
        "call in tf.scalar; let the step close over one that does not.",
    );
  });

  test("cacheSize 0", () => {
    expect(() => compile((x: tf.Tensor) => x, { cacheSize: 0 })).toThrow(OptionError);
  });
});

describe("many calls and many shapes", () => {
  test("20,000 steps leave no tensor behind, in the engine or in the addon", () => {
    const w = makeVariable(tf.zeros([4]));
    const x = tf.ones([4]);
    const step = compile((each: tf.Tensor) => {
      w.assign(w.mul(0.5).add(each));
      return w.sum();
    }, now);
    step(x).dispose();
    const start = census();
    for (let i = 0; i < 20_000; i++) step(x).dispose();
    expect(census()).toEqual(start);
    expect(numbers(w)).toEqual([2, 2, 2, 2]);
  });

  test("of 1,000 signatures the last ones are kept, and all give the right result", () => {
    const step = compile((x: tf.Tensor) => x.add(1).sum(), { ...now, cacheSize: 8 });
    jest.spyOn(console, "warn").mockImplementation(() => undefined);
    const callOnce = (shape: number[]) => {
      tf.tidy(() => void step(tf.ones(shape)));
    };
    const start = census();
    for (let length = 1; length <= 1000; length++)
      tf.tidy(() => {
        expect(numbers(step(tf.ones([length])))).toEqual([2 * length]);
      });
    expect(step.traceCount).toBe(1000);
    callOnce([1000]);
    expect(step.traceCount).toBe(1000); // was kept
    callOnce([1]);
    expect(step.traceCount).toBe(1001); // was not
    expect(census()).toEqual(start);
    step.dispose();
    callOnce([1]);
    expect(step.traceCount).toBe(1002);
  });

  test("one is warned of many recordings, with the argument and the shapes that changed, ever more rarely", () => {
    const warned = jest.spyOn(console, "warn").mockImplementation(() => undefined);
    const step = compile(({ x }: { x: tf.Tensor; y: tf.Tensor }) => x.sum(), { ...now, name: "train" });
    for (let i = 1; i <= 20; i++) step({ y: tf.scalar(0), x: tf.ones([i, 3]) });
    expect(warned.mock.calls.map(([message]) => message as string)).toEqual(
      [5, 10, 20].map(
        (count) =>
          `compile(train): recorded ${count} times, now because argument 0.x is float32 (${count}, 3) and was float32 ` +
          `(${count - 1}, 3). Each recording takes as long as many steps: give it batches of one shape (pad the last, or leave it out).`,
      ),
    );
  });
});

test("recording itself leaves no tensor behind", () => {
  const w = makeVariable(tf.ones([2]));
  const x = tf.ones([2]);
  const start = engineCensus();
  const step = compile((each: tf.Tensor) => {
    const loss = () => w.mul(each).square().sum<tf.Scalar>();
    const { grads, value } = tf.variableGrads(loss, [w]);
    w.assign(w.sub(grads[w.name]!.mul(0.1)));
    return value;
  }, now);
  step(x).dispose();
  expect(engineCensus()).toEqual(start);
});
