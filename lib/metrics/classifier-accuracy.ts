/** Whether images show what they should, in the eyes of a classifier that was trained apart. */
import { ShapeError } from "../core/errors";
import type { Classifier, ClassifierInput } from "../models/classifier";

export interface ClassifierAccuracy {
  /** Share of the images that the classifier puts into their class. */
  accuracy: number;
  /** The same for each class; NaN where there is no image of it. */
  perClass: number[];
  /** [class asked for][class seen]: how many images. */
  confusion: number[][];
}

/**
 * Puts each image into the class of its largest logit and compares with the labels. On fakes it tells whether the generator obeys
 * its label, as far as the classifier is right (compare with its accuracy on photographs); it does not tell whether the fakes
 * differ from each other: one good picture per class, over and over, would have 1.0. Give the Fréchet distance with it.
 *
 * @param labels one for each image: for fakes, the class that was asked for
 * @throws ShapeError where there are more or fewer labels than images
 */
export async function classifierAccuracy(
  classifier: Classifier,
  images: ClassifierInput,
  labels: ArrayLike<number>,
): Promise<ClassifierAccuracy> {
  const count = images.shape[0];
  if (labels.length !== count)
    throw new ShapeError(
      `classifierAccuracy: labels: expected one for each of the ${count} images, got ${labels.length}.`,
    );
  const logits = classifier.logits(images);
  const winners = logits.argMax(1);
  logits.dispose();
  const seen = await winners.data<"int32">();
  winners.dispose();
  const confusion = classifier.classes.map(() => classifier.classes.map(() => 0));
  for (let i = 0; i < count; i++) confusion[labels[i]!]![seen[i]!]!++;
  const hits = confusion.reduce((sum, row, i) => sum + row[i]!, 0);
  const perClass = confusion.map((row, i) => row[i]! / row.reduce((sum, value) => sum + value, 0));
  return { accuracy: hits / count, perClass, confusion };
}
