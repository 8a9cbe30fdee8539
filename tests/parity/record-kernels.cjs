/** Which kernels of tfjs something computes with: on the backend in use, while it runs. */
const { tf } = require("@actl/generative");

/** Kernels that move no numbers. */
const trivial = new Set(["Identity", "Reshape"]);

/**
 * A kernel with what decides which of its code runs: dtypes, and attributes that are words or switches: "BatchMatMul float32
 * float32 transposeA", "Cast bool int32".
 */
function describe(kernelName, inputs, attrs = {}) {
  const dtypes = Object.values(inputs).flatMap((each) => [each ?? []].flat().map(({ dtype }) => dtype));
  const words = Object.entries(attrs).flatMap(([name, value]) =>
    value === true ? [name] : typeof value === "string" ? [value] : [],
  );
  return [kernelName, ...new Set(dtypes), ...words].join(" ");
}

/** Replaces the kernels of the backend in use by ones that note their name; returns what was noted, a set that fills. */
function recordKernels() {
  const seen = new Set();
  const backendName = tf.getBackend();
  for (const config of tf.getKernelsForBackend(backendName)) {
    if (trivial.has(config.kernelName)) continue;
    tf.unregisterKernel(config.kernelName, backendName);
    tf.registerKernel({
      ...config,
      kernelFunc: (params) => {
        seen.add(describe(config.kernelName, params.inputs, params.attrs));
        return config.kernelFunc(params);
      },
    });
  }
  return seen;
}

module.exports = { recordKernels };
