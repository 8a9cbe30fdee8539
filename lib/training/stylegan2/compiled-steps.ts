/** StyleGAN2's steps as one native call each, with the optimisers they share. */
import { compile } from "../../core/compile";
import { tf } from "../../core/tf";
import type { Stylegan2 } from "../../models/stylegan2/stylegan2";
import type { Weights } from "../../models/weights";
import { Adam } from "../adam";
import {
  followGenerator,
  mirrorSome,
  stepDiscriminator,
  stepGenerator,
  stepGradientPenalty,
  stepPathLength,
  type StepInputs,
} from "./steps";

/** The settings of a training that its steps are made of; Stylegan2Training says what each is. */
interface StepOptions {
  batchSize: number;
  learningRate: number;
  r1Weight: number;
  r1Every: number;
  pathLengthEvery: number;
  pathLengthWeight: number;
  styleMixing: number;
  augmentTarget: number;
  mirror: boolean;
}

/** How much of the mean path length is replaced each time. */
const PATH_LENGTH_DECAY = 0.01;

export type RealInputs = StepInputs & { real: tf.Tensor4D; realLabels?: tf.Tensor2D };

/** Every step as one call, and what they share. */
export function compileSteps(networks: Stylegan2, settings: StepOptions) {
  const { batchSize, learningRate, r1Weight, r1Every, pathLengthEvery, pathLengthWeight, styleMixing } =
    settings;
  const adaptive = settings.augmentTarget > 0;
  const generatorAdam = lazyAdam(networks.generator.weights, learningRate, pathLengthEvery);
  const discriminatorAdam = lazyAdam(networks.discriminator.weights, learningRate, r1Every);
  const meanLength = tf.tidy(() => tf.variable(tf.scalar(0), false));
  const options = (name: string) => ({ name: `trainStylegan2 ${name}`, eagerFirst: false });
  const compiled = {
    prepare: compile((images: tf.Tensor4D, key: tf.Tensor1D) => {
      const real = images.mul<tf.Tensor4D>(2).sub<tf.Tensor4D>(1);
      return settings.mirror ? mirrorSome(real, key) : real;
    }, options("images")),
    generator: compile(
      (inputs: StepInputs) =>
        stepGenerator(networks, generatorAdam, batchSize, inputs, { styleMixing, adaptive }),
      options("generator"),
    ),
    pathLength: compile(
      (inputs: StepInputs) =>
        stepPathLength(networks, generatorAdam, meanLength, halfBatch(inputs, batchSize), {
          batchSize: batchSize / 2,
          weight: pathLengthWeight * pathLengthEvery,
          decay: PATH_LENGTH_DECAY,
          styleMixing,
        }),
      options("path length"),
    ),
    discriminator: compile(({ real, realLabels, ...inputs }: RealInputs) => {
      const numbers = stepDiscriminator(networks, discriminatorAdam, real, realLabels, inputs, {
        styleMixing,
        adaptive,
      });
      return tf.stack([numbers.loss, numbers.realSign, numbers.onReal, numbers.onFake]) as tf.Tensor1D;
    }, options("discriminator")),
    gradientPenalty: compile(
      ({ real, realLabels, ...inputs }: RealInputs) =>
        stepGradientPenalty(networks, discriminatorAdam, real, realLabels, inputs, {
          weight: (r1Weight / 2) * r1Every,
          adaptive,
        }),
      options("R1"),
    ),
    follow: compile((decay: tf.Scalar) => followGenerator(networks, decay), options("average")),
  };
  return {
    ...compiled,
    generatorAdam,
    discriminatorAdam,
    meanLength,
    dispose: () => {
      for (const step of Object.values(compiled)) step.dispose();
      generatorAdam.dispose();
      discriminatorAdam.dispose();
      meanLength.dispose();
    },
  };
}

/** The regulariser of half a batch costs half: the lengths are averaged over many steps anyway. */
function halfBatch({ labels, ...inputs }: StepInputs, batchSize: number): StepInputs {
  return labels === undefined ? inputs : { ...inputs, labels: labels.slice(0, batchSize / 2) };
}

/**
 * Adam with β₁ = 0. One more step in every `every` steps regularises; rate and memory are set so that all steps together do what
 * the plain ones would (Karras et al. 2020, appendix B).
 */
function lazyAdam(weights: Weights, learningRate: number, every: number): Adam {
  const share = every > 0 ? every / (every + 1) : 1;
  const trainable = Object.values(weights).filter((variable) => variable.trainable);
  return new Adam(trainable, {
    learningRate: learningRate * share,
    beta1: 0,
    beta2: 0.99 ** share,
    epsilon: 1e-8,
  });
}
