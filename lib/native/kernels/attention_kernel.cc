// Causal self-attention of all heads and its gradient in one op each: no head is transposed, and no more than a block of
// probabilities is ever kept. lib/layers/attention.ts has the equations.
#include <cmath>
#include <vector>

#include "kernel_context.h"
#include "loops.h"
#include "tensorflow_internals.h"

namespace generative {
namespace {

struct Options {
  int heads;
};
void *Create(TF_OpKernelConstruction *construction) { return new Options{IntAttribute(construction, "heads")}; }
void Destroy(void *options) { delete static_cast<Options *>(options); }

// Of qkv (batch, places, 3 · width); false, with the op's error set, where the shape does not fit.
bool ReadShape(KernelContext *context, const Shape &qkv, int64_t heads, Attention *attention) {
  if (qkv.size() != 3 || heads < 1 || qkv[2] % (3 * heads) != 0) {
    context->Fail("self-attention: expected qkv (batch, places, 3 · width), width a multiple of the heads");
    return false;
  }
  const int width = static_cast<int>(qkv[2] / 3), size = static_cast<int>(width / heads);
  *attention = {static_cast<int>(qkv[1]), width, size, 1.0f / std::sqrt(static_cast<float>(size))};
  return true;
}

// work(batch, head, scratch), on TensorFlow's threads.
template <typename Work>
void ForHeads(TF_OpKernelContext *raw, const Attention &attention, int64_t batch, int64_t heads, int products,
              const Work &work) {
  const int64_t cycles =
      static_cast<int64_t>(products) * attention.places * attention.places * attention.size / 32 + 1;
  ParallelFor(raw, batch * heads, cycles, [&](int64_t begin, int64_t end) {
    std::vector<float> scratch(Loops().attention_scratch_size(attention));
    for (int64_t i = begin; i < end; i++) work(i / heads, i % heads, scratch.data());
  });
}

void Forward(void *state, TF_OpKernelContext *raw) {
  KernelContext context(raw);
  const int64_t heads = static_cast<Options *>(state)->heads;
  const Shape shape = context.InputShape(0);
  Attention attention;
  if (!ReadShape(&context, shape, heads, &attention)) return;
  const int64_t batch = shape[0], places = attention.places, width = attention.width, size = attention.size;
  float *out = context.AllocateOutput(0, {batch, places, width});
  float *log_sums = context.AllocateOutput(1, {batch, heads, places});
  if (!context.ok()) return;
  const float *qkv = context.InputFloats(0);
  ForHeads(raw, attention, batch, heads, 2, [&](int64_t i, int64_t head, float *scratch) {
    Loops().attention_forward(attention, qkv + i * places * 3 * width + head * size,
                              out + i * places * width + head * size, log_sums + (i * heads + head) * places, scratch);
  });
}

// Inputs: qkv, out, log_sums, d_out.
void Backward(void *state, TF_OpKernelContext *raw) {
  KernelContext context(raw);
  const int64_t heads = static_cast<Options *>(state)->heads;
  const Shape shape = context.InputShape(0);
  Attention attention;
  if (!ReadShape(&context, shape, heads, &attention)) return;
  const int64_t batch = shape[0], places = attention.places, width = attention.width, size = attention.size;
  const Shape out_shape = {batch, places, width};
  if (context.InputShape(1) != out_shape || context.InputShape(2) != Shape{batch, heads, places} ||
      context.InputShape(3) != out_shape) {
    context.Fail("self-attention: expected a gradient of the shape of the output, (batch, places, width)");
    return;
  }
  float *d_qkv = context.AllocateOutput(0, shape);
  if (!context.ok()) return;
  const float *qkv = context.InputFloats(0), *out = context.InputFloats(1), *log_sums = context.InputFloats(2),
              *d_out = context.InputFloats(3);
  ForHeads(raw, attention, batch, heads, 5, [&](int64_t i, int64_t head, float *scratch) {
    const int64_t in = i * places * 3 * width + head * size, at = i * places * width + head * size;
    Loops().attention_backward(attention, qkv + in, out + at, log_sums + (i * heads + head) * places, d_out + at,
                               d_qkv + in, scratch);
  });
}

void InferForward(TF_ShapeInferenceContext *context, TF_Status *status) {
  const int64_t all = InputLength(context, 0, 2), places = InputLength(context, 0, 1);
  SetSequenceShape(context, 0, 0, all < 0 ? -1 : all / 3);
  SetShape(context, 1, 0, {IntAttribute(context, "heads", status), places});
}

void InferBackward(TF_ShapeInferenceContext *context, TF_Status *status) { CopyShape(context, 0, 0, status); }

const RegisterOp forward({"GenerativeSelfAttention",
                          {"qkv: float"},
                          {"out: float", "log_sums: float"},
                          {"heads: int"},
                          InferForward,
                          Create,
                          Forward,
                          Destroy});
const RegisterOp backward({"GenerativeSelfAttentionGrad",
                           {"qkv: float", "out: float", "log_sums: float", "d_out: float"},
                           {"d_qkv: float"},
                           {"heads: int"},
                           InferBackward,
                           Create,
                           Backward,
                           Destroy});

}  // namespace
}  // namespace generative
