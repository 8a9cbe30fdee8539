// Generated from tests/exercises/01-gan/public-checks.ts by ./course release.
var __create = Object.create;
var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __getProtoOf = Object.getPrototypeOf;
var __hasOwnProp = Object.prototype.hasOwnProperty;
var __export = (target, all) => {
  for (var name in all)
    __defProp(target, name, { get: all[name], enumerable: true });
};
var __copyProps = (to, from, except, desc) => {
  if (from && typeof from === "object" || typeof from === "function") {
    for (let key of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key) && key !== except)
        __defProp(to, key, { get: () => from[key], enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable });
  }
  return to;
};
var __toESM = (mod, isNodeMode, target) => (target = mod != null ? __create(__getProtoOf(mod)) : {}, __copyProps(
  // If the importer is in node compatibility mode or this is not an ESM
  // file that has been converted to a CommonJS file using a Babel-
  // compatible transform (i.e. "__esModule" has not been set), then set
  // "default" to the CommonJS "module.exports" for node compatibility.
  isNodeMode || !mod || !mod.__esModule ? __defProp(target, "default", { value: mod, enumerable: true }) : target,
  mod
));
var __toCommonJS = (mod) => __copyProps(__defProp({}, "__esModule", { value: true }), mod);

// <stdin>
var stdin_exports = {};
__export(stdin_exports, {
  openLocalSubmission: () => openLocalSubmission,
  publicChecks: () => publicChecks
});
module.exports = __toCommonJS(stdin_exports);

// grading/contract.ts
var Mismatch = class extends Error {
  name = "Mismatch";
  expected;
  actual;
  hint;
  constructor(expected, actual, hint) {
    super(`expected ${expected}, got ${actual}`);
    this.expected = expected;
    this.actual = actual;
    if (hint !== void 0) this.hint = hint;
  }
};

// tests/exercises/compare.ts
function tensor(values, shape = [values.length]) {
  return { $tensor: { dtype: "float32", shape, values } };
}
function column(values) {
  return tensor(values, [values.length, 1]);
}
function readNumbers(answer, what) {
  const read = tryNumbers(answer);
  if (read === void 0) throw new Mismatch(`${what} to be numbers`, describe(answer));
  return read;
}
function readNumber(answer, what) {
  const { values } = readNumbers(answer, what);
  if (values.length !== 1)
    throw new Mismatch(`${what} to be one number`, describe(answer), "Did you forget to take the mean?");
  return values[0];
}
function readRecord(answer, what) {
  if (typeof answer !== "object" || answer === null || Array.isArray(answer) || isTensor(answer))
    throw new Mismatch(`${what} to be a record`, describe(answer));
  return answer;
}
function expectShape(answer, shape, what, hint) {
  if (answer.shape.length !== shape.length || answer.shape.some((size, i) => size !== shape[i]))
    throw new Mismatch(`${what} of shape ${showShape(shape)}`, `shape ${showShape(answer.shape)}`, hint);
}
function isNear(actual, expected, tolerance = 1e-4) {
  return Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected));
}
function expectNear(actual, expected, what, hint) {
  if (!isNear(actual, expected)) throw new Mismatch(`${what} to be ${show(expected)}`, show(actual), hint);
}
function expectAllNear(actual, expected, what, hint) {
  if (actual.length !== expected.length)
    throw new Mismatch(`${what}: ${expected.length} numbers`, `${actual.length} numbers`, hint);
  if (actual.some((value, i) => !isNear(value, expected[i])))
    throw new Mismatch(`${what} to be ${showList(expected)}`, showList(actual), hint);
}
function show(value) {
  return Number.isFinite(value) ? String(Number(value.toPrecision(5))) : String(value);
}
function showList(values) {
  return values.length === 1 ? show(values[0]) : `[${values.slice(0, 8).map(show).join(", ")}${values.length > 8 ? ", …" : ""}]`;
}
function showShape(shape) {
  return `(${shape.join(", ")})`;
}
function describe(answer) {
  if (answer === null) return "null";
  if (Array.isArray(answer)) return `an array of ${answer.length}`;
  if (typeof answer === "object") {
    return isTensor(answer) ? `a tensor of shape ${showShape(answer.$tensor.shape)}` : `a record of ${Object.keys(answer).join(", ")}`;
  }
  return typeof answer === "string" ? `the text "${answer.slice(0, 60)}"` : String(answer);
}
function isTensor(answer) {
  return typeof answer === "object" && answer !== null && "$tensor" in answer;
}
function tryNumbers(answer) {
  if (typeof answer === "number") return { shape: [], values: [answer] };
  if (typeof answer === "string")
    return /^(NaN|-?Infinity)$/.test(answer) ? { shape: [], values: [Number(answer)] } : void 0;
  if (typeof answer !== "object" || answer === null) return void 0;
  if (isTensor(answer)) return { shape: answer.$tensor.shape, values: answer.$tensor.values.map(Number) };
  if (!Array.isArray(answer)) return void 0;
  const parts = answer.map(tryNumbers);
  const inner = parts[0]?.shape ?? [];
  const values = [];
  for (const part of parts) {
    if (part === void 0 || part.shape.join() !== inner.join()) return void 0;
    values.push(...part.values);
  }
  return { shape: [parts.length, ...inner], values };
}

// tests/exercises/01-gan/public-values.json
var public_values_default = {
  discriminatorLoss: { logits: [2, -0.5, 0.3, -1.2], labels: [1, 1, 0, 0], loss: 0.55466068 },
  generatorLoss: { logits: [1.5, -0.7, 0.2], loss: 0.63424607 },
  generatorLossAtZero: { logits: [0, 0], loss: 0.69314718 },
  discriminator: { imageSize: 28, filters: 64, parameters: 74625 },
  generator: { latentSize: 128, filters: 128, parameters: 1339905 },
  generatorSteps: { optimizer: "sgd", learningRate: 0.5, generatorWeights: [{ shape: [2, 2], values: [2.04, -2.56, 0.42, -0.57] }, { shape: [2], values: [-0.45, -0.22] }], discriminatorWeights: [{ shape: [2, 5], values: [-2.02, -0.23, -0.87, 3.32, 0.23, -0.35, -0.28, -0.67, -1.06, -0.39] }, { shape: [5], values: [0.48, -0.24, 0.96, -0.2, 0.02] }, { shape: [5, 1], values: [1.55, 0.55, -0.51, -0.18, 0.54] }, { shape: [1], values: [1.94] }], zs: [{ shape: [4, 2], values: [-0.27, -0.24, 1, -0.89, -0.29, 0.88, 0.58, 0.09] }], losses: [-2.60487392], generatorAfter: [[2.0819856, -2.5317793, 0.2736576, -0.5947848], [-1.34742, -0.26404]] },
  optimalDiscriminator: { real: { mean: 3, sd: 1 }, fake: { mean: 0, sd: 1 }, x: [-1, 0, 1.5, 2, 4], d: [55278e-8, 0.01098694, 0.5, 0.81757448, 0.99944722] },
  lowestLoss: { p: [0.5, 0.3, 0.2], q: [0.2, 0.3, 0.5], loss: 0.62673287 }
};

// tests/exercises/01-gan/steps.ts
async function followSteps(submission, steps) {
  const send = (arrays) => arrays.map(({ shape, values }) => tensor(values, shape));
  const { optimizer, learningRate } = steps;
  const request = {
    optimizer,
    learningRate,
    generatorWeights: send(steps.generatorWeights),
    discriminatorWeights: send(steps.discriminatorWeights),
    zs: send(steps.zs)
  };
  const answer = readRecord(
    await submission.call("describeGeneratorSteps", [request]),
    "what describeGeneratorSteps returns"
  );
  return {
    losses: readLosses(answer.losses ?? null, steps.losses.length),
    tensorsLeft: readNumber(answer.tensorsLeft ?? null, "tensorsLeft"),
    generatorAfter: readWeights(answer.generatorAfter),
    discriminatorAfter: readWeights(answer.discriminatorAfter),
    discriminatorMayLearn: answer.discriminatorMayLearn === true
  };
}
function readWeights(arrays) {
  if (!Array.isArray(arrays)) throw new Mismatch("the weights after the steps", "something else");
  return arrays.flatMap((array) => readNumbers(array, "the weights after the steps").values);
}
function readLosses(answer, count) {
  if (!Array.isArray(answer) || answer.length !== count)
    throw new Mismatch(`${count} losses`, "something else", "Does generatorStep return the loss?");
  return answer.map((loss) => {
    if (loss === null)
      throw new Mismatch("the loss as a number", "undefined", "Return the loss of the step, as a number.");
    return readNumber(loss, "the loss");
  });
}
function flatten(arrays) {
  return arrays.flatMap(({ values }) => values);
}

// tests/exercises/01-gan/toy-outcome.ts
var tf2 = __toESM(require("@tensorflow/tfjs"), 1);

// tests/exercises/01-gan/toy-gan.ts
var tf = __toESM(require("@tensorflow/tfjs"), 1);
var import_node_module = require("node:module");
var { Random } = (0, import_node_module.createRequire)(__filename)("@actl/generative");
async function trainToyGan({ learningRate, dropout, labelNoise }, seed) {
  const numSteps = 400;
  const batchSize = 32;
  const random = new Random(seed);
  const normal = (rows, columns, sd = 1) => tf.tensor2d(random.normals(rows * columns), [rows, columns]).mul(sd);
  const weight = (rows, columns, sd) => tf.tidy(() => tf.variable(normal(rows, columns, sd)));
  const dealerWeights = [
    ...[weight(1, 16, 1), weight(1, 16, 1), weight(16, 16, 0.35)],
    ...[weight(1, 16, 0.1), weight(16, 1, 0.35), weight(1, 1, 0)]
  ];
  const forgerWeights = [weight(1, 8, 1), weight(1, 8, 0.1), weight(8, 1, 0.1), weight(1, 1, 0)];
  const dealerOptimizer = tf.train.adam(learningRate, 0.5);
  const forgerOptimizer = tf.train.sgd(0.05);
  const forge = (z) => {
    const [w1, b1, w2, b2] = forgerWeights;
    return z.matMul(w1).add(b1).leakyRelu(0.2).matMul(w2).add(b2);
  };
  const switchOff = (units) => units.mul(tf.tensor2d(random.uniforms(units.size), units.shape).greaterEqual(dropout)).div(1 - dropout);
  const judge = (x) => {
    const [w1, b1, w2, b2, w3, b3] = dealerWeights;
    const first = x.matMul(w1).add(b1).leakyRelu(0.2);
    const second = first.matMul(w2).add(b2).leakyRelu(0.2);
    return switchOff(second).matMul(w3).add(b3);
  };
  const dealerStep = () => {
    const x = tf.concat([
      normal(batchSize, 1, 0.5).add(4),
      forge(normal(batchSize, 1))
    ]);
    const truth = tf.concat([tf.ones([batchSize, 1]), tf.zeros([batchSize, 1])]);
    const labels = truth.add(tf.tensor2d(random.uniforms(2 * batchSize, 0, labelNoise), [2 * batchSize, 1]));
    const loss = () => tf.losses.sigmoidCrossEntropy(labels, judge(x)).asScalar();
    return dealerOptimizer.minimize(loss, true, dealerWeights).dataSync()[0];
  };
  const forgerStep = () => {
    const z = normal(batchSize, 1);
    const loss = () => tf.losses.sigmoidCrossEntropy(tf.zeros([batchSize, 1]), judge(forge(z))).neg().asScalar();
    forgerOptimizer.minimize(loss, false, forgerWeights);
    return forge(z).dataSync();
  };
  const lastFakes = [];
  const lastLosses = [];
  try {
    for (let step = 0; step < numSteps; step++) {
      const [dealerLoss, fakes] = tf.tidy(
        () => [dealerStep(), Array.from(forgerStep())]
      );
      if (step >= numSteps - 100) {
        lastLosses.push(dealerLoss);
        lastFakes.push(...fakes);
      }
      if (step % 20 === 0) await tf.nextFrame();
    }
  } finally {
    tf.dispose([dealerWeights, forgerWeights]);
    dealerOptimizer.dispose();
    forgerOptimizer.dispose();
  }
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const fakeMean = mean(lastFakes);
  const fakeSd = Math.sqrt(mean(lastFakes.map((fake) => (fake - fakeMean) ** 2)));
  return { fakeMean, fakeSd, dealerLoss: mean(lastLosses) };
}

// tests/exercises/01-gan/toy-outcome.ts
var ranges = {
  learningRate: [1e-6, 1],
  dropout: [0, 0.9],
  labelNoise: [0, 0.5]
};
async function expectCured(submission, seeds) {
  const settings = await readSettings(submission);
  for (const seed of seeds) {
    const { fakeMean, fakeSd, dealerLoss } = await onCpu(() => trainToyGan(settings, seed));
    if (Math.abs(fakeMean - 4) <= 0.5 && fakeSd >= 0.1 && fakeSd <= 1.1) continue;
    const won = dealerLoss < 0.2;
    throw new Mismatch(
      "fakes with a mean within 0.5 of 4 and a standard deviation between 0.1 and 1.1",
      `a mean of ${show(fakeMean)} and a standard deviation of ${show(fakeSd)} (the dealer's loss: ${show(dealerLoss)})`,
      won ? "The dealer still wins: slow it down further, and keep it from being certain." : "The dealer is not sure enough to show the forger the way, or the game swings to and fro: is it too slow or too noisy?"
    );
  }
}
async function readSettings(submission) {
  const answer = readRecord(await submission.call("dealerSettings", []), "the settings");
  const settings = { learningRate: 0, dropout: 0, labelNoise: 0 };
  for (const name of Object.keys(ranges)) {
    const [low, high] = ranges[name];
    const value = readNumber(answer[name] ?? null, name);
    if (!(value >= low && value <= high))
      throw new Mismatch(`${name} between ${low} and ${high}`, show(value));
    settings[name] = value;
  }
  return settings;
}
var last = Promise.resolve();
async function onCpu(train2) {
  const turn = last.then(async () => {
    const previous = tf2.getBackend();
    await tf2.setBackend("cpu");
    Object.assign(tf2.backend(), { firstUse: false });
    try {
      return await train2();
    } finally {
      if (previous !== void 0) await tf2.setBackend(previous);
    }
  });
  last = turn.catch(() => void 0);
  return turn;
}

// tests/exercises/01-gan/public-checks.ts
var visibility = "public";
var publicChecks = [
  {
    question: "q1",
    id: "q1-value",
    sentence: "the loss of four pictures is the mean of their cross-entropies, also where the dealer is certain and wrong",
    points: 1,
    visibility,
    hint: "Real and fake alike: softplus(a) − y·a for each picture, then the mean.",
    async run(submission) {
      const { logits, labels, loss } = public_values_default.discriminatorLoss;
      const answer = await submission.call("discriminatorLoss", [column(logits), column(labels)]);
      expectNear(
        readNumber(answer, "the loss"),
        loss,
        `the loss of logits [${logits.join(", ")}] with labels [${labels.join(", ")}]`
      );
      const wrong = await submission.call("discriminatorLoss", [column([40, -40]), column([0, 1])]);
      const hint = "σ(40) is 1 in 32-bit numbers and ln(1 − 1) is −∞: use softplus.";
      expectNear(readNumber(wrong, "the loss"), 40, "the loss of logits [40, -40] with labels [0, 1]", hint);
    }
  },
  {
    question: "q2",
    id: "q2-value",
    sentence: "the forger's loss of three fakes is right, and ln 2 where the dealer is undecided",
    points: 1,
    visibility,
    hint: "The forger wants each fake taken for real: the cross-entropy with the label 1.",
    async run(submission) {
      for (const { logits, loss } of [public_values_default.generatorLossAtZero, public_values_default.generatorLoss]) {
        const answer = await submission.call("generatorLoss", [column(logits)]);
        expectNear(readNumber(answer, "the loss"), loss, `the loss of logits [${logits.join(", ")}]`);
      }
    }
  },
  {
    question: "q3",
    id: "q3-labels",
    sentence: "3 real pictures and 5 fakes get labels from 1 to 1.05, then labels from 0 to 0.05",
    points: 1,
    visibility,
    hint: "First numReal ones, then numFake zeros, in one column; then add 0.05·u.",
    async run(submission) {
      const labels = readNumbers(await submission.call("discriminatorLabels", [3, 5, 7]), "the labels");
      expectShape(labels, [8, 1], "labels");
      labels.values.forEach((label, i) => {
        const low = i < 3 ? 1 : 0;
        if (!(label >= low && label < low + 0.05 + 1e-6))
          throw new Mismatch(`label ${i + 1} of 8 between ${low} and ${low + 0.05}`, show(label));
      });
      if (new Set(labels.values.map((label) => label.toFixed(6))).size < 8)
        throw new Mismatch(
          "a random number of its own for each label",
          `labels ${labels.values.map(show).join(", ")}`
        );
    }
  },
  {
    question: "q4",
    id: "q4-seed",
    sentence: "three latent points of four coordinates; the same seed gives the same points, another seed others",
    points: 1,
    visibility,
    hint: "Pass the seed on to the generator of random numbers: new Random(seed), or the last argument of tf.randomNormal.",
    async run(submission) {
      const draw = async (seed, ambient) => readNumbers(
        await submission.call("sampleLatent", [3, 4, seed], { seed: ambient }),
        "the latent points"
      );
      const [first, again, other] = [await draw(7, 1), await draw(7, 2), await draw(8, 3)];
      expectShape(first, [3, 4], "latent points");
      if (first.values.some((value, i) => !isNear(value, again.values[i], 1e-6)))
        throw new Mismatch("the same points for the same seed", "other points at the second call");
      if (first.values.every((value, i) => isNear(value, other.values[i], 1e-6)))
        throw new Mismatch("other points for another seed", "the same points");
    }
  },
  {
    question: "q5",
    id: "q5-discriminator",
    sentence: "the lecture's discriminator takes images of 28 × 28 pixels to one logit and has 74,625 parameters",
    points: 1,
    visibility,
    hint: "Two convolutions (3·3·1·f + f and 3·3·f·2f + 2f parameters), then a dense layer (2f + 1). Global pooling has none.",
    async run(submission) {
      const { imageSize, filters, parameters } = public_values_default.discriminator;
      const answer = await submission.call("describeDiscriminator", [imageSize, filters]);
      const network = readRecord(answer, "the description of the discriminator");
      const inputShape = readNumbers(network.inputShape ?? null, "the input shape").values;
      expectAllNear(inputShape, [imageSize, imageSize, 1], "the discriminator's input shape");
      const outputShape = readNumbers(network.outputShape ?? null, "the output shape").values;
      expectAllNear(outputShape, [1], "the discriminator's output shape");
      expectNear(
        readNumber(network.parameters ?? null, "parameters"),
        parameters,
        "the number of parameters"
      );
    }
  },
  {
    question: "q5",
    id: "q5-generator",
    sentence: "the lecture's generator takes 128 latent coordinates to an image of 28 × 28 pixels and has 1,339,905 parameters",
    points: 1,
    visibility,
    hint: "Dense: (latentSize + 1)·7·7·f; each transposed convolution: 4·4·f·f + f; the last convolution: 7·7·f + 1.",
    async run(submission) {
      const { latentSize, filters, parameters } = public_values_default.generator;
      const answer = await submission.call("describeGenerator", [latentSize, filters], { seconds: 5 });
      const network = readRecord(answer, "the description of the generator");
      const inputShape = readNumbers(network.inputShape ?? null, "the input shape").values;
      expectAllNear(inputShape, [latentSize], "the generator's input shape");
      const outputShape = readNumbers(network.outputShape ?? null, "the output shape").values;
      expectAllNear(outputShape, [28, 28, 1], "the generator's output shape");
      expectNear(
        readNumber(network.parameters ?? null, "parameters"),
        parameters,
        "the number of parameters"
      );
    }
  },
  {
    question: "q6",
    id: "q6-frozen",
    sentence: "one step moves the generator's weights downhill and leaves the discriminator's alone",
    points: 1,
    visibility,
    async run(submission) {
      const steps = public_values_default.generatorSteps;
      const { losses: losses2, generatorAfter, discriminatorAfter, discriminatorMayLearn } = await followSteps(
        submission,
        steps
      );
      expectNear(losses2[0], steps.losses[0], "the loss before the step");
      const frozenHint = "Give minimize the list of the generator's variables as its third argument.";
      expectAllNear(
        discriminatorAfter,
        flatten(steps.discriminatorWeights),
        "the discriminator's weights",
        frozenHint
      );
      const hint = "Minimise the loss of the dealer's logits on generator(z), with gan.generatorOptimizer, once.";
      expectAllNear(generatorAfter, steps.generatorAfter.flat(), "the generator's weights", hint);
      if (!discriminatorMayLearn)
        throw new Mismatch(
          "a discriminator that can learn again after the step",
          "trainable = false",
          "Set it back."
        );
    }
  },
  {
    question: "q6",
    id: "q6-tidy",
    sentence: "the step leaves no tensor behind",
    points: 1,
    visibility,
    after: "q6-frozen",
    hint: "Wrap the step in tf.tidy(() => …) and return a number from it.",
    async run(submission) {
      const { tensorsLeft } = await followSteps(submission, public_values_default.generatorSteps);
      if (tensorsLeft !== 0)
        throw new Mismatch("as many tensors after the step as before", `${tensorsLeft} more`);
    }
  },
  {
    question: "q7",
    id: "q7-optimal",
    sentence: "D* is right at five points for real values from N(3, 1) and fakes from N(0, 1)",
    points: 1,
    visibility,
    hint: "ln p − ln q: the constants √(2π) cancel, the standard deviations do not.",
    async run(submission) {
      const { real, fake, x, d } = public_values_default.optimalDiscriminator;
      const answer = readNumbers(
        await submission.call("optimalDiscriminator", [tensor(x), real, fake]),
        "D*"
      );
      expectShape(answer, [x.length], "D*");
      expectAllNear(answer.values, d, `D* at x = ${x.join(", ")}`);
    }
  },
  {
    question: "q7",
    id: "q7-lowest",
    sentence: "the best dealer's loss is right for two distributions on three values",
    points: 1,
    visibility,
    hint: "Put D* = p/(p + q) into L: −½ Σ p ln(p/(p + q)) + q ln(q/(p + q)).",
    async run(submission) {
      const { p, q, loss } = public_values_default.lowestLoss;
      const answer = await submission.call("lowestLoss", [p, q]);
      expectNear(
        readNumber(answer, "the loss"),
        loss,
        `the loss of p = [${p.join(", ")}] and q = [${q.join(", ")}]`
      );
    }
  },
  {
    question: "q8",
    id: "q8-cured",
    sentence: "with your settings the fakes arrive among the real numbers (seed 1)",
    points: 1,
    visibility,
    hint: "Try it in a cell: await trainToyGan(dealerSettings(), 1).",
    run: (submission) => expectCured(submission, [1])
  }
];

// grading/sandbox/wire.ts
var wireLimits = { values: 1e6, depth: 16 };
var WireError = class extends Error {
  name = "WireError";
};
var { isArray } = Array;
var { isFinite, isNaN } = Number;
var { entries, getPrototypeOf, prototype: plain } = Object;
function isWireTensor(value) {
  return typeof value === "object" && value !== null && !isArray(value) && "$tensor" in value;
}
function decode(value, tf3, made = []) {
  if (typeof value !== "object" || value === null) return value;
  if (isArray(value)) return value.map((each) => decode(each, tf3, made));
  if (!isWireTensor(value))
    return Object.fromEntries(entries(value).map(([key, each]) => [key, decode(each, tf3, made)]));
  const { values, shape, dtype } = value.$tensor;
  made.push(tf3.tensor(values.map(Number), shape, dtype));
  return made.at(-1);
}
function encode(value, tf3) {
  let left = wireLimits.values;
  function visit(value2, where, depth) {
    if (--left < 0) throw new WireError(`${where}: more than ${wireLimits.values} values are returned`);
    if (depth > wireLimits.depth)
      throw new WireError(`${where}: nested deeper than ${wireLimits.depth}, or contains itself`);
    switch (typeof value2) {
      case "string":
      case "boolean":
        return value2;
      case "number":
        return encodeNumber(value2);
      case "undefined":
        return null;
      case "bigint":
      case "symbol":
      case "function":
        throw new WireError(
          `${where} is a ${typeof value2}; return numbers, text, arrays, records or tensors`
        );
      case "object":
        return value2 === null ? null : visitObject(value2, where, depth);
    }
  }
  function visitObject(value2, where, depth) {
    if (value2 instanceof tf3.Tensor) return encodeTensor(value2, where);
    if (ArrayBuffer.isView(value2)) return visitList([...value2], where, depth);
    if (isArray(value2)) return visitList([...value2], where, depth);
    const prototype = getPrototypeOf(value2);
    if (prototype !== plain && prototype !== null)
      throw new WireError(
        `${where} is a ${className(value2)}; return numbers, text, arrays, records or tensors`
      );
    const record = {};
    for (const [key, each] of entries(value2)) {
      if (key === "__proto__" || key === "$tensor")
        throw new WireError(`${where}: a key may not be called ${key}`);
      record[key] = visit(each, `${where}.${key}`, depth + 1);
    }
    return record;
  }
  function visitList(list, where, depth) {
    return list.map((each, index) => visit(each, `${where}[${index}]`, depth + 1));
  }
  function encodeTensor(tensor2, where) {
    const { dtype, shape } = tensor2;
    if (dtype !== "float32" && dtype !== "int32" && dtype !== "bool")
      throw new WireError(`${where} is a tensor of ${dtype}; expected float32, int32 or bool`);
    const values = tensor2.dataSync();
    if ((left -= values.length) < 0)
      throw new WireError(`${where}: more than ${wireLimits.values} values are returned`);
    return { $tensor: { dtype, shape: [...shape], values: Array.from(values, encodeNumber) } };
  }
  return visit(value, "the result", 0);
}
function encodeNumber(value) {
  return isFinite(value) ? value : isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
}
function className(value) {
  const maker = value.constructor;
  return typeof maker === "function" && maker.name !== "" ? maker.name : "special object";
}

// grading/release/local-submission.ts
var defaultSeconds = 10;
function openLocalSubmission(scope, tf3) {
  return {
    async call(name, args, { seconds = defaultSeconds, seed = 0 } = {}) {
      const answer = scope()[name];
      if (typeof answer !== "function")
        throw new Mismatch(
          `a function called ${name}`,
          "none",
          "Run the answer cell above; if it shows an error, mend that first."
        );
      const ambient = Math.random;
      Math.random = seededRandom(seed);
      tf3.engine().startScope();
      try {
        const call = answer;
        const result = await withLimit(
          Promise.resolve(call(...args.map((each) => decode(each, tf3)))),
          seconds,
          name
        );
        if (result === void 0)
          throw new Mismatch("a value", "undefined", `Does every way through ${name} end in a return?`);
        return encode(result, tf3);
      } finally {
        tf3.engine().endScope();
        Math.random = ambient;
      }
    }
  };
}
async function withLimit(promise, seconds, name) {
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`${name} did not finish within ${seconds} s`);
      error.name = "TimeOut";
      reject(error);
    }, seconds * 1e3);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}
function seededRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = state + 1831565813 >>> 0;
    let mixed = Math.imul(state ^ state >>> 15, 1 | state);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
  };
}
// Annotate the CommonJS export names for ESM import in node:
0 && (module.exports = {
  openLocalSubmission,
  publicChecks
});
