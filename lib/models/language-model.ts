import type { TensorTree } from "../core/tracing/tensor-tree";
import type { tf } from "../core/tf";

/** A network that reads tokens and says how probable each next one is, one at a time with a state of its own. */
export interface LanguageModel<State extends TensorTree> {
  /** How many different tokens there are. */
  vocabulary: number;
  /** The most tokens it sees at once; Infinity for a recurrent network. */
  context: number;
  /**
   * Reads a whole prompt.
   *
   * @param tokens int32 (batch, places); what stands after `last` is no part of the prompt
   * @param last int32, a number: the prompt's last place
   * @returns logits (batch, vocabulary) of the token after it, and what later ones need
   */
  read(tokens: tf.Tensor2D, last: tf.Scalar): { logits: tf.Tensor2D; state: State };
  /**
   * Reads one more token.
   *
   * @param token int32 (batch)
   * @param place int32, a number: where it stands, from 0
   */
  step(token: tf.Tensor1D, place: tf.Scalar, state: State): { logits: tf.Tensor2D; state: State };
}
