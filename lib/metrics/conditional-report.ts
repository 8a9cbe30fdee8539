/** What a conditional generator makes of each class, beside real images. */
import { OptionError } from "../core/errors";
import { Random } from "../core/random";
import { tf } from "../core/tf";
import { selectImages, type ImageBatch } from "../data/images";
import type { Classifier } from "../models/classifier";
import type { ConditionalGenerator } from "../models/conditional-networks";
import { sampleClasses } from "../sampling/conditional";
import { classifierAccuracy } from "./classifier-accuracy";
import { frechetDistance } from "./frechet";

export interface ClassReport {
  name: string;
  /** Share of the fakes of this class that the classifier takes for it. */
  accuracy: number;
  /** The same for real images. */
  realAccuracy: number;
  /** Fréchet distance of the class's fakes to its real images, on the classifier's features. */
  frechet: number;
}

export interface ConditionalReport {
  /** Of all fakes, as many of each class. */
  accuracy: number;
  realAccuracy: number;
  frechet: number;
  classes: ClassReport[];
}

export interface ConditionalReportOptions {
  /** Fakes of each class. */
  count?: number;
  /** Decides their latent points. */
  seed?: number;
}

export const conditionalReportDefaults = { count: 500, seed: 0 } satisfies ConditionalReportOptions;

/**
 * Asks the generator for `count` fakes of each class and has the classifier judge them. Real images that neither of the two was
 * trained on make the fairest comparison. The distances grow as counts fall: compare numbers of equal counts.
 */
export async function reportConditional(
  generator: ConditionalGenerator,
  classifier: Classifier,
  real: { images: ImageBatch; labels: ArrayLike<number> },
  options: ConditionalReportOptions = {},
): Promise<ConditionalReport> {
  const { count, seed } = { ...conditionalReportDefaults, ...options };
  if (!Number.isInteger(count) || count < 2)
    throw new OptionError(`reportConditional: count: expected a whole number from 2, got ${count}.`);
  const { classes } = classifier;
  const asked = classes.flatMap((_, label) => Array.from({ length: count }, () => label));
  const fakes = sampleClasses(generator, asked, new Random(seed).fork("report"));
  try {
    const onFakes = await classifierAccuracy(classifier, fakes, asked);
    const onReal = await classifierAccuracy(classifier, real.images, real.labels);
    const distance = async (images: ImageBatch, start: number, size: number) => {
      const fake = tf.tidy(() => classifier.features(fakes.slice(start, size)));
      const features = [classifier.features(images), fake] as const;
      try {
        return await frechetDistance(...features);
      } finally {
        tf.dispose([...features]);
      }
    };
    const reports: ClassReport[] = [];
    for (const [label, name] of classes.entries()) {
      const rows = Array.from(real.labels).flatMap((value, row) => (value === label ? [row] : []));
      reports.push({
        name,
        accuracy: onFakes.perClass[label]!,
        realAccuracy: onReal.perClass[label]!,
        frechet: await distance(selectImages(real.images, rows), label * count, count),
      });
    }
    return {
      accuracy: onFakes.accuracy,
      realAccuracy: onReal.accuracy,
      frechet: await distance(real.images, 0, asked.length),
      classes: reports,
    };
  } finally {
    fakes.dispose();
  }
}
