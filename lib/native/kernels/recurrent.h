// What the kernels of recurrent sequences share.
#ifndef GENERATIVE_NATIVE_RECURRENT_H_
#define GENERATIVE_NATIVE_RECURRENT_H_

#include <algorithm>
#include <vector>

#include "kernel_context.h"
#include "loops.h"
#include "tensorflow_internals.h"

namespace generative {

// Each thread takes rows of the batch through all times, so that none waits for another; work(part, number of the part).
template <typename Work>
void ForParts(const KernelContext &context, const RecurrentSequence &sequence, int parts, const Work &work) {
  const int64_t cycles = static_cast<int64_t>(sequence.time) * sequence.batch / parts * sequence.units * sequence.units;
  ParallelFor(context.get(), parts, cycles, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; i++) {
      RecurrentSequence part = sequence;
      part.begin = static_cast<int>(sequence.batch * i / parts);
      part.end = static_cast<int>(sequence.batch * (i + 1) / parts);
      work(part, static_cast<int>(i));
    }
  });
}

inline int PartCount(const KernelContext &context, const RecurrentSequence &sequence) {
  return std::max(1, std::min(ThreadCount(context.get()), sequence.batch));
}

inline std::vector<float> PackMatrix(const float *matrix, int rows, int columns, bool transposed) {
  std::vector<float> packed(Loops().packed_size(rows, columns));
  Loops().pack(matrix, rows, columns, transposed, packed.data());
  return packed;
}

// Sums of the parts, added in their order: the same rounding in every run.
inline void AddParts(const std::vector<float> &parts, int count, int64_t size, float *sums) {
  for (int64_t i = 0; i < size; i++) {
    sums[i] = 0.0f;
    for (int part = 0; part < count; part++) sums[i] += parts[static_cast<size_t>(part) * size + i];
  }
}

// Gives an output the first axes of one input and the axis `axis` of another.
inline void JoinShape(TF_ShapeInferenceContext *context, int from, int axes, int other, int axis, int output,
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

}  // namespace generative

#endif  // GENERATIVE_NATIVE_RECURRENT_H_
