/**
 * TensorFlow.js for the whole library, with a backend chosen: import `tf` from here, never from the npm package, so that
 * there is one engine, registered once.
 */
import * as tf from "@tensorflow/tfjs";
import { chooseInitialBackend } from "./backend-registry";
import { describeTensor } from "./describe-tensor";

chooseInitialBackend();

// A tensor as a cell's last value shows a table of its numbers (Deno's convention for rich results).
Object.defineProperty(tf.Tensor.prototype, Symbol.for("Jupyter.display"), {
  configurable: true,
  value: function display(this: tf.Tensor) {
    return describeTensor(this);
  },
});

export { tf };
