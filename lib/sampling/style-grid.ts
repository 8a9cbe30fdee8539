/** The picture that StyleGAN is known for: rows give the coarse styles, columns the fine ones. */
import { tf } from "../core/tf";
import {
  countStyles,
  type Stylegan2Generator,
  synthesize,
  synthesizeFrom,
} from "../models/stylegan2/generator";
import { mixStyles } from "./latent-space";

/**
 * Images (rows + 1) × (columns + 1): the first row and column show the columns' and rows' own images, the corner is white; each
 * other image has its row's styles up to layer `from` and its column's from there.
 *
 * @param rows, columns w (count, styleSize)
 * @returns ((rows + 1) · (columns + 1), resolution, resolution, 3) in [0, 1]; the caller disposes of it
 */
export function styleMixingGrid(
  generator: Stylegan2Generator,
  rows: tf.Tensor2D,
  columns: tf.Tensor2D,
  from = 4,
): tf.Tensor4D {
  return tf.tidy(() => {
    const [height, styleSize] = rows.shape;
    const width = columns.shape[0];
    const { resolution } = generator.sizes;
    const shape = [height * width, styleSize] as [number, number];
    const coarse = rows.expandDims(1).tile([1, width, 1]).reshape<tf.Tensor2D>(shape);
    const fine = columns.expandDims(0).tile([height, 1, 1]).reshape<tf.Tensor2D>(shape);
    const styles = mixStyles(coarse, fine, from, countStyles(generator.sizes));
    const mixed = synthesize(generator, styles).add(1).div(2).clipByValue(0, 1);
    const [left, top] = [synthesizeFrom(generator, rows), synthesizeFrom(generator, columns)];
    const size = [resolution, resolution, 3];
    const head = tf.concat([tf.ones([1, 1, ...size]), top.expandDims(0)], 1);
    const body = tf.concat([left.expandDims(1), mixed.reshape([height, width, ...size])], 1);
    return tf.concat([head, body]).reshape([(height + 1) * (width + 1), ...size]);
  });
}
