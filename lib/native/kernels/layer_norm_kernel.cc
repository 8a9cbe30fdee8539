// Layer normalisation and its gradient, each in one pass over the rows. lib/layers/layer-norm.ts has the equations.
#include <algorithm>
#include <mutex>

#include "kernel_context.h"
#include "loops.h"
#include "tensorflow_internals.h"

namespace generative {
namespace {

struct Options {
  float epsilon;
};
void *Create(TF_OpKernelConstruction *construction) {
  return new Options{FloatAttribute(construction, "epsilon")};
}
void Destroy(void *options) { delete static_cast<Options *>(options); }

void Forward(void *state, TF_OpKernelContext *raw) {
  KernelContext context(raw);
  const Shape shape = context.InputShape(0), gain_shape = context.InputShape(1);
  if (shape.size() != 2 || gain_shape != Shape{shape[1]}) {
    context.Fail("layer normalisation: expected x (rows, size) and gain (size)");
    return;
  }
  const int64_t rows = shape[0], size = shape[1];
  float *y = context.AllocateOutput(0, shape);
  float *means = context.AllocateOutput(1, {rows});
  float *inverse_deviations = context.AllocateOutput(2, {rows});
  if (!context.ok()) return;
  const float *x = context.InputFloats(0), *gain = context.InputFloats(1), *bias = context.InputFloats(2);
  const float epsilon = static_cast<Options *>(state)->epsilon;
  ParallelFor(raw, rows, size, [&](int64_t begin, int64_t end) {
    Loops().layer_norm(x + begin * size, gain, bias, epsilon, y + begin * size, means + begin,
                       inverse_deviations + begin, end - begin, size);
  });
}

void Backward(void *, TF_OpKernelContext *raw) {
  KernelContext context(raw);
  const Shape shape = context.InputShape(0), gain_shape = context.InputShape(1);
  if (shape.size() != 2 || gain_shape != Shape{shape[1]}) {
    context.Fail("layer normalisation: expected x (rows, size) and gain (size)");
    return;
  }
  const int64_t rows = shape[0], size = shape[1];
  float *d_x = context.AllocateOutput(0, shape);
  float *d_gain = context.AllocateOutput(1, {size});
  float *d_bias = context.AllocateOutput(2, {size});
  if (!context.ok()) return;
  const float *x = context.InputFloats(0), *gain = context.InputFloats(1), *means = context.InputFloats(2),
              *inverse_deviations = context.InputFloats(3), *d_y = context.InputFloats(4);
  // One part for each thread.
  const int64_t parts = std::max<int64_t>(1, std::min<int64_t>(ThreadCount(raw), rows));
  std::vector<float> sums(parts * 2 * size, 0.0f);
  ParallelFor(raw, parts, rows / parts * size * 4, [&](int64_t first_part, int64_t last_part) {
    for (int64_t part = first_part; part < last_part; part++) {
      const int64_t begin = rows * part / parts, end = rows * (part + 1) / parts;
      float *part_sums = sums.data() + part * 2 * size;
      Loops().layer_norm_backward(x + begin * size, gain, means + begin, inverse_deviations + begin,
                                  d_y + begin * size, d_x + begin * size, part_sums, part_sums + size, end - begin,
                                  size);
    }
  });
  AddParts(sums.data(), parts, 2 * size, size, d_gain);
  AddParts(sums.data() + size, parts, 2 * size, size, d_bias);
}

// x (rows, size) gives means and 1 / deviations (rows).
void InferForward(TF_ShapeInferenceContext *context, TF_Status *status) {
  CopyShape(context, 0, 0, status);
  for (int output : {1, 2}) SetVectorShape(context, output, InputLength(context, 0, 0));
}

void InferBackward(TF_ShapeInferenceContext *context, TF_Status *status) {
  CopyShape(context, 0, 0, status);
  for (int output : {1, 2})
    if (TF_GetCode(status) == TF_OK) CopyShape(context, 1, output, status);
}

const RegisterOp forward({"GenerativeLayerNorm",
                          {"x: float", "gain: float", "bias: float"},
                          {"y: float", "means: float", "inverse_deviations: float"},
                          {"epsilon: float"},
                          InferForward,
                          Create,
                          Forward,
                          Destroy});
const RegisterOp backward({"GenerativeLayerNormGrad",
                           {"x: float", "gain: float", "means: float", "inverse_deviations: float", "d_y: float"},
                           {"d_x: float", "d_gain: float", "d_bias: float"},
                           {},
                           InferBackward,
                           nullptr,
                           Backward,
                           nullptr});

}  // namespace
}  // namespace generative
