/** Text from a language model, token by token: the prompt is read in one compiled call, then some tokens in each, their drawing included. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { compile, type CompiledStep, recordsSteps } from "../core/compile";
import { OptionError } from "../core/errors";
import { interruptSignal } from "../core/interrupt";
import { Random } from "../core/random";
import { randomCategorical, randomKey, randomKeys, type RandomKey } from "../core/random-ops";
import { tf } from "../core/tf";
import type { TensorTree } from "../core/tracing/tensor-tree";
import type { LanguageModel } from "../models/language-model";

export interface GenerateOptions {
  /** How many tokens to make; until the context is full unless told, for a recurrent network without end. */
  tokens?: number;
  /** Logits are divided by it: below 1 bolder, above 1 wilder, 0 takes the most probable token each time. */
  temperature?: number;
  /** Decides the draws. */
  seed?: number;
  /** Compiles the steps with XLA: a second or two at the beginning. Faster only where the addon's own kernels do not run. */
  xla?: boolean;
}

export const generateDefaults = { temperature: 1, seed: 0, xla: false };

/** A generator of text that keeps its compiled steps from one text to the next. */
export interface TextGenerator {
  /**
   * The tokens that follow a prompt, one by one. The notebook's stop button ends it by throwing.
   *
   * @param prompt at least one token, from 0 to vocabulary − 1
   * @throws OptionError where the prompt is empty, too long, or has an unknown token
   */
  generate(prompt: ArrayLike<number>): AsyncGenerator<number, void, undefined>;
  /** Frees the compiled steps; the model's weights stay. */
  dispose(): void;
}

/** Tokens (made, batch), and what the model needs after the last but one of them. */
type Drawn<State extends TensorTree> = { tokens: tf.Tensor2D; state: State };

/** Where steps are recorded: a call costs as much as some tokens do. Few enough for the text to flow. */
const TOKENS_IN_ONE_CALL = 16;

/**
 * Makes ready to generate with a model:
 *
 *     const generator = textGenerator(gptLanguageModel(gpt), { temperature: 0.8 });
 *     for await (const token of generator.generate(encode("To be"))) …
 *
 * @throws OptionError where an option makes no sense
 */
export function textGenerator<State extends TensorTree>(
  model: LanguageModel<State>,
  options: GenerateOptions = {},
): TextGenerator {
  const { tokens = Infinity, temperature, seed, xla } = { ...generateDefaults, ...options };
  if (!(temperature >= 0 && temperature < Infinity))
    throw new OptionError(`textGenerator: temperature: expected a number from 0, got ${temperature}.`);
  if (tokens !== Infinity && (!Number.isInteger(tokens) || tokens < 1))
    throw new OptionError(`textGenerator: tokens: expected a positive whole number, got ${tokens}.`);
  const { context, vocabulary } = model;
  const pick = (logits: tf.Tensor2D, key: RandomKey) =>
    (temperature === 0 ? logits.argMax(1) : randomCategorical(key, logits.div(temperature))) as tf.Tensor1D;
  const compileOptions = { eagerFirst: false, xla };

  // Prompts are padded to a power of two, so that a handful of recordings serves every length.
  const read: CompiledStep<[tf.Tensor2D, tf.Scalar, RandomKey], Drawn<State>> = compile(
    (prompt: tf.Tensor2D, last: tf.Scalar, key: RandomKey) => {
      const { logits, state } = model.read(prompt, last);
      return { tokens: pick(logits, key).expandDims<tf.Tensor2D>(0), state };
    },
    { name: "prefill", ...compileOptions },
  );
  // Recorded, the tokens of one call are one graph, in which one hands the state on to the next without a copy.
  const stride = recordsSteps() && !xla ? TOKENS_IN_ONE_CALL : 1;
  const step: CompiledStep<[tf.Tensor1D, tf.Tensor1D, State, tf.Tensor2D], Drawn<State>> = compile(
    (token: tf.Tensor1D, places: tf.Tensor1D, before: State, keys: tf.Tensor2D) => {
      const tokens = [token];
      const eachKey = tf.unstack(keys) as RandomKey[];
      let state = before;
      (tf.unstack(places) as tf.Scalar[]).forEach((place, i) => {
        const after = model.step(tokens[i]!, place, state);
        state = after.state;
        tokens.push(pick(after.logits, eachKey[i]!));
      });
      return { tokens: tf.stack(tokens.slice(1)) as tf.Tensor2D, state };
    },
    { name: "generate", ...compileOptions },
  );

  async function* generate(prompt: ArrayLike<number>): AsyncGenerator<number, void, undefined> {
    checkPrompt(prompt, context, vocabulary);
    const interrupted = interruptSignal();
    const random = new Random(seed);
    const count = Math.min(tokens, context - prompt.length + 1);
    let drawn = tidy(() => {
      const padded = Math.min(context, 2 ** Math.ceil(Math.log2(prompt.length)));
      const places = Int32Array.from({ length: padded }, (_, i) => prompt[i] ?? 0);
      return read(
        tf.tensor2d(places, [1, padded], "int32"),
        tf.scalar(prompt.length - 1, "int32"),
        randomKey(random.fork(0)),
      );
    });
    let made = 0;
    try {
      for (;;) {
        const values = await drawn.tokens.data<"int32">();
        for (const token of values.subarray(0, count - made)) {
          interrupted?.throwIfAborted();
          yield token;
        }
        made += values.length;
        if (made >= count) return;
        // A turn of the event loop: the stop button is heard, what was printed is sent.
        if (made % TOKENS_IN_ONE_CALL < values.length) await nextTurn();
        const before = drawn;
        const ahead = Array.from({ length: stride }, (_, i) => made + i);
        drawn = tidy(() => {
          // At the context's end the last call makes more than is wanted, at places that are there all the same.
          const places = ahead.map((i) => Math.min(prompt.length + i - 1, context - 1));
          return step(
            before.tokens.slice([values.length - 1, 0], [1, -1]).flatten(),
            tf.tensor1d(places, "int32"),
            before.state,
            randomKeys(ahead.map((i) => random.fork(i))),
          );
        });
        dispose(before);
      }
    } finally {
      dispose(drawn);
    }
  }

  return {
    generate,
    dispose() {
      read.dispose();
      step.dispose();
    },
  };
}

function checkPrompt(prompt: ArrayLike<number>, context: number, vocabulary: number): void {
  if (prompt.length === 0 || prompt.length > context)
    throw new OptionError(
      `generate: prompt: expected 1 to ${context} tokens, got ${prompt.length}.` +
        (prompt.length === 0 ? "" : ` Take the last ${context}.`),
    );
  for (let i = 0; i < prompt.length; i++)
    if (!Number.isInteger(prompt[i]) || prompt[i]! < 0 || prompt[i]! >= vocabulary)
      throw new OptionError(
        `generate: prompt: token ${i}: expected a whole number from 0 to ${vocabulary - 1}, got ${prompt[i]}.`,
      );
}

// tfjs's types know no generic results.
const tidy = <T extends TensorTree>(body: () => T): T => tf.tidy(body as never) as T;
const dispose = tf.dispose as (tree: TensorTree) => void;
