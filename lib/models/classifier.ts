/**
 * A small convolutional classifier. It judges what generators make: whether a fake shows the class that was asked for, and, by
 * the features it decides on, how far the fakes are from photographs (metrics/frechet.ts).
 */
import { join } from "node:path";
import { OptionError, ShapeError } from "../core/errors";
import { Random } from "../core/random";
import { tf } from "../core/tf";
import { datasetFolder } from "../data/dataset-files";
import { hurricaneClasses } from "../data/hurricane";
import { selectImages, type ImageBatch } from "../data/images";
import { imagesToTensor } from "../data/tensors";
import { loadWeights } from "./weights";

export interface ClassifierOptions {
  /** Height, width and channels of an image. */
  imageShape: readonly [height: number, width: number, channels: number];
  /** What the classes are called, in the order of the labels. */
  classes: readonly string[];
  /** Channels of the five convolutions; the last is the number of features. */
  filters?: readonly [number, number, number, number, number];
  /** Share of the features that is hidden from the last layer in training. */
  dropout?: number;
  /** Decides the first weights. */
  seed?: number;
}

export const classifierDefaults = { filters: [32, 64, 96, 96, 128], dropout: 0.3, seed: 0 } satisfies Omit<
  ClassifierOptions,
  "imageShape" | "classes"
>;

/** Images as a tensor (batch, height, width, channels) or in memory, with values in [0, 1]. */
export type ClassifierInput = tf.Tensor4D | ImageBatch;

export interface Classifier {
  /** Images to logits, as one network: to train it, to save its weights. */
  network: tf.LayersModel;
  classes: readonly string[];
  /**
   * What the network sees in images: the last convolution's features, averaged over the image, (batch, filters[4]). The caller
   * disposes of them.
   *
   * @throws ShapeError where the images are not of the network's size
   */
  features(images: ClassifierInput): tf.Tensor2D;
  /** Unnormalised log-probabilities of the classes, (batch, classes). Otherwise as features. */
  logits(images: ClassifierInput): tf.Tensor2D;
}

/** Images that go through the network at once: more would only take memory. */
const CHUNK = 250;

/**
 * Five 3 × 3 convolutions, three of which halve the image; the mean of each feature; one linear layer. No batch normalisation:
 * what the classifier says of an image must not depend on the others.
 *
 * @throws OptionError where a size is no positive whole number
 */
export function buildClassifier(options: ClassifierOptions): Classifier {
  const { imageShape, classes, filters, dropout, seed } = { ...classifierDefaults, ...options };
  if (classes.length < 2)
    throw new OptionError(`buildClassifier: classes: expected at least 2 names, got ${classes.length}.`);
  for (const size of [...imageShape, ...filters])
    if (!Number.isInteger(size) || size < 1)
      throw new OptionError(`buildClassifier: expected sizes that are positive whole numbers, got ${size}.`);
  if (!(dropout >= 0 && dropout < 1))
    throw new OptionError(`buildClassifier: dropout: expected a number from 0 to below 1, got ${dropout}.`);
  const random = new Random(seed).fork("classifier");
  const strides = [1, 2, 2, 1, 2] as const;
  const input = tf.input({ shape: [...imageShape] });
  let h = input;
  filters.forEach((count, i) => {
    const convolution = tf.layers.conv2d({
      name: `conv${i + 1}`,
      filters: count,
      kernelSize: 3,
      strides: strides[i]!,
      padding: "same",
      activation: "relu",
      // He et al. 2015: keeps the scale of what goes through ReLUs.
      kernelInitializer: tf.initializers.heNormal({ seed: random.nextWord() }),
    });
    h = convolution.apply(h) as tf.SymbolicTensor;
  });
  const features = tf.layers.globalAveragePooling2d({}).apply(h) as tf.SymbolicTensor;
  const verdict = tf.layers.dense({
    name: "verdict",
    units: classes.length,
    kernelInitializer: tf.initializers.glorotUniform({ seed: random.nextWord() }),
  });
  const kept = tf.layers.dropout({ rate: dropout }).apply(features);
  const logits = verdict.apply(kept) as tf.SymbolicTensor;
  const network = tf.model({ name: "classifier", inputs: input, outputs: logits });
  const eye = tf.model({ inputs: input, outputs: features });
  return {
    network,
    classes,
    features: (images) => inChunks(eye, images),
    logits: (images) => inChunks(network, images),
  };
}

function inChunks(network: tf.LayersModel, images: ClassifierInput): tf.Tensor2D {
  const expected = network.inputs[0]!.shape.slice(1);
  const { shape } = images;
  if (shape.slice(1).join() !== expected.join())
    throw new ShapeError(
      `classifier: images: expected (count, ${expected.join(", ")}), got (${shape.join(", ")}). ` +
        "Was it trained on images of another size?",
    );
  const count = shape[0];
  const parts = Array.from({ length: Math.ceil(count / CHUNK) }, (_, i) => {
    const [start, size] = [i * CHUNK, Math.min(CHUNK, count - i * CHUNK)];
    return tf.tidy(() => network.apply(takeImages(images, start, size)) as tf.Tensor2D);
  });
  const whole = tf.concat(parts);
  tf.dispose(parts);
  return whole;
}

function takeImages(images: ClassifierInput, start: number, size: number): tf.Tensor4D {
  if (images instanceof tf.Tensor) return images.slice(start, size);
  return imagesToTensor(
    selectImages(
      images,
      Array.from({ length: size }, (_, i) => start + i),
    ),
  );
}

/** The trained classifiers, by the data they were trained on. */
const shipped = {
  hurricane: { imageShape: [32, 32, 3], classes: hurricaneClasses },
  mnist: { imageShape: [28, 28, 1], classes: Array.from("0123456789") },
} as const satisfies Record<string, ClassifierOptions>;

export type ClassifierName = keyof typeof shipped;

/** A new classifier of the shape that the course ships trained, with weights that `seed` decides. */
export function buildClassifierFor(name: ClassifierName, seed = classifierDefaults.seed): Classifier {
  return buildClassifier({ ...shipped[name], seed });
}

/**
 * A trained classifier of the course, `datasets/models/classifier-<name>`: houses of 32 × 32 pixels, or digits of 28 × 28. The
 * caller disposes of its network.
 *
 * @throws DataError where its file is missing or damaged
 */
export function loadClassifier(name: ClassifierName): Classifier {
  if (!(name in shipped))
    throw new OptionError(
      `loadClassifier: expected ${Object.keys(shipped).join(" or ")}, got ${JSON.stringify(name)}.`,
    );
  const classifier = buildClassifierFor(name);
  loadWeights(
    classifier.network,
    join(datasetFolder(join("models", `classifier-${name}`)), "classifier.safetensors"),
  );
  return classifier;
}
