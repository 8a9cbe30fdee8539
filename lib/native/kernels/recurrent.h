// What the kernels of recurrent sequences share.
#ifndef GENERATIVE_NATIVE_RECURRENT_H_
#define GENERATIVE_NATIVE_RECURRENT_H_

#include <algorithm>
#include <string>
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

// `gates` parts of the weights for each unit: 4 of an LSTM, 3 of a GRU.
inline bool CheckWeights(KernelContext *context, const char *layer, int gates, const Shape &kernel,
                         const Shape &recurrent) {
  if (kernel.size() == 2 && recurrent.size() == 2 && recurrent[1] == gates * recurrent[0] && kernel[1] == recurrent[1])
    return true;
  const std::string width = std::to_string(gates) + " units)";
  context->Fail(std::string(layer) + ": expected a kernel (inputs, " + width + " and recurrent weights (units, " + width);
  return false;
}

}  // namespace generative

#endif  // GENERATIVE_NATIVE_RECURRENT_H_
