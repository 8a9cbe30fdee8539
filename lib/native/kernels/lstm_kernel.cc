// A whole sequence of LSTM cells in one op, and its gradient: between cells no op is dispatched, and the recurrent weights stay
// packed. lib/layers/lstm.ts has the equations.
#include <algorithm>

#include "kernel_context.h"
#include "loops.h"
#include "tensorflow_internals.h"

namespace generative {
namespace {

// Each thread takes rows of the batch through all times, so that none waits for another; work(part, number of the part).
template <typename Work>
void ForParts(const KernelContext &context, const LstmSequence &sequence, int parts, const Work &work) {
  const int64_t cycles = static_cast<int64_t>(sequence.time) * sequence.batch / parts * sequence.units * sequence.units;
  ParallelFor(context.get(), parts, cycles, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; i++) {
      LstmSequence part = sequence;
      part.begin = static_cast<int>(sequence.batch * i / parts);
      part.end = static_cast<int>(sequence.batch * (i + 1) / parts);
      work(part, static_cast<int>(i));
    }
  });
}

int PartCount(const KernelContext &context, const LstmSequence &sequence) {
  return std::max(1, std::min(ThreadCount(context.get()), sequence.batch));
}

std::vector<float> PackMatrix(const float *matrix, int rows, int columns, bool transposed) {
  std::vector<float> packed(Loops().packed_size(rows, columns));
  Loops().pack(matrix, rows, columns, transposed, packed.data());
  return packed;
}

bool CheckWeights(KernelContext *context, const Shape &kernel, const Shape &recurrent) {
  if (kernel.size() == 2 && recurrent.size() == 2 && recurrent[1] == 4 * recurrent[0] && kernel[1] == recurrent[1])
    return true;
  context->Fail("LSTM: expected a kernel (inputs, 4 units) and recurrent weights (units, 4 units)");
  return false;
}

// Inputs: x, kernel, recurrent, bias.
void Forward(void *, TF_OpKernelContext *raw) {
  KernelContext context(raw);
  const Shape x = context.InputShape(0), kernel = context.InputShape(1), recurrent = context.InputShape(2);
  if (!CheckWeights(&context, kernel, recurrent)) return;
  const int64_t units = recurrent[0];
  if (x.size() != 3 || x[2] != kernel[0] || context.InputShape(3) != Shape{4 * units}) {
    context.Fail("LSTM: expected x (time, batch, inputs) and a bias (4 units)");
    return;
  }
  float *gates = context.AllocateOutput(0, {x[0], x[1], 4 * units});
  float *cells = context.AllocateOutput(1, {x[0], x[1], units});
  float *outputs = context.AllocateOutput(2, {x[0], x[1], units});
  if (!context.ok()) return;
  const LstmSequence sequence = {static_cast<int>(x[0]), static_cast<int>(x[1]), static_cast<int>(x[2]),
                                 static_cast<int>(units), 0, 0};
  const float *inputs = context.InputFloats(0), *bias = context.InputFloats(3);
  const auto packed_kernel = PackMatrix(context.InputFloats(1), sequence.inputs, 4 * sequence.units, false);
  const auto packed_recurrent = PackMatrix(context.InputFloats(2), sequence.units, 4 * sequence.units, false);
  ForParts(context, sequence, PartCount(context, sequence), [&](const LstmSequence &part, int) {
    Loops().lstm_forward(part, inputs, packed_kernel.data(), packed_recurrent.data(), bias, gates, cells, outputs);
  });
}

// Inputs: kernel, recurrent, gates, cells, d_outputs.
void Backward(void *, TF_OpKernelContext *raw) {
  KernelContext context(raw);
  const Shape kernel = context.InputShape(0), recurrent = context.InputShape(1), gates = context.InputShape(2);
  if (!CheckWeights(&context, kernel, recurrent)) return;
  const int64_t units = recurrent[0];
  float *d_gates = context.AllocateOutput(0, gates);
  float *d_x = context.AllocateOutput(1, {gates[0], gates[1], kernel[0]});
  float *d_bias = context.AllocateOutput(2, {4 * units});
  if (!context.ok()) return;
  const LstmSequence sequence = {static_cast<int>(gates[0]), static_cast<int>(gates[1]), static_cast<int>(kernel[0]),
                                 static_cast<int>(units), 0, 0};
  const float *activations = context.InputFloats(2), *cells = context.InputFloats(3),
              *d_outputs = context.InputFloats(4);
  const auto packed_kernel = PackMatrix(context.InputFloats(0), 4 * sequence.units, sequence.inputs, true);
  const auto packed_recurrent = PackMatrix(context.InputFloats(1), 4 * sequence.units, sequence.units, true);
  const int parts = PartCount(context, sequence);
  std::vector<float> scratch(static_cast<size_t>(2) * sequence.batch * sequence.units);
  // Sums of the parts are added in their order: the same rounding in every run.
  std::vector<float> bias_sums(static_cast<size_t>(parts) * 4 * units, 0.0f);
  ForParts(context, sequence, parts, [&](const LstmSequence &part, int i) {
    Loops().lstm_backward(part, packed_kernel.data(), packed_recurrent.data(), activations, cells, d_outputs, d_gates,
                          d_x, bias_sums.data() + static_cast<size_t>(i) * 4 * units, scratch.data());
  });
  for (int64_t i = 0; i < 4 * units; i++) {
    d_bias[i] = 0.0f;
    for (int part = 0; part < parts; part++) d_bias[i] += bias_sums[static_cast<size_t>(part) * 4 * units + i];
  }
}

// Gives an output the first axes of one input and the axis `axis` of another.
void JoinShape(TF_ShapeInferenceContext *context, int from, int axes, int other, int axis, int output,
               TF_Status *status) {
  TF_ShapeHandle *first = TF_NewShapeHandle(), *second = TF_NewShapeHandle(), *left = TF_NewShapeHandle(),
                 *right = TF_NewShapeHandle(), *joined = TF_NewShapeHandle();
  TF_ShapeInferenceContextGetInput(context, from, first, status);
  TF_ShapeInferenceContextGetInput(context, other, second, status);
  TF_ShapeInferenceContextSubshape(context, first, 0, axes, left, status);
  if (TF_GetCode(status) == TF_OK) TF_ShapeInferenceContextSubshape(context, second, axis, axis + 1, right, status);
  if (TF_GetCode(status) == TF_OK)
    TF_ShapeInferenceContextConcatenateShapes(context, left, right, joined, status);
  if (TF_GetCode(status) == TF_OK) TF_ShapeInferenceContextSetOutput(context, output, joined, status);
  for (TF_ShapeHandle *handle : {first, second, left, right, joined}) TF_DeleteShapeHandle(handle);
}

void InferForward(TF_ShapeInferenceContext *context, TF_Status *status) {
  JoinShape(context, 0, 2, 2, 1, 0, status);
  for (int output = 1; output <= 2 && TF_GetCode(status) == TF_OK; output++)
    JoinShape(context, 0, 2, 2, 0, output, status);
}

void InferBackward(TF_ShapeInferenceContext *context, TF_Status *status) {
  CopyShape(context, 2, 0, status);
  if (TF_GetCode(status) == TF_OK) JoinShape(context, 2, 2, 0, 0, 1, status);
  if (TF_GetCode(status) == TF_OK) JoinShape(context, 1, 0, 1, 1, 2, status);
}

const RegisterOp forward({"GenerativeLstmForward",
                          {"x: float", "kernel: float", "recurrent: float", "bias: float"},
                          {"gates: float", "cells: float", "outputs: float"},
                          {},
                          InferForward,
                          nullptr,
                          Forward,
                          nullptr});
const RegisterOp backward({"GenerativeLstmBackward",
                           {"kernel: float", "recurrent: float", "gates: float", "cells: float", "d_outputs: float"},
                           {"d_gates: float", "d_x: float", "d_bias: float"},
                           {},
                           InferBackward,
                           nullptr,
                           Backward,
                           nullptr});

}  // namespace
}  // namespace generative
