/**
 * Computes the cases of tests/fixtures/layers, and the logits of tests/fixtures/gpt token by token, with the built library and prints, as JSON, the largest error of each output and
 * gradient relative to the largest number in it: { "lstm|7,5,3,10": { y: 1e-7, d_x: … }, … }. A process of its own, because the
 * processor's instruction set (GENERATIVE_LOOPS) and the backend are chosen once.
 *
 *     node run-cases.cjs [traced|xla]
 */
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const generative = require("@actl/generative");

const mode = process.argv[2];
const { tf } = generative;

function readFixture(name) {
  const bytes = readFileSync(join(__dirname, `../fixtures/${name}/${name}.safetensors`));
  const size = Number(bytes.readBigUInt64LE(0));
  const cases = {};
  for (const [
    name,
    {
      dtype,
      shape,
      data_offsets: [start, end],
    },
  ] of Object.entries(JSON.parse(bytes.subarray(8, 8 + size)))) {
    const slash = name.lastIndexOf("/");
    const [key, part] = [name.slice(0, Math.max(slash, 0)), name.slice(slash + 1)];
    const data = Uint8Array.from(bytes.subarray(8 + size + start, 8 + size + end)).buffer;
    (cases[key] ??= {})[part] = {
      shape,
      values: dtype === "I32" ? new Int32Array(data) : new Float32Array(data),
    };
  }
  return cases;
}

const toTensor = ({ shape, values }) =>
  tf.tensor(values, shape, values instanceof Int32Array ? "int32" : "float32");

/** By the name before "|": our function of the case's arguments, in their order. */
const layers = {
  lstm: () => (x, kernel, recurrent, bias) => generative.lstm(x, { kernel, recurrent, bias }),
  gru: () => (x, kernel, recurrent, bias, recurrentBias) =>
    generative.gru(x, { kernel, recurrent, bias, recurrentBias }),
  layerNorm: () => (x, gain, bias) => generative.layerNorm(x, gain, bias),
  causalAttention: () => (q, k, v) => generative.causalAttention(q, k, v),
  selfAttention:
    ([heads]) =>
    (qkv) =>
      generative.selfAttention(qkv, Number(heads)),
  softmaxCrossEntropy: () => (logits, labels) => generative.softmaxCrossEntropy(logits, labels),
  gelu: () => (input) => generative.gelu(input),
  linear: () => (x, kernel, bias) => generative.linear(x, kernel, bias),
  conv2d:
    ([stride, padding]) =>
    (x, filter) =>
      tf.conv2d(x, filter, Number(stride), padding),
  conv2dTranspose:
    ([stride]) =>
    (x, filter) => {
      const [batch, height, width] = x.shape;
      const shape = [batch, height * Number(stride), width * Number(stride), filter.shape[2]];
      return tf.conv2dTranspose(x, filter, shape, Number(stride), "same");
    },
};
const argumentsOf = {
  lstm: ["x", "kernel", "recurrent", "bias"],
  gru: ["x", "kernel", "recurrent", "bias", "recurrentBias"],
  layerNorm: ["x", "gain", "bias"],
  causalAttention: ["q", "k", "v"],
  selfAttention: ["qkv"],
  softmaxCrossEntropy: ["logits", "labels"],
  gelu: ["input"],
  linear: ["x", "kernel", "bias"],
  conv2d: ["x", "filter"],
  conv2dTranspose: ["x", "filter"],
};

async function errorOf(tensor, { shape, values }) {
  if (tensor.shape.join() !== shape.join()) return `shape (${tensor.shape.join(", ")})`;
  const scale = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-6);
  const data = await tensor.data(); // webgpu cannot wait
  return data.reduce((largest, value, i) => Math.max(largest, Math.abs(value - values[i])), 0) / scale;
}

const maybeCompiled = (f) =>
  mode === undefined ? f : generative.compile(f, { eagerFirst: false, xla: mode === "xla" });

function runLayer(name, options, parts) {
  const names = argumentsOf[name];
  const inputs = names.map((each) => toTensor(parts[each]));
  const differentiable = names.filter((each) => parts[`d_${each}`] !== undefined);
  const f = layers[name](options);
  const forwardAndBack = maybeCompiled((args, dy) => {
    const places = differentiable.map((each) => names.indexOf(each));
    const g = (...some) => f(...args.map((arg, i) => (places.includes(i) ? some[places.indexOf(i)] : arg)));
    const { value, grads } = tf.valueAndGrads(g)(
      places.map((place) => args[place]),
      dy,
    );
    return [value, ...grads];
  });
  const [y, ...gradients] = forwardAndBack(inputs, toTensor(parts.dy));
  return Object.fromEntries([["y", y], ...differentiable.map((each, i) => [`d_${each}`, gradients[i]])]);
}

function runAdam([learningRate, beta1, beta2, epsilon, weightDecay], parts) {
  const names = Object.keys(parts).flatMap((part) => (part.startsWith("start_") ? [part.slice(6)] : []));
  const variables = names.map((name) => tf.variable(toTensor(parts[`start_${name}`])));
  const adam = new generative.Adam(variables, {
    learningRate: Number(learningRate),
    beta1: Number(beta1),
    beta2: Number(beta2),
    epsilon: Number(epsilon),
    weightDecay: Number(weightDecay),
  });
  // A linear loss has just these gradients.
  const step = maybeCompiled((gradients) =>
    adam.minimize(() => tf.addN(variables.map((variable, i) => variable.mul(gradients[i]).sum()))),
  );
  for (let i = 0; i < 4; i++) step(names.map((name) => toTensor(parts[`gradient${i}_${name}`])));
  return Object.fromEntries(names.map((name, i) => [`end_${name}`, variables[i]]));
}

/** The logits of a GPT that reads four places at once, and the others one by one with a cache. */
function runGpt({ weight, "": { tokens, logits } }) {
  const [batch, context] = tokens.shape;
  const [vocabulary, width] = weight.tokens.shape;
  const gpt = generative.buildGpt({ vocabulary, context, width, layers: 2, heads: 4 });
  for (const [name, variable] of Object.entries(gpt.weights)) variable.assign(toTensor(weight[name]));
  const all = tf.tensor2d(Int32Array.from(tokens.values), [batch, context], "int32");
  let { logits: first, cache } = generative.prefillGpt(gpt, all.slice([0, 0], [batch, 4]));
  const parts = [first];
  const step = maybeCompiled((token, place, before) => generative.stepGpt(gpt, token, place, before));
  for (let place = 4; place < context; place++) {
    const token = all.slice([0, place], [batch, 1]).reshape([batch]);
    const after = step(token, tf.scalar(place, "int32"), cache);
    cache = after.cache;
    parts.push(after.logits.expandDims(1));
  }
  const got = tf.keep(tf.concat(parts, 1));
  tf.dispose(gpt.weights);
  return { got, expected: logits };
}

async function main() {
  await generative.useBackend();
  const results = {};
  for (const [key, parts] of Object.entries(readFixture("layers"))) {
    const [name, options] = key.split("|");
    const run = name === "adam" ? runAdam : runLayer.bind(undefined, name);
    const outcome = tf.tidy(() => run(options.split(","), parts));
    results[key] = {};
    for (const [part, tensor] of Object.entries(outcome))
      results[key][part] = await errorOf(tensor, parts[part]);
    tf.dispose(outcome);
  }
  const { got, expected } = tf.tidy(() => runGpt(readFixture("gpt")));
  results["gpt token by token"] = { logits: await errorOf(got, expected) };
  process.stdout.write(`${JSON.stringify({ backend: tf.getBackend(), results })}\n`);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
