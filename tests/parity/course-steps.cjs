/**
 * A few steps of every training and sampling of the course, as small as they can be: the numbers they give, by name. A trainer of
 * the library that is missing here fails tests/parity/parity.test.ts.
 */
const generative = require("@actl/generative");

const { Adam, Random, softmaxCrossEntropy, tf } = generative;

const imagesOf = (count, side, channels) => ({
  pixels: new Random(5).uniforms(count * side * side * channels),
  shape: [count, side, side, channels],
});

/** What a generator of progress tells, the seconds apart. */
async function follow(progress) {
  const numbers = [];
  for await (const { seconds: _, ...told } of progress)
    numbers.push(...Object.values(told).filter((value) => typeof value === "number"));
  return numbers;
}

async function values(tensor) {
  const data = [...(await tensor.data())];
  tensor.dispose();
  return data;
}

async function trainGan(pooling) {
  const gan = generative.buildGan({ latentSize: 5, filters: 4, seed: 2, pooling });
  const told = await follow(generative.trainGan(gan, imagesOf(16, 28, 1), { batchSize: 4, steps: 2 }));
  const z = generative.latentBatch(new Random(1), 1, 5);
  return [...told, ...(await values(generative.generateImages(gan.generator, z)))];
}

const stylegan2Sizes = {
  resolution: 8,
  latentSize: 4,
  styleSize: 4,
  channelBase: 32,
  channelMax: 4,
  seed: 2,
};

async function trainStylegan2() {
  const networks = generative.buildStylegan2({ ...stylegan2Sizes, classes: 2 });
  const labels = Array.from({ length: 16 }, (_, i) => i % 2);
  const settings = { batchSize: 4, seed: 3, labels, r1Every: 2, pathLengthEvery: 2, steps: 2 };
  return follow(generative.trainStylegan2(networks, imagesOf(16, 8, 3), settings));
}

/** What adaptive augmentation does to images, and its gradient. */
async function augment() {
  const gradient = tf.tidy(() => {
    const key = generative.randomKey(new Random(3));
    const images = tf.tensor4d(new Random(4).normals(5 * 8 * 8 * 3), [5, 8, 8, 3]);
    return tf.grad((x) => generative.augment(x, tf.scalar(0.8), key).square().sum())(images);
  });
  return values(gradient);
}

async function projectImage() {
  const generator = generative.buildStylegan2Generator(stylegan2Sizes);
  const target = tf.tensor4d(new Random(4).uniforms(8 * 8 * 3), [1, 8, 8, 3]);
  const options = { steps: 2, samples: 20, seed: 1 };
  const projection = generative.buildProjection(generator, options);
  return follow(generative.projectImage(projection, target, options));
}

async function trainClassifier() {
  const classifier = generative.buildClassifier({
    imageShape: [8, 8, 1],
    classes: ["left", "right"],
    filters: [4, 8, 8, 8, 8],
    seed: 2,
  });
  const examples = labelled(8, 1);
  const settings = { batchSize: 5, seed: 3, steps: 2, augmentation: { translation: 0.13 } };
  return follow(generative.trainClassifier(classifier, examples, settings));
}

/** Images and labels that alternate. */
const labelled = (side, channels) => ({
  images: imagesOf(16, side, channels),
  labels: Uint8Array.from({ length: 16 }, (_, i) => i % 2),
});

function trainConditionalGan(conditioning) {
  const sizes = {
    planes: { filters: 4 },
    projection: { classSize: 2, generatorFilters: [4, 4, 4, 4], discriminatorFilters: [4, 4, 6] },
  };
  const gan = generative.buildConditionalGan({
    conditioning,
    classes: 2,
    latentSize: 4,
    seed: 2,
    ...sizes[conditioning],
  });
  const examples = conditioning === "planes" ? labelled(28, 1) : labelled(32, 3);
  const batchSize = conditioning === "planes" ? 1 : 4; // its images take seconds each in plain JavaScript
  return follow(generative.trainConditionalGan(gan, examples, { batchSize, seed: 3, steps: 2 }));
}

function trainPix2pix() {
  const networks = generative.buildPix2pix({
    channels: [3, 4, 5],
    patch: 16,
    discriminatorChannels: 2,
    seed: 2,
  });
  return follow(generative.trainPix2pix(networks, imagesOf(10, 16, 3), { batchSize: 4, seed: 3, steps: 2 }));
}

function trainPointGan(variant) {
  const gan = generative.buildPointGan({ latentSize: 3, width: 6, pack: variant.pack ?? 1, seed: 1 });
  const ring = generative.ringOfGaussians();
  return follow(generative.trainPointGan(gan, ring, { batchSize: 8, seed: 3, steps: 2, variant }));
}

function trainTabular(isPrivate) {
  const records = generative.loadAusprivauto({ count: 200, seed: 2 });
  const settings = { batchSize: 10, criticSteps: 2, seed: 3, steps: 2 };
  const sizes = { latentSize: 6, generatorSizes: [12], criticSizes: [10, 8] };
  if (!isPrivate) {
    const table = generative.prepareTable(records);
    return follow(
      generative.trainTabularGan(generative.buildTabularGan(table.encoder, sizes), table, settings),
    );
  }
  const table = generative.prepareTable(records, { private: { noiseMultiplier: 3, seed: 9 } });
  const gan = generative.buildTabularGan(table.encoder, sizes);
  return follow(
    generative.trainPrivateTabularGan(gan, table, { ...settings, noiseMultiplier: 1.1, noiseSeed: 77 }),
  );
}

/** Two steps of AdamW on a model of tokens, then a few tokens from it. */
async function trainLanguageModel(weights, logits, model) {
  const next = tf.tensor1d([5, 2, 2, 6, 0, 4, 0, 1, 3, 3], "int32");
  const adam = new Adam(Object.values(weights), { learningRate: 0.05, weightDecay: 0.1 });
  const losses = [];
  for (let step = 0; step < 2; step++) {
    const loss = adam.minimize(() => softmaxCrossEntropy(logits().reshape([10, 7]), next).mean());
    losses.push(...(await values(loss)));
  }
  for (const temperature of [0, 1])
    for await (const token of generative.textGenerator(model, { tokens: 2, temperature }).generate([1, 4]))
      losses.push(token);
  return losses;
}

const readTokens = () => tf.tensor2d([[1, 5, 2, 2, 6], [4, 4, 0, 1, 3]], [2, 5], "int32"); // prettier-ignore

function trainGpt() {
  const gpt = generative.buildGpt({ vocabulary: 7, context: 5, width: 8, layers: 2, heads: 2, seed: 1 });
  return trainLanguageModel(
    gpt.weights,
    () => generative.gptLogits(gpt, readTokens()),
    generative.gptLanguageModel(gpt),
  );
}

function trainCharRnn() {
  const rnn = generative.buildCharRnn({ vocabulary: 7, width: 4, units: 6, seed: 1 });
  return trainLanguageModel(
    rnn.weights,
    () => generative.charRnnLogits(rnn, readTokens()),
    generative.charRnnLanguageModel(rnn),
  );
}

async function trainGru() {
  const normal = (seed, ...shape) =>
    tf.variable(tf.tensor(new Random(seed).normals(shape.reduce((a, b) => a * b, 1)), shape));
  const weights = {
    kernel: normal(1, 3, 9),
    recurrent: normal(2, 3, 9),
    bias: normal(3, 9),
    recurrentBias: normal(4, 9),
  };
  const adam = new Adam(Object.values(weights), { learningRate: 0.05 });
  const x = normal(5, 4, 2, 3);
  const losses = [];
  for (let step = 0; step < 2; step++)
    losses.push(...(await values(adam.minimize(() => generative.gru(x, weights).square().mean()))));
  return losses;
}

module.exports = {
  "trainGan, pooling": () => trainGan("max"),
  "trainGan, flattened": () => trainGan("flatten"),
  trainStylegan2,
  augment,
  projectImage,
  trainClassifier,
  "trainConditionalGan, planes": () => trainConditionalGan("planes"),
  "trainConditionalGan, projection": () => trainConditionalGan("projection"),
  trainPix2pix,
  "trainPointGan, unrolled": () => trainPointGan({ kind: "unrolled", unrolls: 2 }),
  "trainPointGan, pac": () => trainPointGan({ kind: "pac", pack: 2 }),
  "trainPointGan, wgan-gp": () => trainPointGan({ kind: "wgan-gp", penaltyWeight: 0.1, criticSteps: 2 }),
  trainTabularGan: () => trainTabular(false),
  trainPrivateTabularGan: () => trainTabular(true),
  "a GPT": trainGpt,
  "a recurrent network": trainCharRnn,
  "a GRU": trainGru,
};
