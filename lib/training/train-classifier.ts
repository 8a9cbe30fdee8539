/** Training a classifier: the right class of each image is to become the most probable. */
import { compile } from "../core/compile";
import { withRandomKey } from "../core/dropout";
import { OptionError, ShapeError } from "../core/errors";
import { randomKey, type RandomKey } from "../core/random-ops";
import { tf } from "../core/tf";
import { resumableBatches } from "../data/batches";
import { selectImages, type ImageBatch } from "../data/images";
import { imagesToTensor } from "../data/tensors";
import { softmaxCrossEntropy } from "../layers/cross-entropy";
import type { Classifier } from "../models/classifier";
import { savedNetwork, trainableVariables } from "../models/weights";
import { Adam } from "./adam";
import { augmentImages, type Augmentation } from "./augment";
import {
  checkRates,
  checkWhole,
  loopDefaults,
  readNumbers,
  runTraining,
  type LoopOptions,
  type LoopProgress,
} from "./training-loop";
import { WeightAverage } from "./weight-average";

/** Images and what each of them shows. */
export interface LabelledImages {
  images: ImageBatch;
  /** 0 … classes − 1, one for each image. */
  labels: ArrayLike<number>;
}

export interface ClassifierTraining extends LoopOptions {
  batchSize?: number;
  learningRate?: number;
  /** What may be done to an image without changing its class. */
  augmentation?: Augmentation;
  /** Memory of the average of the weights, which the network has when the training ends. */
  averageDecay?: number;
}

export const classifierTraining = {
  ...loopDefaults,
  batchSize: 64,
  learningRate: 1e-3,
  augmentation: {},
  averageDecay: 0.998,
} satisfies ClassifierTraining;

export interface ClassifierProgress extends LoopProgress {
  /** Mean cross-entropy of the batch, in nats. */
  loss: number;
  /** Share of the batch whose class was found, with dropout and augmentation. */
  accuracy: number;
}

/**
 * Trains the network in place. While it runs the network has the weights of the last step; when it ends, however it ends, their
 * running average. Seeds, snapshots and the ways to stop are those of runTraining.
 *
 * @throws OptionError where an option makes no sense, or the snapshot was made with other ones
 * @throws ShapeError where labels and images do not belong together, or the images do not fit the network
 * @throws TrainingError where the loss is no longer a number
 */
export async function* trainClassifier(
  classifier: Classifier,
  { images, labels }: LabelledImages,
  options: ClassifierTraining = {},
): AsyncGenerator<ClassifierProgress, void, undefined> {
  const settings = { ...classifierTraining, ...options };
  const { batchSize, learningRate, averageDecay, augmentation, seed } = settings;
  checkWhole("trainClassifier", { batchSize });
  checkRates("trainClassifier", { learningRate });
  checkLabels(classifier, images, labels);
  const variables = trainableVariables(classifier.network);
  const average = new WeightAverage(variables, averageDecay);
  const adam = new Adam(variables, { learningRate });
  const takeStep = compile(
    ({ x, y, key }: StepInputs) => classifyOneStep(classifier, adam, average, augmentation, { x, y, key }),
    { name: "trainClassifier", eagerFirst: false },
  );
  const batches = resumableBatches(images.shape[0], batchSize, seed);
  try {
    yield* runTraining(
      {
        name: "trainClassifier",
        batchSize,
        parts: { network: savedNetwork(classifier.network), adam, average },
        fixed: { batchSize, learningRate, averageDecay, augmentation: JSON.stringify(augmentation) },
        state: batches.position,
        losses: ["loss"],
        remedy: `Are the images finite? Otherwise lower learningRate (${learningRate})`,
        takeStep: async (_, random) => {
          const indices = batches.next();
          const numbers = tf.tidy(() =>
            takeStep({
              x: imagesToTensor(selectImages(images, indices)),
              y: tf.tensor1d(
                Int32Array.from(indices, (i) => labels[i]!),
                "int32",
              ),
              key: randomKey(random),
            }),
          );
          return readNumbers(numbers, ["loss", "accuracy"]);
        },
      },
      settings,
    );
  } finally {
    average.apply();
    takeStep.dispose();
    adam.dispose();
    average.dispose();
  }
}

type StepInputs = { x: tf.Tensor4D; y: tf.Tensor1D; key: RandomKey };

/** One step of gradient descent and of the average; gives loss and accuracy, (2). */
function classifyOneStep(
  { network }: Classifier,
  adam: Adam,
  average: WeightAverage,
  augmentation: Augmentation,
  { x, y, key }: StepInputs,
): tf.Tensor1D {
  const seen = augmentImages(x, key, augmentation);
  let hits: tf.Scalar | undefined;
  const loss = adam.minimize(() => {
    const logits = withRandomKey(key, () => network.apply(seen, { training: true })) as tf.Tensor2D;
    hits = tf.keep(logits.argMax(1).equal(y).cast("float32").mean<tf.Scalar>());
    return softmaxCrossEntropy(logits, y).mean<tf.Scalar>();
  });
  average.update();
  const numbers = tf.stack([loss, hits!]) as tf.Tensor1D;
  hits!.dispose();
  return numbers;
}

function checkLabels(
  { network, classes }: Classifier,
  { shape }: ImageBatch,
  labels: ArrayLike<number>,
): void {
  const expected = network.inputs[0]!.shape.slice(1);
  if (shape.slice(1).join() !== expected.join())
    throw new ShapeError(
      `trainClassifier: images: expected (count, ${expected.join(", ")}), which the network takes; got (${shape.join(", ")}).`,
    );
  checkLabelled("trainClassifier", { count: shape[0], classes: classes.length, labels });
}

/** @throws ShapeError where there are more or fewer labels than images; OptionError where one is no class */
export function checkLabelled(
  name: string,
  { count, classes, labels }: { count: number; classes: number; labels: ArrayLike<number> },
): void {
  if (labels.length !== count)
    throw new ShapeError(
      `${name}: labels: expected one for each of the ${count} images, got ${labels.length}.`,
    );
  for (let i = 0; i < count; i++)
    if (!Number.isInteger(labels[i]) || labels[i]! < 0 || labels[i]! >= classes)
      throw new OptionError(
        `${name}: labels: expected whole numbers from 0 to ${classes - 1}, got ${labels[i]} at place ${i}.`,
      );
}
