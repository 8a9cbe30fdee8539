/** The lecture's GAN with labels: the same layers, whose inputs grow by one number, or one plane, for each class. */
import { tf } from "../core/tf";
import type {
  ConditionalDiscriminator,
  ConditionalGenerator,
  ConditionalNetworks,
} from "./conditional-networks";
import { buildDiscriminator, buildGenerator, type GanOptions } from "./gan";
import { trainableVariables, weightNames } from "./weights";

export interface LabelPlaneOptions extends GanOptions {
  classes?: number;
  /** Channels of the generator's images inside. */
  filters?: number;
  /** Channels of the discriminator's last features. */
  discriminatorFilters?: number;
}

/** The dealer that flattens: see GanOptions.pooling. The generator has half the lecture's channels and takes a third of the time. */
export const labelPlaneDefaults = {
  classes: 10,
  latentSize: 128,
  filters: 64,
  discriminatorFilters: 64,
  pooling: "flatten",
  seed: 0,
} satisfies LabelPlaneOptions;

export function buildLabelPlaneGan(options: LabelPlaneOptions = {}): ConditionalNetworks {
  const settings = { ...labelPlaneDefaults, ...options };
  return {
    generator: labelledGenerator(settings),
    averaged: labelledGenerator(settings),
    discriminator: labelledDiscriminator(settings),
  };
}

function labelledGenerator(settings: Required<LabelPlaneOptions>): ConditionalGenerator {
  const { classes, latentSize } = settings;
  const network = buildGenerator(settings);
  return {
    classes,
    latentSize,
    imageShape: network.outputs[0]!.shape.slice(1) as [number, number, number],
    weights: namedWeights(network),
    generate: (z, labels) =>
      tf.tidy(
        () => network.apply(classes === 0 ? z : tf.concat([z, oneHot(labels, classes)], 1)) as tf.Tensor4D,
      ),
  };
}

function labelledDiscriminator(settings: Required<LabelPlaneOptions>): ConditionalDiscriminator {
  const { classes, discriminatorFilters } = settings;
  const network = buildDiscriminator({ ...settings, filters: discriminatorFilters });
  return {
    weights: namedWeights(network),
    state: {},
    prepare: () => undefined,
    judge: (images, labels) =>
      tf.tidy(() => {
        const [batch, height, width] = images.shape;
        const each = images.tile<tf.Tensor4D>([labels.size / batch, 1, 1, 1]);
        const planes = () => labelPlanes(labels, { height, width, classes });
        const seen = classes === 0 ? each : tf.concat([each, planes()], 3);
        return network.apply(seen) as tf.Tensor2D;
      }),
  };
}

/**
 * For each image one plane per class, 1 everywhere in the plane of its class and 0 everywhere in the others: at every pixel the
 * planes are tf.oneHot of the label.
 *
 * The Keras example (conditional_gan) repeats the one-hot vector height · width times and reshapes the result to
 * (classes, height, width) planes as if it had repeated each number: there a class fills 79 of 784 pixels, in every plane.
 *
 * @param labels int32 (batch)
 * @returns (batch, height, width, classes)
 */
export function labelPlanes(
  labels: tf.Tensor1D,
  { height, width, classes }: Record<"height" | "width" | "classes", number>,
): tf.Tensor4D {
  return tf.tidy(() =>
    oneHot(labels, classes).reshape<tf.Tensor4D>([-1, 1, 1, classes]).tile([1, height, width, 1]),
  );
}

const oneHot = (labels: tf.Tensor1D, classes: number) =>
  tf.oneHot(labels, classes).cast<tf.Tensor2D>("float32");

function namedWeights(network: tf.LayersModel) {
  const variables = trainableVariables(network);
  return Object.fromEntries(weightNames(network).map((name, i) => [name, variables[i]!]));
}
