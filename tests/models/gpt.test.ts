/** The GPT equals PyTorch's (tests/fixtures/gpt/make-gpt.py): logits, gradients, and what it goes on with. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compile, setTracing } from "../../lib/core/compile.ts";
import { OptionError, ShapeError } from "../../lib/core/errors.ts";
import { decodeSafetensors } from "../../lib/core/safetensors.ts";
import { tf } from "../../lib/core/tf.ts";
import { softmaxCrossEntropy } from "../../lib/layers/cross-entropy.ts";
import {
  buildGpt,
  type GptCache,
  gptLanguageModel,
  gptLogits,
  prefillGpt,
  stepGpt,
} from "../../lib/models/gpt.ts";
import { type GenerateOptions, textGenerator } from "../../lib/sampling/generate.ts";

const path = join(import.meta.dirname, "../fixtures/gpt/gpt.safetensors");
const { tensors } = decodeSafetensors(readFileSync(path), path);
const sizes = { vocabulary: 11, context: 12, width: 16, layers: 2, heads: 4 };

const gpt = buildGpt(sizes);
for (const [name, variable] of Object.entries(gpt.weights)) {
  const { values, shape } = tensors.get(`weight/${name}`)!;
  tf.tidy(() => variable.assign(tf.tensor(values, shape, "float32")));
}
const whole = (name: string) => {
  const { values, shape } = tensors.get(name)!;
  return tf.tensor2d(Int32Array.from(values), shape as [number, number], "int32");
};
const tokens = whole("tokens");
const labels = whole("labels");

function expectClose(actual: tf.Tensor, name: string): void {
  const expected = tensors.get(name)!;
  expect(actual.shape).toEqual(expected.shape);
  const scale = Math.max(...Array.from(expected.values, Math.abs));
  actual
    .dataSync()
    .forEach((value, i) => expect(Math.abs(value - expected.values[i]!) / scale).toBeLessThan(1e-5));
}

test("its weights have PyTorch's names and shapes", () => {
  const names = [...tensors.keys()].flatMap((name) => (name.startsWith("weight/") ? [name.slice(7)] : []));
  expect(Object.keys(gpt.weights).sort()).toEqual(names.sort());
});

test("logits, and gradients of the loss, are PyTorch's", () => {
  tf.tidy(() => {
    expectClose(gptLogits(gpt, tokens), "logits");
    const { grads } = tf.variableGrads(() =>
      softmaxCrossEntropy(gptLogits(gpt, tokens).reshape([-1, 11]), labels.flatten()).mean(),
    );
    for (const [name, variable] of Object.entries(gpt.weights))
      expectClose(grads[variable.name]!, `gradient/${name}`);
  });
});

test("a change at a place leaves the logits before it as they are", () => {
  tf.tidy(() => {
    const other = tf.concat(
      [
        tokens.slice([0, 0], [3, 7]),
        tokens.slice([0, 7]).add(tf.scalar(1, "int32")).mod(tf.scalar(11, "int32")),
      ],
      1,
    );
    const [before, after] = [tokens, other].map((each) =>
      Array.from(
        gptLogits(gpt, each as tf.Tensor2D)
          .slice([0, 0, 0], [3, 7, 11])
          .dataSync(),
      ),
    );
    before!.forEach((value, i) => expect(after![i]).toBeCloseTo(value, 5));
  });
});

test("token by token with a cache, in a batch, the logits are those of the whole text", () => {
  tf.tidy(() => {
    let { cache } = prefillGpt(gpt, tokens.slice([0, 0], [3, 4]));
    const expected = gptLogits(gpt, tokens);
    for (let place = 4; place < 12; place++) {
      const token = tokens.slice([0, place], [3, 1]).reshape<tf.Tensor1D>([3]);
      const next = stepGpt(gpt, token, tf.scalar(place, "int32"), cache);
      cache = next.cache;
      const there = Array.from(expected.slice([0, place, 0], [3, 1, 11]).dataSync());
      next.logits.dataSync().forEach((value, i) => expect(value).toBeCloseTo(there[i]!, 4));
    }
  });
});

test("a step leaves the cache that it was given as it was, also where two steps start from one", () => {
  tf.tidy(() => {
    const { cache } = prefillGpt(gpt, tokens.slice([0, 0], [3, 4]));
    const before = cache.keys.map((each) => Array.from(each.dataSync()));
    const twice = (a: tf.Tensor1D, b: tf.Tensor1D, from: GptCache) =>
      [a, b].map((token) => stepGpt(gpt, token, tf.scalar(4, "int32"), from).logits);
    const [a, b] = [0, 1].map((first) => tokens.slice([0, first], [3, 1]).reshape<tf.Tensor1D>([3]));
    const recorded = compile(twice, { eagerFirst: false });
    const [expected, got] = [twice, recorded].map((run) =>
      run(a!, b!, cache).map((each) => Array.from(each.dataSync())),
    );
    expect(got).toEqual(expected);
    expect(got![0]).not.toEqual(got![1]);
    expect(cache.keys.map((each) => Array.from(each.dataSync()))).toEqual(before);
    recorded.dispose();
  });
});

test("what is generated does not depend on how many tokens a call makes", async () => {
  const options = { seed: 4, temperature: 1.3 };
  const recorded = await continueText([3], options);
  const tracing = setTracing(false);
  try {
    expect(await continueText([3], options)).toEqual(recorded);
  } finally {
    setTracing(tracing);
  }
  expect(recorded).toHaveLength(12);
  expect(await continueText([3], { ...options, tokens: 5 })).toEqual(recorded.slice(0, 5));
});

async function continueText(prompt: ArrayLike<number>, options: GenerateOptions): Promise<number[]> {
  const generator = textGenerator(gptLanguageModel(gpt), options);
  const made: number[] = [];
  for await (const token of generator.generate(prompt)) made.push(token);
  generator.dispose();
  return made;
}

describe.each([false, true])("generating, with XLA: %s", (xla) => {
  test.each([1, 3, 5, 12])(
    "after %i tokens the most probable ones are PyTorch's, to the end of the context",
    async (length) => {
      const prompt = tensors.get("tokens")!.values.slice(0, length);
      const before = tf.memory().numTensors;
      expect(await continueText(prompt, { temperature: 0, xla })).toEqual(
        Array.from(tensors.get(`greedy/${length}`)!.values),
      );
      expect(tf.memory().numTensors).toBe(before);
    },
  );

  test("equal seeds draw equal texts, others others", async () => {
    const [a, again, b] = await Promise.all(
      [1, 1, 2].map(async (seed) => continueText([3], { seed, temperature: 2, xla })),
    );
    expect(again).toEqual(a);
    expect(b).not.toEqual(a);
  });
});

test("draws are as frequent as the softmax of logits over the temperature says", async () => {
  const generator = (seed: number) =>
    textGenerator(gptLanguageModel(gpt), { tokens: 1, temperature: 1.5, seed });
  const counts = new Array<number>(11).fill(0);
  const draws = 600;
  const tracing = setTracing(false); // as fast here, where each generator makes one token
  for (let seed = 0; seed < draws; seed++) {
    const each = generator(seed);
    for await (const token of each.generate([4, 7])) counts[token]!++;
    each.dispose();
  }
  setTracing(tracing);
  const probabilities = tf.tidy(() =>
    Array.from(
      gptLogits(gpt, tf.tensor2d([[4, 7]], [1, 2], "int32"))
        .slice([0, 1, 0])
        .reshape([11])
        .div(1.5)
        .softmax()
        .dataSync(),
    ),
  );
  const chiSquare = counts.reduce(
    (sum, count, i) => sum + (count - draws * probabilities[i]!) ** 2 / (draws * probabilities[i]!),
    0,
  );
  expect(chiSquare).toBeLessThan(29.6); // 0.1 % of the χ² distribution with 10 degrees of freedom lies above
});

test("one generator serves many prompts with a few recordings, and leaving it early leaves nothing behind", async () => {
  const generator = textGenerator(gptLanguageModel(gpt), { temperature: 0 });
  const before = tf.memory().numTensors;
  const firsts: number[] = [];
  for (const length of [1, 2, 3, 4, 5, 6])
    for await (const token of generator.generate(tensors.get("tokens")!.values.slice(0, length))) {
      firsts.push(token);
      break;
    }
  const expected = tf.tidy(() =>
    Array.from(gptLogits(gpt, tokens.slice(0, 1)).argMax(2).dataSync()).slice(0, 6),
  );
  expect(firsts).toEqual(expected);
  expect(tf.memory().numTensors).toBe(before);
  generator.dispose();
});

test("the notebook's stop button ends it between two tokens, and nothing is left behind", async () => {
  const hook = Symbol.for("jupyter.interrupt");
  const world = globalThis as Record<symbol, unknown>;
  const button = new AbortController();
  world[hook] = () => button.signal;
  const generator = textGenerator(gptLanguageModel(gpt), { temperature: 0 });
  const before = tf.memory().numTensors;
  const made: number[] = [];
  const run = async () => {
    for await (const token of generator.generate([3]))
      if (made.push(token) === 5) button.abort(new Error("enough"));
  };
  try {
    await expect(run()).rejects.toThrow("enough");
  } finally {
    Reflect.deleteProperty(world, hook);
  }
  expect(made).toHaveLength(5);
  expect(tf.memory().numTensors).toBe(before);
  generator.dispose();
});

test("a place outside the context is named", () => {
  const step = (place: number) =>
    tf.tidy(() => {
      const { cache } = prefillGpt(gpt, tokens.slice([0, 0], [1, 4]));
      return stepGpt(gpt, tf.tensor1d([1], "int32"), tf.scalar(place, "int32"), cache);
    });
  for (const place of [-1, 12])
    expect(() => step(place)).toThrow(`the index value ${place} is not in [0, 11]`);
});

test("what makes no sense is named", async () => {
  expect(() => buildGpt({ vocabulary: 0 })).toThrow(OptionError);
  expect(() => buildGpt({ vocabulary: 5, width: 10, heads: 3 })).toThrow(
    /width: expected a multiple of heads \(3\), got 10/,
  );
  expect(() => gptLogits(gpt, tf.zeros([1, 13], "int32"))).toThrow(ShapeError);
  expect(() => textGenerator(gptLanguageModel(gpt), { temperature: -1 })).toThrow(
    /temperature: expected a number from 0, got -1/,
  );
  await expect(continueText([], {})).rejects.toThrow("expected 1 to 12 tokens, got 0.");
  await expect(continueText([3, 11], {})).rejects.toThrow(
    "token 1: expected a whole number from 0 to 10, got 11.",
  );
});
