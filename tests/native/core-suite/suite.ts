// What is bundled: tfjs-core's own tests, after the settings that its jasmine_util reads.
import "./settings.ts";
import "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js";
import "@tensorflow/tfjs-core/dist/register_all_gradients.js";
import "@tensorflow/tfjs-core/dist/tests.js";
