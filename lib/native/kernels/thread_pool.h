#ifndef GENERATIVE_NATIVE_THREAD_POOL_H_
#define GENERATIVE_NATIVE_THREAD_POOL_H_

#include <cstdint>
#include <functional>

#include "tensorflow/c/kernels.h"

namespace generative {

// Runs work(begin, end) on parts of 0 … total − 1, on TensorFlow's own threads and the calling one; returns when all is done.
// `cycles` is about what one unit costs: little work is not shared.
void ParallelFor(TF_OpKernelContext *context, int64_t total, int64_t cycles,
                 const std::function<void(int64_t begin, int64_t end)> &work);

// How many threads that may be.
int ThreadCount(TF_OpKernelContext *context);

}  // namespace generative

#endif  // GENERATIVE_NATIVE_THREAD_POOL_H_
