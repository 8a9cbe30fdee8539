// Convolutions with one channel on one side, as the first and last layers of networks for grey images have them. oneDNN pads the
// one channel to 16; here the image's places are collected and the rest is a product of matrices.
#include <algorithm>

#include "kernel_context.h"
#include "loops.h"
#include "tensorflow_internals.h"

namespace generative {
namespace {

// Attributes, in the names of ThinConvolution.
struct Geometry {
  int height, width, rows, columns, taps_down, taps_across, stride_down, stride_across, top, left;
};

void *Create(TF_OpKernelConstruction *c) {
  return new Geometry{IntAttribute(c, "height"),      IntAttribute(c, "width"),       IntAttribute(c, "rows"),
                      IntAttribute(c, "columns"),     IntAttribute(c, "taps_down"),   IntAttribute(c, "taps_across"),
                      IntAttribute(c, "stride_down"), IntAttribute(c, "stride_across"), IntAttribute(c, "top"),
                      IntAttribute(c, "left")};
}
void Destroy(void *geometry) { delete static_cast<Geometry *>(geometry); }

ThinConvolution MakeConvolution(const Geometry &g, int64_t channels) {
  return {g.height,      g.width,       g.rows,        g.columns, static_cast<int>(channels), g.taps_down,
          g.taps_across, g.stride_down, g.stride_across, g.top,   g.left};
}

// Each thread takes images of the batch; work(image, scratch of the thread's own).
template <typename Work>
void ForImages(TF_OpKernelContext *context, int64_t images, int64_t cycles, size_t scratch_size, const Work &work) {
  ParallelFor(context, images, cycles, [&](int64_t begin, int64_t end) {
    std::vector<float> scratch(scratch_size);
    for (int64_t image = begin; image < end; image++) work(image, scratch.data());
  });
}

// thin (images, height, width, 1) and filter (taps, channels) give thick (images, rows, columns, channels).
void ThinToThick(void *state, TF_OpKernelContext *raw) {
  KernelContext context(raw);
  const Geometry &g = *static_cast<Geometry *>(state);
  const Shape thin_shape = context.InputShape(0), filter_shape = context.InputShape(1);
  const int64_t taps = g.taps_down * g.taps_across;
  if (thin_shape.size() != 4 || filter_shape.size() != 2 || filter_shape[0] != taps ||
      thin_shape != Shape{thin_shape[0], g.height, g.width, 1}) {
    context.Fail("thin convolution: the image or the filter is not as the attributes say");
    return;
  }
  const ThinConvolution c = MakeConvolution(g, filter_shape[1]);
  float *thick = context.AllocateOutput(0, {thin_shape[0], g.rows, g.columns, c.channels});
  if (!context.ok()) return;
  const float *thin = context.InputFloats(0);
  std::vector<float> packed(Loops().packed_size(taps, c.channels));
  Loops().pack(context.InputFloats(1), taps, c.channels, /*transposed=*/false, packed.data());
  const size_t places = static_cast<size_t>(c.rows) * c.columns;
  ForImages(raw, thin_shape[0], places * taps * c.channels / 8, places * taps, [&](int64_t image, float *scratch) {
    Loops().thin_to_thick(c, thin + image * g.height * g.width, packed.data(), thick + image * places * c.channels,
                          scratch);
  });
}

// thick (images, rows, columns, channels) and filter (taps, channels) give thin (images, height, width, 1).
void ThickToThin(void *state, TF_OpKernelContext *raw) {
  KernelContext context(raw);
  const Geometry &g = *static_cast<Geometry *>(state);
  const Shape thick_shape = context.InputShape(0), filter_shape = context.InputShape(1);
  const int64_t taps = g.taps_down * g.taps_across;
  if (thick_shape.size() != 4 || filter_shape != Shape{taps, thick_shape[3]} || thick_shape[1] != g.rows ||
      thick_shape[2] != g.columns) {
    context.Fail("thin convolution: the image or the filter is not as the attributes say");
    return;
  }
  const ThinConvolution c = MakeConvolution(g, filter_shape[1]);
  float *thin = context.AllocateOutput(0, {thick_shape[0], g.height, g.width, 1});
  if (!context.ok()) return;
  const float *thick = context.InputFloats(0);
  std::vector<float> packed(Loops().packed_size(c.channels, taps));
  Loops().pack(context.InputFloats(1), c.channels, taps, /*transposed=*/true, packed.data());
  const size_t places = static_cast<size_t>(c.rows) * c.columns;
  ForImages(raw, thick_shape[0], places * taps * c.channels / 8, places * taps, [&](int64_t image, float *scratch) {
    Loops().thick_to_thin(c, thick + image * places * c.channels, packed.data(), thin + image * g.height * g.width,
                          scratch);
  });
}

// thin and thick give the gradient of the filter (taps, channels).
void FilterGradient(void *state, TF_OpKernelContext *raw) {
  KernelContext context(raw);
  const Geometry &g = *static_cast<Geometry *>(state);
  const Shape thin_shape = context.InputShape(0), thick_shape = context.InputShape(1);
  const int64_t taps = g.taps_down * g.taps_across;
  if (thick_shape.size() != 4 || thin_shape != Shape{thick_shape[0], g.height, g.width, 1} ||
      thick_shape[1] != g.rows || thick_shape[2] != g.columns) {
    context.Fail("thin convolution: the images are not as the attributes say");
    return;
  }
  const ThinConvolution c = MakeConvolution(g, thick_shape[3]);
  float *d_filter = context.AllocateOutput(0, {taps, c.channels});
  if (!context.ok()) return;
  const float *thin = context.InputFloats(0), *thick = context.InputFloats(1);
  const int64_t images = thick_shape[0], size = taps * c.channels;
  const size_t places = static_cast<size_t>(c.rows) * c.columns;
  // One part for each thread.
  const int64_t parts = std::max<int64_t>(1, std::min<int64_t>(ThreadCount(raw), images));
  std::vector<float> sums(parts * size, 0.0f);
  ForImages(raw, parts, images / parts * places * size / 8,
            places * taps + Loops().packed_size(static_cast<int>(places), c.channels),
            [&](int64_t part, float *scratch) {
              for (int64_t image = images * part / parts; image < images * (part + 1) / parts; image++)
                Loops().thin_filter_gradient(c, thin + image * g.height * g.width,
                                             thick + image * places * c.channels, sums.data() + part * size, scratch);
            });
  AddParts(sums.data(), parts, size, size, d_filter);
}

void InferThick(TF_ShapeInferenceContext *context, TF_Status *status) {
  SetShape(context, 0, 0,
           {IntAttribute(context, "rows", status), IntAttribute(context, "columns", status),
            IntAttribute(context, "channels", status)});
}

void InferThin(TF_ShapeInferenceContext *context, TF_Status *status) {
  SetShape(context, 0, 0, {IntAttribute(context, "height", status), IntAttribute(context, "width", status), 1});
}

void InferFilter(TF_ShapeInferenceContext *context, TF_Status *status) {
  const int64_t taps = IntAttribute(context, "taps_down", status) * IntAttribute(context, "taps_across", status);
  SetMatrixShape(context, 0, taps, IntAttribute(context, "channels", status));
}

OpDefinition Define(const char *name, std::vector<const char *> inputs, const char *output,
                    void (*infer)(TF_ShapeInferenceContext *, TF_Status *),
                    void (*compute)(void *, TF_OpKernelContext *)) {
  return {name,
          inputs,
          {output},
          {"height: int", "width: int", "rows: int", "columns: int", "taps_down: int", "taps_across: int",
           "stride_down: int", "stride_across: int", "top: int", "left: int", "channels: int"},
          infer,
          Create,
          compute,
          Destroy};
}

const RegisterOp thin_to_thick(
    Define("GenerativeThinToThick", {"thin: float", "filter: float"}, "thick: float", InferThick, ThinToThick));
const RegisterOp thick_to_thin(
    Define("GenerativeThickToThin", {"thick: float", "filter: float"}, "thin: float", InferThin, ThickToThin));
const RegisterOp filter_gradient(
    Define("GenerativeThinFilterGradient", {"thin: float", "thick: float"}, "d_filter: float", InferFilter, FilterGradient));

}  // namespace
}  // namespace generative
