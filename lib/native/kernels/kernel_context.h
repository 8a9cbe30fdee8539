// A thin layer over TensorFlow's C interface for kernels: tensors that free themselves, and one call that registers an op.
#ifndef GENERATIVE_NATIVE_KERNEL_CONTEXT_H_
#define GENERATIVE_NATIVE_KERNEL_CONTEXT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tensorflow/c/kernels.h"
#include "tensorflow/c/ops.h"
#include "tensorflow/c/tf_tensor.h"

namespace generative {

using Shape = std::vector<int64_t>;

// What a kernel sees of one call. The first thing that goes wrong is reported as the op's error.
class KernelContext {
 public:
  explicit KernelContext(TF_OpKernelContext *context) : context_(context), status_(TF_NewStatus()) {}
  ~KernelContext();
  KernelContext(const KernelContext &) = delete;
  KernelContext &operator=(const KernelContext &) = delete;

  int input_count() const { return TF_NumInputs(context_); }
  Shape InputShape(int index) { return ShapeOf(Input(index)); }
  const float *InputFloats(int index) { return static_cast<const float *>(TF_TensorData(Input(index))); }

  const int32_t *InputInts(int index) { return static_cast<const int32_t *>(TF_TensorData(Input(index))); }

  // Null where memory is short; `ok` is then false.
  float *AllocateOutput(int index, const Shape &shape);
  // An output that begins as the input is: the input's own memory where nobody else needs it, else a copy. Null as above.
  float *TakeOver(int input, int output);

  void Fail(const std::string &message) { TF_SetStatus(status_, TF_INVALID_ARGUMENT, message.c_str()); }
  bool ok() const { return TF_GetCode(status_) == TF_OK; }
  TF_OpKernelContext *get() const { return context_; }

 private:
  struct Deleter {
    void operator()(TF_Tensor *tensor) const { TF_DeleteTensor(tensor); }
  };
  TF_Tensor *Input(int index);
  static Shape ShapeOf(const TF_Tensor *tensor);

  TF_OpKernelContext *context_;
  TF_Status *status_;
  std::vector<std::unique_ptr<TF_Tensor, Deleter>> inputs_;
  std::vector<std::unique_ptr<TF_Tensor, Deleter>> outputs_;
};

int64_t SizeOf(const Shape &shape);

// Sums of what each thread's part has, `stride` floats from part to part, added in their order: the same rounding in every run.
void AddParts(const float *parts, int64_t count, int64_t stride, int64_t size, float *sums);

// Shape inference: output `output` is like input `input`.
void CopyShape(TF_ShapeInferenceContext *context, int input, int output, TF_Status *status);

struct OpDefinition {
  const char *name;
  std::vector<const char *> inputs, outputs, attributes;
  void (*infer_shapes)(TF_ShapeInferenceContext *, TF_Status *);
  void *(*create)(TF_OpKernelConstruction *);
  void (*compute)(void *, TF_OpKernelContext *);
  void (*destroy)(void *);
};

// Registers the op and its kernel for CPUs when the addon is loaded: `static const RegisterOp registered({…});`
struct RegisterOp {
  explicit RegisterOp(const OpDefinition &definition);
};

float FloatAttribute(TF_OpKernelConstruction *construction, const char *name);
int IntAttribute(TF_OpKernelConstruction *construction, const char *name);

}  // namespace generative

#endif  // GENERATIVE_NATIVE_KERNEL_CONTEXT_H_
