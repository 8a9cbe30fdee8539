/**
 * What tfjs's wasm and webgpu backends lack, composed of what they have, so that a training which runs on TensorFlow runs there
 * too, only slower.
 */
import * as tf from "@tensorflow/tfjs";
import { mendKernels } from "./mended-kernels";

const missing: Readonly<Record<string, tf.KernelFunc>> = {
  [tf.Conv2DBackpropFilter]: (params) => convolutionFilterGradient(params),
  [tf.UnsortedSegmentSum]: (params) => segmentSum(params),
};

/** Adds the missing kernels to a backend; once is enough, again does no harm. */
export function completeKernels(backendName: "wasm" | "webgpu"): void {
  for (const [kernelName, kernelFunc] of Object.entries(missing))
    // tfjs's types leave out that it answers undefined where there is none.
    if ((tf.getKernel(kernelName, backendName) as unknown) === undefined)
      tf.registerKernel({ kernelName, backendName, kernelFunc });
  mendKernels(backendName);
}

/** The gradient of tf.gather: rows added up by segment, as a product with the one-hot matrix of the segments. */
const segmentSum: tf.KernelFunc = ({ inputs, attrs }) => {
  const { x, segmentIds } = inputs as unknown as Record<"x" | "segmentIds", tf.Tensor>;
  const { numSegments } = attrs as unknown as tf.UnsortedSegmentSumAttrs;
  return tf.tidy(() => {
    // A one-hot vector has at least two numbers; the second is cut off again.
    const depth = Math.max(2, numSegments);
    const oneHot = tf.oneHot(tf.cast(tf.reshape(segmentIds, [-1]), "int32"), depth);
    const rows = tf.reshape<tf.Rank.R2>(x, [segmentIds.size, -1]);
    const sums = tf.matMul(tf.cast(oneHot as tf.Tensor2D, "float32"), rows, true);
    return tf.reshape(tf.slice(sums, 0, numSegments), [numSegments, ...x.shape.slice(segmentIds.rank)]);
  });
};

/**
 * The gradient of a convolution with respect to its filter (height, width, in, out):
 *
 *     dW[i, j] = Σ over examples and places of x[s·row + i, s·column + j]ᵀ dy[row, column]
 *
 * One product of matrices for each place (i, j) of the filter.
 */
const convolutionFilterGradient: tf.KernelFunc = ({ inputs, attrs }) => {
  const { x, dy } = inputs as unknown as Record<"x" | "dy", tf.Tensor4D>;
  const { strides, pad, dimRoundingMode, filterShape } = attrs as unknown as tf.Conv2DBackpropFilterAttrs;
  const info = tf.backend_util.computeConv2DInfo(x.shape, filterShape, strides, 1, pad, dimRoundingMode);
  return tf.tidy(() => {
    const seenFrom = readPlaces(x, info);
    const gradient = tf.reshape(dy, [-1, info.outChannels]); // (places, out)
    const products: tf.Tensor[] = [];
    for (let i = 0; i < info.filterHeight; i++)
      for (let j = 0; j < info.filterWidth; j++)
        products.push(tf.tidy(() => tf.matMul(seenFrom(i, j), gradient, true))); // (in, out)
    return tf.reshape(tf.stack(products), filterShape);
  });
};

/**
 * What the place (i, j) of the filter sees of the images: (places, in). wasm's strided slice goes number by number; here
 * every stride-th row and column becomes an axis of its own, of which plain slices, fast ones, take one entry.
 */
function readPlaces(x: tf.Tensor4D, info: tf.backend_util.Conv2DInfo): (i: number, j: number) => tf.Tensor2D {
  const { batchSize, inChannels, outHeight, outWidth, strideHeight, strideWidth, padInfo } = info;
  // Room for every slice, that is, for the last place of the filter at the last step.
  const rows = outHeight + Math.floor((info.filterHeight - 1) / strideHeight);
  const columns = outWidth + Math.floor((info.filterWidth - 1) / strideWidth);
  const below = rows * strideHeight - info.inHeight - padInfo.top;
  const beside = columns * strideWidth - info.inWidth - padInfo.left;
  const padded = tf.pad(x, [
    [0, 0],
    [padInfo.top, Math.max(0, below)],
    [padInfo.left, Math.max(0, beside)],
    [0, 0],
  ]);
  const size = [batchSize, rows * strideHeight, columns * strideWidth, inChannels];
  const grid = tf.reshape(tf.slice(padded, [0, 0, 0, 0], size), [
    batchSize * rows,
    strideHeight,
    columns,
    strideWidth * inChannels,
  ]);
  return (i, j) => {
    const every = tf.slice(
      grid,
      [0, i % strideHeight, 0, (j % strideWidth) * inChannels],
      [batchSize * rows, 1, columns, inChannels],
    );
    const seen = tf.slice(
      tf.reshape(every, [batchSize, rows, columns, inChannels]),
      [0, Math.floor(i / strideHeight), Math.floor(j / strideWidth), 0],
      [batchSize, outHeight, outWidth, inChannels],
    );
    return tf.reshape(seen, [-1, inChannels]);
  };
}
