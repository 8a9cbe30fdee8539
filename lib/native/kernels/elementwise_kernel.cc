// Functions of each number or row, in one pass instead of one for each op they are composed of. The equations are in
// lib/layers/gelu.ts and lib/layers/attention.ts.
#include "kernel_context.h"
#include "loops.h"
#include "tensorflow_internals.h"

namespace generative {
namespace {

// About what one exponential costs.
constexpr int64_t kCycles = 8;

void Gelu(void *, TF_OpKernelContext *raw) {
  KernelContext context(raw);
  const Shape shape = context.InputShape(0);
  float *y = context.AllocateOutput(0, shape);
  if (!context.ok()) return;
  const float *x = context.InputFloats(0);
  ParallelFor(raw, SizeOf(shape), kCycles,
              [&](int64_t begin, int64_t end) { Loops().gelu(x + begin, y + begin, end - begin); });
}

void GeluGrad(void *, TF_OpKernelContext *raw) {
  KernelContext context(raw);
  const Shape shape = context.InputShape(0);
  if (context.InputShape(1) != shape) {
    context.Fail("gelu: expected a gradient of the shape of x");
    return;
  }
  float *d_x = context.AllocateOutput(0, shape);
  if (!context.ok()) return;
  const float *x = context.InputFloats(0), *d_y = context.InputFloats(1);
  ParallelFor(raw, SizeOf(shape), 2 * kCycles, [&](int64_t begin, int64_t end) {
    Loops().gelu_backward(x + begin, d_y + begin, d_x + begin, end - begin);
  });
}

// The last two axes, (queries, keys), and how many rows there are in all.
bool ReadRows(KernelContext *context, const Shape &shape, int64_t *rows, int64_t *queries, int64_t *keys) {
  if (shape.size() < 2 || shape[shape.size() - 2] > shape.back() || shape.back() == 0) {
    context->Fail("causal softmax: expected (…, queries, keys) with no more queries than keys");
    return false;
  }
  *queries = shape[shape.size() - 2];
  *keys = shape.back();
  *rows = SizeOf(shape) / *keys;
  return true;
}

void CausalSoftmax(void *, TF_OpKernelContext *raw) {
  KernelContext context(raw);
  const Shape shape = context.InputShape(0);
  int64_t rows, queries, keys;
  if (!ReadRows(&context, shape, &rows, &queries, &keys)) return;
  float *probabilities = context.AllocateOutput(0, shape);
  if (!context.ok()) return;
  const float *scores = context.InputFloats(0);
  ParallelFor(raw, rows, kCycles * keys, [&](int64_t begin, int64_t end) {
    Loops().causal_softmax(scores, probabilities, begin, end, queries, keys);
  });
}

void CausalSoftmaxGrad(void *, TF_OpKernelContext *raw) {
  KernelContext context(raw);
  const Shape shape = context.InputShape(0);
  int64_t rows, queries, keys;
  if (!ReadRows(&context, shape, &rows, &queries, &keys)) return;
  if (context.InputShape(1) != shape) {
    context.Fail("causal softmax: expected a gradient of the shape of the probabilities");
    return;
  }
  float *d_scores = context.AllocateOutput(0, shape);
  if (!context.ok()) return;
  const float *probabilities = context.InputFloats(0), *d_probabilities = context.InputFloats(1);
  ParallelFor(raw, rows, 2 * keys, [&](int64_t begin, int64_t end) {
    Loops().causal_softmax_backward(probabilities, d_probabilities, d_scores, begin, end, queries, keys);
  });
}

void LikeFirst(TF_ShapeInferenceContext *context, TF_Status *status) { CopyShape(context, 0, 0, status); }

OpDefinition Define(const char *name, std::vector<const char *> inputs, const char *output,
                    void (*compute)(void *, TF_OpKernelContext *)) {
  return {name, inputs, {output}, {}, LikeFirst, nullptr, compute, nullptr};
}

const RegisterOp gelu(Define("GenerativeGelu", {"x: float"}, "y: float", Gelu));
const RegisterOp gelu_grad(Define("GenerativeGeluGrad", {"x: float", "d_y: float"}, "d_x: float", GeluGrad));
const RegisterOp causal_softmax(
    Define("GenerativeCausalSoftmax", {"scores: float"}, "probabilities: float", CausalSoftmax));
const RegisterOp causal_softmax_grad(Define("GenerativeCausalSoftmaxGrad",
                                            {"probabilities: float", "d_probabilities: float"}, "d_scores: float",
                                            CausalSoftmaxGrad));

}  // namespace
}  // namespace generative
