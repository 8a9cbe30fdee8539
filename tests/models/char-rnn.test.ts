/** The recurrent language model: its LSTM is PyTorch's (tests/layers); here its reading, its steps and its generating agree. */
import { OptionError } from "../../lib/core/errors.ts";
import { tf } from "../../lib/core/tf.ts";
import { softmaxCrossEntropy } from "../../lib/layers/cross-entropy.ts";
import { buildCharRnn, charRnnLanguageModel, charRnnLogits } from "../../lib/models/char-rnn.ts";
import { textGenerator, type GenerateOptions } from "../../lib/sampling/generate.ts";
import { Adam } from "../../lib/training/adam.ts";

const rnn = buildCharRnn({ vocabulary: 7, width: 5, units: 12, seed: 3 });
const model = charRnnLanguageModel(rnn);
const tokens = tf.tensor2d([[1, 5, 2, 2, 6, 0, 3], [4, 4, 0, 1, 3, 6, 5]], [2, 7], "int32"); // prettier-ignore

test("reading a prompt, and each token after it, gives the logits of the whole text", () => {
  tf.tidy(() => {
    const expected = charRnnLogits(rnn, tokens).arraySync();
    // What stands after the prompt's end does not count.
    let { logits, state } = model.read(tokens.slice([0, 0], [2, 5]), tf.scalar(2, "int32"));
    for (let place = 2; ; place++) {
      const there = expected.map((row) => row[place]!);
      logits
        .arraySync()
        .forEach((row, i) => row.forEach((value, j) => expect(value).toBeCloseTo(there[i]![j]!, 5)));
      if (place === 6) break;
      const token = tokens.slice([0, place + 1], [2, 1]).reshape<tf.Tensor1D>([2]);
      ({ logits, state } = model.step(token, tf.scalar(place + 1, "int32"), state));
    }
  });
});

async function continueText(prompt: number[], options: GenerateOptions): Promise<number[]> {
  const generator = textGenerator(model, { tokens: 40, ...options });
  const made: number[] = [];
  for await (const token of generator.generate(prompt)) made.push(token);
  generator.dispose();
  return made;
}

test.each([false, true])(
  "generating (XLA: %s) takes the most probable token each time, and leaves nothing behind",
  async (xla) => {
    const text = [1, 5, 2];
    const before = tf.memory().numTensors;
    const made = await continueText(text, { temperature: 0, xla });
    expect(tf.memory().numTensors).toBe(before);
    for (let i = 0; i < 40; i++)
      text.push(
        tf.tidy(() => {
          const all = tf.tensor2d([text], [1, text.length], "int32");
          return charRnnLogits(rnn, all)
            .slice([0, text.length - 1, 0])
            .flatten()
            .argMax()
            .dataSync()[0]!;
        }),
      );
    expect(made).toEqual(text.slice(3));
  },
);

test("equal seeds draw equal texts, others others", async () => {
  const [a, again, b] = [await continueText([0], { seed: 1 }), await continueText([0], { seed: 1 }), await continueText([0], { seed: 2 })]; // prettier-ignore
  expect(again).toEqual(a);
  expect(b).not.toEqual(a);
});

test("it learns a text by heart", async () => {
  const learner = buildCharRnn({ vocabulary: 7, width: 8, units: 16, seed: 1 });
  const text = tokens.slice([0, 0], [1, 7]);
  const adam = new Adam(Object.values(learner.weights), { learningRate: 0.02 });
  for (let step = 0; step < 200; step++)
    tf.tidy(() => void adam.minimize(() => softmaxCrossEntropy(charRnnLogits(learner, text.slice([0, 0], [1, 6])).reshape([6, 7]), text.slice([0, 1], [1, 6]).flatten()).mean())); // prettier-ignore
  const generator = textGenerator(charRnnLanguageModel(learner), { temperature: 0, tokens: 6 });
  const made: number[] = [];
  for await (const token of generator.generate([1])) made.push(token);
  expect(made).toEqual([5, 2, 2, 6, 0, 3]);
});

test("a size that makes no sense is named", () => {
  expect(() => buildCharRnn({ vocabulary: 5, units: 0.5 })).toThrow(OptionError);
});
