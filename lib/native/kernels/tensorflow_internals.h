// What TensorFlow's C interface for kernels leaves out. Its handles are the C++ objects (tensorflow/c/kernels.cc and ops.cc cast
// them likewise), so one file of ours includes their headers.
#ifndef GENERATIVE_NATIVE_TENSORFLOW_INTERNALS_H_
#define GENERATIVE_NATIVE_TENSORFLOW_INTERNALS_H_

#include <cstdint>
#include <functional>
#include <initializer_list>

#include "tensorflow/c/kernels.h"
#include "tensorflow/c/ops.h"

namespace generative {

// Runs work(begin, end) on parts of 0 … total − 1, on TensorFlow's own threads and the calling one; returns when all is done.
// `cycles` is about what one unit costs: little work is not shared.
void ParallelFor(TF_OpKernelContext *context, int64_t total, int64_t cycles,
                 const std::function<void(int64_t begin, int64_t end)> &work);

// How many threads that may be.
int ThreadCount(TF_OpKernelContext *context);

// A whole-number attribute of the op whose shapes are inferred.
int64_t IntAttribute(TF_ShapeInferenceContext *context, const char *name, TF_Status *status);

// Gives an output the shape of the first axis of an input and then these lengths.
void SetShape(TF_ShapeInferenceContext *context, int output, int input, std::initializer_list<int64_t> lengths);
// The first two axes of an input and then `last`.
void SetSequenceShape(TF_ShapeInferenceContext *context, int output, int input, int64_t last);
// −1 where it is only known at run time.
int64_t InputLength(TF_ShapeInferenceContext *context, int input, int axis);
// A length of −1 is one that is only known at run time.
void SetVectorShape(TF_ShapeInferenceContext *context, int output, int64_t length);
void SetMatrixShape(TF_ShapeInferenceContext *context, int output, int64_t rows, int64_t columns);

}  // namespace generative

#endif  // GENERATIVE_NATIVE_TENSORFLOW_INTERNALS_H_
