// A whole sequence of GRU cells in one op, and its gradient, as lstm_kernel.cc. lib/layers/gru.ts has the equations.
#include "recurrent.h"

namespace generative {
namespace {

RecurrentSequence MakeSequence(const Shape &x, int64_t units) {
  return {static_cast<int>(x[0]), static_cast<int>(x[1]), static_cast<int>(x[2]), static_cast<int>(units), 0, 0};
}

// Inputs: x, kernel, recurrent, bias, recurrent_bias.
void Forward(void *, TF_OpKernelContext *raw) {
  KernelContext context(raw);
  const Shape x = context.InputShape(0), kernel = context.InputShape(1), recurrent = context.InputShape(2);
  if (!CheckWeights(&context, "GRU", 3, kernel, recurrent)) return;
  const int64_t units = recurrent[0];
  if (x.size() != 3 || x[2] != kernel[0] || context.InputShape(3) != Shape{3 * units} ||
      context.InputShape(4) != Shape{3 * units}) {
    context.Fail("GRU: expected x (time, batch, inputs) and two biases (3 units)");
    return;
  }
  float *parts = context.AllocateOutput(0, {x[0], x[1], 4 * units});
  float *outputs = context.AllocateOutput(1, {x[0], x[1], units});
  if (!context.ok()) return;
  const RecurrentSequence sequence = MakeSequence(x, units);
  const float *inputs = context.InputFloats(0), *bias = context.InputFloats(3), *recurrent_bias = context.InputFloats(4);
  const auto packed_kernel = PackMatrix(context.InputFloats(1), sequence.inputs, 3 * sequence.units, false);
  const auto packed_recurrent = PackMatrix(context.InputFloats(2), sequence.units, 3 * sequence.units, false);
  std::vector<float> scratch(static_cast<size_t>(6) * sequence.batch * sequence.units);
  ForParts(context, sequence, PartCount(context, sequence), [&](const RecurrentSequence &part, int) {
    Loops().gru_forward(part, inputs, packed_kernel.data(), packed_recurrent.data(), bias, recurrent_bias, parts, outputs,
                        scratch.data());
  });
}

// Inputs: kernel, recurrent, parts, outputs, d_outputs.
void Backward(void *, TF_OpKernelContext *raw) {
  KernelContext context(raw);
  const Shape kernel = context.InputShape(0), recurrent = context.InputShape(1), outputs_shape = context.InputShape(3);
  if (!CheckWeights(&context, "GRU", 3, kernel, recurrent)) return;
  const int64_t time = outputs_shape[0], batch = outputs_shape[1], units = recurrent[0];
  float *d_input = context.AllocateOutput(0, {time, batch, 3 * units});
  float *d_recurrent = context.AllocateOutput(1, {time, batch, 3 * units});
  float *d_x = context.AllocateOutput(2, {time, batch, kernel[0]});
  float *d_bias = context.AllocateOutput(3, {3 * units});
  float *d_recurrent_bias = context.AllocateOutput(4, {3 * units});
  if (!context.ok()) return;
  const RecurrentSequence sequence = MakeSequence({time, batch, kernel[0]}, units);
  const float *parts = context.InputFloats(2), *outputs = context.InputFloats(3), *d_outputs = context.InputFloats(4);
  const auto packed_kernel = PackMatrix(context.InputFloats(0), 3 * sequence.units, sequence.inputs, true);
  const auto packed_recurrent = PackMatrix(context.InputFloats(1), 3 * sequence.units, sequence.units, true);
  const int part_count = PartCount(context, sequence);
  std::vector<float> scratch(static_cast<size_t>(sequence.batch) * sequence.units);
  const size_t width = 3 * static_cast<size_t>(units);
  std::vector<float> bias_sums(part_count * width, 0.0f), recurrent_sums(part_count * width, 0.0f);
  ForParts(context, sequence, part_count, [&](const RecurrentSequence &part, int i) {
    Loops().gru_backward(part, packed_kernel.data(), packed_recurrent.data(), parts, outputs, d_outputs, d_input,
                         d_recurrent, d_x, bias_sums.data() + i * width, recurrent_sums.data() + i * width,
                         scratch.data());
  });
  AddParts(bias_sums.data(), part_count, 3 * units, 3 * units, d_bias);
  AddParts(recurrent_sums.data(), part_count, 3 * units, 3 * units, d_recurrent_bias);
}

void InferForward(TF_ShapeInferenceContext *context, TF_Status *) {
  const int64_t units = InputLength(context, 2, 0);
  SetSequenceShape(context, 0, 0, units < 0 ? -1 : 4 * units);
  SetSequenceShape(context, 1, 0, units);
}

void InferBackward(TF_ShapeInferenceContext *context, TF_Status *) {
  const int64_t width = InputLength(context, 1, 1);
  SetSequenceShape(context, 0, 3, width);
  SetSequenceShape(context, 1, 3, width);
  SetSequenceShape(context, 2, 3, InputLength(context, 0, 0));
  for (int output = 3; output <= 4; output++) SetVectorShape(context, output, width);
}

const RegisterOp forward({"GenerativeGruForward",
                          {"x: float", "kernel: float", "recurrent: float", "bias: float", "recurrent_bias: float"},
                          {"parts: float", "outputs: float"},
                          {},
                          InferForward,
                          nullptr,
                          Forward,
                          nullptr});
const RegisterOp backward(
    {"GenerativeGruBackward",
     {"kernel: float", "recurrent: float", "parts: float", "outputs: float", "d_outputs: float"},
     {"d_input: float", "d_recurrent: float", "d_x: float", "d_bias: float", "d_recurrent_bias: float"},
     {},
     InferBackward,
     nullptr,
     Backward,
     nullptr});

}  // namespace
}  // namespace generative
