// A whole sequence of LSTM cells in one op, and its gradient: between cells no op is dispatched, and the recurrent weights stay
// packed. lib/layers/lstm.ts has the equations.
#include <algorithm>

#include "kernel_context.h"
#include "loops.h"
#include "thread_pool.h"

namespace generative {
namespace {

// Each thread takes rows of the batch through all times, so that none waits for another.
template <typename Work>
void ForRows(const KernelContext &context, LstmSequence sequence, const Work &work) {
  const int64_t cycles = static_cast<int64_t>(sequence.time) * sequence.units * sequence.units;
  ParallelFor(context.get(), sequence.batch, cycles, [&](int64_t begin, int64_t end) {
    LstmSequence part = sequence;
    part.begin = static_cast<int>(begin);
    part.end = static_cast<int>(end);
    work(part);
  });
}

bool ReadSequence(KernelContext *context, int gates, int recurrent, LstmSequence *sequence) {
  const Shape shape = context->InputShape(gates), weights = context->InputShape(recurrent);
  if (shape.size() != 3 || weights.size() != 2 || weights[1] != 4 * weights[0] || shape[2] != weights[1]) {
    context->Fail("LSTM: expected gates (time, batch, 4 units) and recurrent weights (units, 4 units)");
    return false;
  }
  *sequence = {static_cast<int>(shape[0]), static_cast<int>(shape[1]), static_cast<int>(weights[0]), 0, 0};
  return true;
}

void Forward(void *, TF_OpKernelContext *raw) {
  KernelContext context(raw);
  LstmSequence sequence;
  if (!ReadSequence(&context, 0, 1, &sequence)) return;
  const auto [time, batch, units, begin, end] = sequence;
  float *gates = context.AllocateOutput(0, {time, batch, 4 * units});
  float *cells = context.AllocateOutput(1, {time, batch, units});
  float *outputs = context.AllocateOutput(2, {time, batch, units});
  if (!context.ok()) return;
  const float *projected = context.InputFloats(0);
  const LoopTable &loops = Loops();
  std::vector<float> packed(loops.packed_size(units, 4 * units));
  loops.pack(context.InputFloats(1), units, 4 * units, /*transposed=*/false, packed.data());
  ForRows(context, sequence, [&](const LstmSequence &part) {
    const size_t row = static_cast<size_t>(4) * part.units;
    for (int t = 0; t < part.time; t++) {
      const size_t first = (static_cast<size_t>(t) * part.batch + part.begin) * row;
      std::copy(projected + first, projected + first + (part.end - part.begin) * row, gates + first);
    }
    loops.lstm_forward(part, packed.data(), gates, cells, outputs);
  });
}

void Backward(void *, TF_OpKernelContext *raw) {
  KernelContext context(raw);
  LstmSequence sequence;
  if (!ReadSequence(&context, 1, 0, &sequence)) return;
  const auto [time, batch, units, begin, end] = sequence;
  float *d_projected = context.AllocateOutput(0, {time, batch, 4 * units});
  if (!context.ok()) return;
  const float *gates = context.InputFloats(1), *cells = context.InputFloats(2), *d_outputs = context.InputFloats(3);
  const LoopTable &loops = Loops();
  std::vector<float> packed(loops.packed_size(4 * units, units));
  loops.pack(context.InputFloats(0), 4 * units, units, /*transposed=*/true, packed.data());
  std::vector<float> scratch(static_cast<size_t>(2) * batch * units);
  ForRows(context, sequence, [&](const LstmSequence &part) {
    loops.lstm_backward(part, packed.data(), gates, cells, d_outputs, d_projected, scratch.data());
  });
}

// (time, batch, 4 units) with (units, 4 units) gives (time, batch, units).
void InferForward(TF_ShapeInferenceContext *context, TF_Status *status) {
  CopyShape(context, 0, 0, status);
  TF_ShapeHandle *gates = TF_NewShapeHandle(), *recurrent = TF_NewShapeHandle(), *outer = TF_NewShapeHandle(),
                 *units = TF_NewShapeHandle(), *outputs = TF_NewShapeHandle();
  TF_ShapeInferenceContextGetInput(context, 0, gates, status);
  TF_ShapeInferenceContextGetInput(context, 1, recurrent, status);
  TF_ShapeInferenceContextSubshape(context, gates, 0, 2, outer, status);
  if (TF_GetCode(status) == TF_OK) TF_ShapeInferenceContextSubshape(context, recurrent, 0, 1, units, status);
  if (TF_GetCode(status) == TF_OK)
    TF_ShapeInferenceContextConcatenateShapes(context, outer, units, outputs, status);
  for (int output = 1; output <= 2 && TF_GetCode(status) == TF_OK; output++)
    TF_ShapeInferenceContextSetOutput(context, output, outputs, status);
  for (TF_ShapeHandle *handle : {gates, recurrent, outer, units, outputs}) TF_DeleteShapeHandle(handle);
}

void InferBackward(TF_ShapeInferenceContext *context, TF_Status *status) { CopyShape(context, 1, 0, status); }

const RegisterOp forward({"GenerativeLstmForward",
                          {"projected: float", "recurrent: float"},
                          {"gates: float", "cells: float", "outputs: float"},
                          {},
                          InferForward,
                          nullptr,
                          Forward,
                          nullptr});
const RegisterOp backward({"GenerativeLstmBackward",
                           {"recurrent: float", "gates: float", "cells: float", "d_outputs: float"},
                           {"d_projected: float"},
                           {},
                           InferBackward,
                           nullptr,
                           Backward,
                           nullptr});

}  // namespace
}  // namespace generative
