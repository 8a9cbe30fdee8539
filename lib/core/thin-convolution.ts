/**
 * tfjs's convolutions on the native backend, for images of one channel on one side (the first and last layers of networks for
 * grey images): lib/native/kernels/thin_convolution_kernel.cc in the place of oneDNN, which pads the one channel to 16.
 */
import * as tf from "@tensorflow/tfjs";
import { type NativeBackend, runOp, runsOwnKernels } from "./tracing/native-backend";

type Info = tf.backend_util.Conv2DInfo;
/** How the thin image (height, width) meets the thick one (rows, columns); thin_convolution_kernel.cc's attributes. */
type Geometry = Record<
  | "height"
  | "width"
  | "rows"
  | "columns"
  | "channels"
  | "taps_down"
  | "taps_across"
  | "stride_down"
  | "stride_across"
  | "top"
  | "left",
  number
>;

/** Puts ours before tfjs-node's kernels, which go on with every other convolution. */
export function addThinConvolutions(): void {
  override(tf.Conv2D, ({ inputs, attrs }, backend) => {
    const { x, filter } = inputs as Record<"x" | "filter", tf.Tensor4D>;
    const info = describe(x.shape, filter.shape, attrs as unknown as tf.Conv2DAttrs);
    return info && convolve(backend, x, filter, info);
  });
  override(tf.FusedConv2D, ({ inputs, attrs }, backend) => {
    const { x, filter, bias, preluActivationWeights } = inputs as Partial<Record<string, tf.Tensor4D>>;
    const { activation, leakyreluAlpha, ...rest } = attrs as unknown as tf.FusedConv2DAttrs;
    const info = describe(x!.shape, filter!.shape, rest);
    const result = info && convolve(backend, x!, filter!, info);
    if (result === undefined) return undefined;
    const shifted = bias === undefined ? result : result.add(bias);
    return (backend as Activating).applyActivation(
      shifted,
      activation,
      preluActivationWeights,
      leakyreluAlpha,
    );
  });
  override(tf.Conv2DBackpropInput, ({ inputs, attrs }, backend) => {
    const { dy, filter } = inputs as Record<"dy" | "filter", tf.Tensor4D>;
    const { inputShape } = attrs as unknown as tf.Conv2DBackpropInputAttrs;
    const info = describe(inputShape, filter.shape, attrs as unknown as tf.Conv2DBackpropInputAttrs);
    if (info === undefined) return undefined;
    if (info.inChannels === 1)
      return run(backend, "GenerativeThickToThin", [dy, asMatrix(filter)], thinInput(info));
    const geometry = thinOutput(info);
    return geometry && run(backend, "GenerativeThinToThick", [dy, turned(filter)], geometry);
  });
  override(tf.Conv2DBackpropFilter, ({ inputs, attrs }, backend) => {
    const { x, dy } = inputs as Record<"x" | "dy", tf.Tensor4D>;
    const { filterShape } = attrs as unknown as tf.Conv2DBackpropFilterAttrs;
    const info = describe(x.shape, filterShape, attrs as unknown as tf.Conv2DBackpropFilterAttrs);
    if (info === undefined) return undefined;
    if (info.inChannels === 1)
      return run(backend, "GenerativeThinFilterGradient", [x, dy], thinInput(info)).reshape(filterShape);
    const geometry = thinOutput(info);
    if (geometry === undefined) return undefined;
    const gradient = run(backend, "GenerativeThinFilterGradient", [dy, x], geometry);
    return gradient.reverse(0).reshape(filterShape);
  });
}

type Activating = NativeBackend & {
  applyActivation(x: tf.Tensor, activation?: string | null, prelu?: tf.Tensor, alpha?: number): tf.Tensor;
};
type Ours = (params: Parameters<tf.KernelFunc>[0], backend: NativeBackend) => tf.Tensor | undefined;

/** The kernel answers with ours where that gives something. */
function override(kernelName: string, ours: Ours): void {
  const { kernelFunc } = tf.getKernel(kernelName, "tensorflow");
  tf.unregisterKernel(kernelName, "tensorflow");
  tf.registerKernel({
    kernelName,
    backendName: "tensorflow",
    kernelFunc: (params) => {
      const backend = params.backend as NativeBackend;
      if (!runsOwnKernels(backend)) return kernelFunc(params);
      const result = tf.tidy<tf.TensorContainer>(() => ours(params, backend)) as tf.Tensor | undefined;
      return result ?? kernelFunc(params);
    },
  });
}

interface ConvolutionAttributes {
  strides: number | [number, number];
  pad: "valid" | "same" | number | tf.backend_util.ExplicitPadding;
  dataFormat: "NHWC" | "NCHW";
  dimRoundingMode?: "floor" | "round" | "ceil";
  dilations?: number | [number, number];
}

/** The convolution of images of this shape, if it has one channel on one side and no dilation. */
function describe(
  shape: [number, number, number, number],
  filterShape: [number, number, number, number],
  { strides, pad, dataFormat, dimRoundingMode, dilations = 1 }: ConvolutionAttributes,
): Info | undefined {
  if (dataFormat !== "NHWC" || (filterShape[2] !== 1 && filterShape[3] !== 1) || shape[3] !== filterShape[2])
    return undefined;
  const info = tf.backend_util.computeConv2DInfo(
    shape,
    filterShape,
    strides,
    dilations,
    pad,
    dimRoundingMode,
  );
  return info.dilationHeight === 1 && info.dilationWidth === 1 ? info : undefined;
}

function convolve(
  backend: NativeBackend,
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  info: Info,
): tf.Tensor | undefined {
  if (info.inChannels === 1)
    return run(backend, "GenerativeThinToThick", [x, asMatrix(filter)], thinInput(info));
  const geometry = thinOutput(info);
  return geometry && run(backend, "GenerativeThickToThin", [x, turned(filter)], geometry);
}

function thinInput(info: Info): Geometry {
  return {
    height: info.inHeight,
    width: info.inWidth,
    rows: info.outHeight,
    columns: info.outWidth,
    channels: info.outChannels,
    taps_down: info.filterHeight,
    taps_across: info.filterWidth,
    stride_down: info.strideHeight,
    stride_across: info.strideWidth,
    top: info.padInfo.top,
    left: info.padInfo.left,
  };
}

/**
 * One output channel: seen from the thick input, whose place p meets the output at p − u + top under tap u, that is, at
 * p + u′ − (taps − 1 − top) with the taps in reverse. Where the stride is 1.
 */
function thinOutput(info: Info): Geometry | undefined {
  if (info.strideHeight !== 1 || info.strideWidth !== 1) return undefined;
  return {
    height: info.outHeight,
    width: info.outWidth,
    rows: info.inHeight,
    columns: info.inWidth,
    channels: info.inChannels,
    taps_down: info.filterHeight,
    taps_across: info.filterWidth,
    stride_down: 1,
    stride_across: 1,
    top: info.filterHeight - 1 - info.padInfo.top,
    left: info.filterWidth - 1 - info.padInfo.left,
  };
}

/** (taps, channels), whichever side has the channels. */
const asMatrix = (filter: tf.Tensor4D) =>
  filter.reshape<tf.Tensor2D>([filter.shape[0] * filter.shape[1], filter.shape[2] * filter.shape[3]]);
const turned = (filter: tf.Tensor4D) => asMatrix(filter).reverse(0);

function run(backend: NativeBackend, name: string, inputs: tf.Tensor[], geometry: Geometry): tf.Tensor {
  const attributes = Object.entries(geometry).map(([key, value]) => ({
    name: key,
    type: backend.binding.TF_ATTR_INT,
    value,
  }));
  return runOp(backend, name, attributes, inputs)[0]!;
}
