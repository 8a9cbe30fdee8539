// A whole sequence of LSTM cells in one op, and its gradient: between cells no op is dispatched, and the recurrent weights stay
// packed. lib/layers/lstm.ts has the equations.
#include "recurrent.h"

namespace generative {
namespace {

// Inputs: x, kernel, recurrent, bias.
void Forward(void *, TF_OpKernelContext *raw) {
  KernelContext context(raw);
  const Shape x = context.InputShape(0), kernel = context.InputShape(1), recurrent = context.InputShape(2);
  if (!CheckWeights(&context, "LSTM", 4, kernel, recurrent)) return;
  const int64_t units = recurrent[0];
  if (x.size() != 3 || x[2] != kernel[0] || context.InputShape(3) != Shape{4 * units}) {
    context.Fail("LSTM: expected x (time, batch, inputs) and a bias (4 units)");
    return;
  }
  float *gates = context.AllocateOutput(0, {x[0], x[1], 4 * units});
  float *cells = context.AllocateOutput(1, {x[0], x[1], units});
  float *outputs = context.AllocateOutput(2, {x[0], x[1], units});
  if (!context.ok()) return;
  const RecurrentSequence sequence = {static_cast<int>(x[0]), static_cast<int>(x[1]), static_cast<int>(x[2]),
                                 static_cast<int>(units), 0, 0};
  const float *inputs = context.InputFloats(0), *bias = context.InputFloats(3);
  const auto packed_kernel = PackMatrix(context.InputFloats(1), sequence.inputs, 4 * sequence.units, false);
  const auto packed_recurrent = PackMatrix(context.InputFloats(2), sequence.units, 4 * sequence.units, false);
  ForParts(context, sequence, PartCount(context, sequence), [&](const RecurrentSequence &part, int) {
    Loops().lstm_forward(part, inputs, packed_kernel.data(), packed_recurrent.data(), bias, gates, cells, outputs);
  });
}

// Inputs: kernel, recurrent, gates, cells, d_outputs.
void Backward(void *, TF_OpKernelContext *raw) {
  KernelContext context(raw);
  const Shape kernel = context.InputShape(0), recurrent = context.InputShape(1), gates = context.InputShape(2);
  if (!CheckWeights(&context, "LSTM", 4, kernel, recurrent)) return;
  const int64_t units = recurrent[0];
  float *d_gates = context.AllocateOutput(0, gates);
  float *d_x = context.AllocateOutput(1, {gates[0], gates[1], kernel[0]});
  float *d_bias = context.AllocateOutput(2, {4 * units});
  if (!context.ok()) return;
  const RecurrentSequence sequence = {static_cast<int>(gates[0]), static_cast<int>(gates[1]), static_cast<int>(kernel[0]),
                                 static_cast<int>(units), 0, 0};
  const float *activations = context.InputFloats(2), *cells = context.InputFloats(3),
              *d_outputs = context.InputFloats(4);
  const auto packed_kernel = PackMatrix(context.InputFloats(0), 4 * sequence.units, sequence.inputs, true);
  const auto packed_recurrent = PackMatrix(context.InputFloats(1), 4 * sequence.units, sequence.units, true);
  const int parts = PartCount(context, sequence);
  std::vector<float> scratch(static_cast<size_t>(2) * sequence.batch * sequence.units);
  std::vector<float> bias_sums(static_cast<size_t>(parts) * 4 * units, 0.0f);
  ForParts(context, sequence, parts, [&](const RecurrentSequence &part, int i) {
    Loops().lstm_backward(part, packed_kernel.data(), packed_recurrent.data(), activations, cells, d_outputs, d_gates,
                          d_x, bias_sums.data() + static_cast<size_t>(i) * 4 * units, scratch.data());
  });
  AddParts(bias_sums.data(), parts, 4 * units, 4 * units, d_bias);
}

void InferForward(TF_ShapeInferenceContext *context, TF_Status *) {
  const int64_t units = InputLength(context, 2, 0);
  SetSequenceShape(context, 0, 0, InputLength(context, 2, 1));
  SetSequenceShape(context, 1, 0, units);
  SetSequenceShape(context, 2, 0, units);
}

void InferBackward(TF_ShapeInferenceContext *context, TF_Status *status) {
  CopyShape(context, 2, 0, status);
  SetSequenceShape(context, 1, 2, InputLength(context, 0, 0));
  SetVectorShape(context, 2, InputLength(context, 1, 1));
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
