/**
 * The four steps of StyleGAN2's training (Karras et al. 2020): each player's own, and the two regularisers, which are taken
 * less often because they cost a gradient of a gradient ("lazy regularisation", section 3.1).
 */
import { randomNormal, randomUniform, type RandomKey } from "../../core/random-ops";
import { tf } from "../../core/tf";
import { judge, type Stylegan2Discriminator } from "../../models/stylegan2/discriminator";
import {
  countStyles,
  mapLatents,
  type NoiseSource,
  synthesize,
  type Stylegan2Generator,
} from "../../models/stylegan2/generator";
import type { Stylegan2 } from "../../models/stylegan2/stylegan2";
import type { Adam } from "../adam";
import { augment } from "./adaptive-augmentation";

/** What a step gets from outside, but for the images. */
export type StepInputs = {
  key: RandomKey;
  /** Probability of an augmentation. */
  p: tf.Scalar;
  /** One-hot labels of the fakes (batch, classes), where there are classes. */
  labels?: tf.Tensor2D;
};

export interface StepSettings {
  /** Share of batches in which two latent points make the coarse and the fine styles. */
  styleMixing: number;
  /** Whether images are augmented at all. */
  adaptive: boolean;
}

/** Streams of a step's key. */
const STREAM = { z: 0, secondZ: 1, cut: 2, mixing: 3, direction: 4, mirror: 5 };
/** How slowly the mean of w follows. */
const AVERAGE_DECAY = 0.998;

/** Styles for every layer, and w of the first latent points. */
function drawStyles(
  generator: Stylegan2Generator,
  batchSize: number,
  { key, labels }: StepInputs,
  styleMixing: number,
): { styles: tf.Tensor2D[]; w: tf.Tensor2D } {
  const draw = (stream: number) =>
    randomNormal(key, [batchSize, generator.sizes.latentSize], stream) as tf.Tensor2D;
  const count = countStyles(generator.sizes);
  const w = mapLatents(generator, draw(STREAM.z), labels);
  if (styleMixing === 0) return { styles: new Array<tf.Tensor2D>(count).fill(w), w };
  const second = mapLatents(generator, draw(STREAM.secondZ), labels);
  // From layer `cut` on, 1 to count − 1, the second takes over; where nothing is mixed, never.
  const cut = randomUniform(key, [], STREAM.cut)
    .mul(count - 1)
    .floor()
    .add(1);
  const mixes = randomUniform(key, [], STREAM.mixing).less(styleMixing).cast("float32");
  const styles = Array.from({ length: count }, (_, layer) => {
    const share = tf.scalar(layer).greaterEqual(cut).cast("float32").mul(mixes);
    return w.add<tf.Tensor2D>(second.sub<tf.Tensor2D>(w).mul(share));
  });
  return { styles, w };
}

function seen(images: tf.Tensor4D, { key, p }: StepInputs, adaptive: boolean): tf.Tensor4D {
  return adaptive ? augment(images, p, key) : images;
}

/**
 * The generator's step: mean softplus(−D(G(z))), the loss of Goodfellow et al. 2014 that does not saturate. Also moves the mean
 * of w, which truncation needs.
 *
 * @returns the loss before the step
 */
export function stepGenerator(
  { generator, discriminator }: Stylegan2,
  adam: Adam,
  batchSize: number,
  inputs: StepInputs,
  { styleMixing, adaptive }: StepSettings,
): tf.Scalar {
  return tf.tidy(() => {
    let center: tf.Tensor | undefined;
    const loss = adam.minimize(() => {
      const { styles, w } = drawStyles(generator, batchSize, inputs, styleMixing);
      center = tf.keep(w.mean(0));
      const fakes = synthesize(generator, styles, inputs.key);
      const logits = judge(discriminator, seen(fakes, inputs, adaptive), inputs.labels);
      return tf.softplus(logits.neg()).mean<tf.Scalar>();
    });
    const average = generator.weights["mapping.average"]!;
    average.assign(average.mul(AVERAGE_DECAY).add(center!.mul(1 - AVERAGE_DECAY)));
    center!.dispose();
    return loss;
  });
}

/** What the discriminator's step tells. */
export type DiscriminatorNumbers = {
  loss: tf.Scalar;
  /** E[sign D(x)] over the real images: 0 while it is guessing, 1 once it knows them by heart. */
  realSign: tf.Scalar;
  /** Mean logits. */
  onReal: tf.Scalar;
  onFake: tf.Scalar;
};

/** The discriminator's step: mean softplus(−D(x)) + mean softplus(D(G(z))). */
export function stepDiscriminator(
  { generator, discriminator }: Stylegan2,
  adam: Adam,
  real: tf.Tensor4D,
  realLabels: tf.Tensor2D | undefined,
  inputs: StepInputs,
  { styleMixing, adaptive }: StepSettings,
): DiscriminatorNumbers {
  return tf.tidy(() => {
    const batchSize = real.shape[0];
    const { styles } = drawStyles(generator, batchSize, inputs, styleMixing);
    const fake = synthesize(generator, styles, inputs.key);
    const images = seen(tf.concat([real, fake]), inputs, adaptive);
    const labels = inputs.labels === undefined ? undefined : tf.concat([realLabels!, inputs.labels]);
    let logits: tf.Tensor2D | undefined;
    const loss = adam.minimize(() => {
      const verdicts = judge(discriminator, images, labels);
      logits = tf.keep(verdicts);
      const [onReal, onFake] = tf.split(verdicts, 2);
      return tf.softplus(onReal!.neg()).mean<tf.Scalar>().add(tf.softplus(onFake!).mean());
    });
    const [onReal, onFake] = tf.split(logits!, 2);
    logits!.dispose();
    return {
      loss,
      realSign: onReal!.sign().mean<tf.Scalar>(),
      onReal: onReal!.mean<tf.Scalar>(),
      onFake: onFake!.mean<tf.Scalar>(),
    };
  });
}

/**
 * R1 (Mescheder et al. 2018): E |∇ₓ D(x)|² over real images, so that the discriminator is flat where the data are. The images'
 * augmentation is part of D.
 */
export function gradientPenalty(
  discriminator: Stylegan2Discriminator,
  real: tf.Tensor4D,
  labels: tf.Tensor2D | undefined,
  change: (images: tf.Tensor4D) => tf.Tensor4D = (images) => images,
): tf.Scalar {
  const gradients = tf.grad((x) => judge(discriminator, change(x as tf.Tensor4D), labels).sum())(real);
  return gradients.square().sum([1, 2, 3]).mean<tf.Scalar>();
}

/** @param weight γ/2 times the steps from one to the next @returns the penalty before the step */
export function stepGradientPenalty(
  { discriminator }: Stylegan2,
  adam: Adam,
  real: tf.Tensor4D,
  realLabels: tf.Tensor2D | undefined,
  inputs: StepInputs,
  { weight, adaptive }: { weight: number; adaptive: boolean },
): tf.Scalar {
  return tf.tidy(() =>
    adam
      .minimize(() =>
        gradientPenalty(discriminator, real, realLabels, (x) => seen(x, inputs, adaptive)).mul(weight),
      )
      .div<tf.Scalar>(weight),
  );
}

/**
 * Lengths |Jᵀ y| of the generator's response to a random direction y in the space of images: how much an image changes where w
 * moves a little (Karras et al. 2020, section 3.2).
 *
 * @param direction y (batch, side, side, 3), normal / side
 * @returns (batch)
 */
export function pathLengths(
  generator: Stylegan2Generator,
  styles: readonly tf.Tensor2D[],
  direction: tf.Tensor4D,
  noise: NoiseSource,
): tf.Tensor1D {
  const gradients = tf.grads((...ws: tf.Tensor[]) =>
    synthesize(generator, ws as tf.Tensor2D[], noise)
      .mul(direction)
      .sum(),
  )([...styles]);
  const squares = gradients.map((gradient) => gradient.square().sum(1));
  return tf.stack(squares).mean(0).add<tf.Tensor1D>(1e-8).sqrt();
}

export interface PathLengthSettings {
  batchSize: number;
  /** Times the steps from one to the next. */
  weight: number;
  /** How much of the mean length is replaced each time. */
  decay: number;
  styleMixing: number;
}

/**
 * Path-length regularisation: E (|Jᵀ y| − a)² with a the moving mean of the lengths, so that equal moves of w change images equally.
 *
 * @param meanLength a, which is moved
 * @returns the mean length before the step
 */
export function stepPathLength(
  { generator }: Stylegan2,
  adam: Adam,
  meanLength: tf.Variable,
  inputs: StepInputs,
  { batchSize, weight, decay, styleMixing }: PathLengthSettings,
): tf.Scalar {
  return tf.tidy(() => {
    let lengthNow: tf.Scalar | undefined;
    adam.minimize(() => {
      const { styles } = drawStyles(generator, batchSize, inputs, styleMixing);
      const { resolution } = generator.sizes;
      const shape = [batchSize, resolution, resolution, 3];
      const direction = randomNormal(inputs.key, shape, STREAM.direction).div<tf.Tensor4D>(resolution);
      const lengths = pathLengths(generator, distinct(styles), direction, inputs.key);
      lengthNow = tf.keep(lengths.mean<tf.Scalar>());
      // The mean is moved first, and the gradient flows through its small new part, as in the authors' code.
      const mean = meanLength.mul(1 - decay).add(lengths.mean().mul(decay));
      return lengths.sub(mean).square().mean<tf.Scalar>().mul(weight);
    });
    meanLength.assign(meanLength.mul(1 - decay).add(lengthNow!.mul(decay)));
    const result = lengthNow!.clone();
    lengthNow!.dispose();
    return result;
  });
}

/** A gradient is asked for each layer's styles: layers that share a tensor would share their sum. */
function distinct(styles: readonly tf.Tensor2D[]): tf.Tensor2D[] {
  return styles.map((w) => w.mul<tf.Tensor2D>(1));
}

/** Moves the average's weights towards the generator's; what is not trained is copied. @param decay of the old, 0 to 1 */
export function followGenerator({ generator, average }: Stylegan2, decay: tf.Scalar): void {
  tf.tidy(() => {
    for (const [name, variable] of Object.entries(generator.weights)) {
      const own = average.weights[name]!;
      own.assign(variable.trainable ? variable.add(own.sub(variable).mul(decay)) : variable);
    }
  });
}

/** Each image as it is or mirrored, by a coin. */
export function mirrorSome(images: tf.Tensor4D, key: RandomKey): tf.Tensor4D {
  return tf.tidy(() => {
    const keep = randomUniform(key, [images.shape[0], 1, 1, 1], STREAM.mirror).less(0.5);
    return tf.where(keep, images, images.reverse(2));
  });
}
