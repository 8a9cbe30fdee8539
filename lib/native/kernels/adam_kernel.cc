// Adam and AdamW for all variables of an optimiser in one op. lib/training/adam.ts has the equations.
#include <algorithm>
#include <cmath>

#include "kernel_context.h"
#include "loops.h"
#include "tensorflow_internals.h"

namespace generative {
namespace {

struct Options {
  float rate, beta1, beta2, epsilon, weight_decay;
  int decaying;  // how many of the variables decay, the first ones
};

void *Create(TF_OpKernelConstruction *construction) {
  return new Options{FloatAttribute(construction, "rate"), FloatAttribute(construction, "beta1"),
                     FloatAttribute(construction, "beta2"), FloatAttribute(construction, "epsilon"),
                     FloatAttribute(construction, "weight_decay"), IntAttribute(construction, "decaying")};
}
void Destroy(void *options) { delete static_cast<Options *>(options); }

struct Tensors {
  const float *gradient, *variable, *mean, *square;
  float *new_variable, *new_mean, *new_square;
  int64_t begin, size;
};

void Compute(void *state, TF_OpKernelContext *raw) {
  const Options &options = *static_cast<Options *>(state);
  KernelContext context(raw);
  const int count = (context.input_count() - 1) / 4;
  std::vector<Tensors> all(count);
  int64_t total = 0;
  for (int i = 0; i < count; i++) {
    const Shape shape = context.InputShape(count + i);
    for (const int group : {0, 2, 3})
      if (context.InputShape(group * count + i) != shape) {
        context.Fail("Adam: a gradient, mean or square has another shape than its variable");
        return;
      }
    all[i] = {context.InputFloats(i),
              context.InputFloats(count + i),
              context.InputFloats(2 * count + i),
              context.InputFloats(3 * count + i),
              context.AllocateOutput(i, shape),
              context.AllocateOutput(count + i, shape),
              context.AllocateOutput(2 * count + i, shape),
              total,
              SizeOf(shape)};
    total += all[i].size;
  }
  if (!context.ok()) return;
  const double step = *context.InputFloats(4 * count);
  const AdamStep plain = {options.beta1, options.beta2, options.epsilon,
                    static_cast<float>(options.rate / (1 - std::pow(static_cast<double>(options.beta1), step))),
                    static_cast<float>(1 / (1 - std::pow(static_cast<double>(options.beta2), step))), 1.0f};
  AdamStep decaying = plain;
  decaying.kept = static_cast<float>(1 - static_cast<double>(options.rate) * options.weight_decay);
  const LoopTable &loops = Loops();
  ParallelFor(raw, total, /*cycles=*/4, [&](int64_t begin, int64_t end) {
    for (int i = 0; i < count; i++) {
      const Tensors &t = all[i];
      const int64_t first = std::max(begin - t.begin, int64_t{0}), last = std::min(end - t.begin, t.size);
      if (first < last)
        loops.adam(i < options.decaying ? decaying : plain, t.gradient + first, t.variable + first, t.mean + first, t.square + first,
                   t.new_variable + first, t.new_mean + first, t.new_square + first, last - first);
    }
  });
}

void InferShapes(TF_ShapeInferenceContext *context, TF_Status *status) {
  const int count = static_cast<int>((TF_ShapeInferenceContextNumInputs(context) - 1) / 4);
  for (int i = 0; i < 3 * count && TF_GetCode(status) == TF_OK; i++) CopyShape(context, count + i % count, i, status);
}

const RegisterOp adam({"GenerativeAdam",
                       {"gradients: N * float", "variables: N * float", "means: N * float", "squares: N * float",
                        "step: float"},
                       {"new_variables: N * float", "new_means: N * float", "new_squares: N * float"},
                       {"N: int >= 1", "rate: float", "beta1: float", "beta2: float", "epsilon: float",
                        "weight_decay: float", "decaying: int >= 0"},
                       InferShapes,
                       Create,
                       Compute,
                       Destroy});

}  // namespace
}  // namespace generative
