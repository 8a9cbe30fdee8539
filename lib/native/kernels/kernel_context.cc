#include "kernel_context.h"

#include <cstdio>
#include <cstring>

namespace generative {
namespace {

template <typename Getter, typename T>
void ReadAttribute(Getter getter, TF_OpKernelConstruction *construction, const char *name, T *value) {
  TF_Status *status = TF_NewStatus();
  getter(construction, name, value, status);
  if (TF_GetCode(status) != TF_OK) TF_OpKernelConstruction_Failure(construction, status);
  TF_DeleteStatus(status);
}

}  // namespace

KernelContext::~KernelContext() {
  if (!ok()) TF_OpKernelContext_Failure(context_, status_);
  TF_DeleteStatus(status_);
}

TF_Tensor *KernelContext::Input(int index) {
  if (inputs_.empty()) inputs_.resize(input_count());
  if (inputs_[index] == nullptr) {
    TF_Tensor *tensor = nullptr;
    TF_GetInput(context_, index, &tensor, status_);
    inputs_[index].reset(tensor);
  }
  return inputs_[index].get();
}

Shape KernelContext::ShapeOf(const TF_Tensor *tensor) {
  Shape shape(TF_NumDims(tensor));
  for (size_t i = 0; i < shape.size(); i++) shape[i] = TF_Dim(tensor, static_cast<int>(i));
  return shape;
}

float *KernelContext::AllocateOutput(int index, const Shape &shape) {
  TF_Tensor *tensor = TF_AllocateOutput(context_, index, TF_FLOAT, shape.data(), static_cast<int>(shape.size()),
                                        SizeOf(shape) * sizeof(float), status_);
  if (tensor == nullptr) return nullptr;
  outputs_.emplace_back(tensor);
  return static_cast<float *>(TF_TensorData(tensor));
}

float *KernelContext::TakeOver(int input, int output) {
  const Shape shape = InputShape(input);
  inputs_[input].reset();  // our own reference would count as somebody who needs it
  int forwarded = -1;
  TF_Tensor *tensor = TF_ForwardInputOrAllocateOutput(context_, &input, 1, output, shape.data(),
                                                      static_cast<int>(shape.size()), &forwarded, status_);
  if (tensor == nullptr) return nullptr;
  outputs_.emplace_back(tensor);
  auto *floats = static_cast<float *>(TF_TensorData(tensor));
  if (forwarded < 0) std::memcpy(floats, InputFloats(input), SizeOf(shape) * sizeof(float));
  return floats;
}

int64_t SizeOf(const Shape &shape) {
  int64_t size = 1;
  for (const int64_t length : shape) size *= length;
  return size;
}

void AddParts(const float *parts, int64_t count, int64_t stride, int64_t size, float *sums) {
  for (int64_t i = 0; i < size; i++) {
    sums[i] = 0.0f;
    for (int64_t part = 0; part < count; part++) sums[i] += parts[part * stride + i];
  }
}

void CopyShape(TF_ShapeInferenceContext *context, int input, int output, TF_Status *status) {
  TF_ShapeHandle *shape = TF_NewShapeHandle();
  TF_ShapeInferenceContextGetInput(context, input, shape, status);
  if (TF_GetCode(status) == TF_OK) TF_ShapeInferenceContextSetOutput(context, output, shape, status);
  TF_DeleteShapeHandle(shape);
}

RegisterOp::RegisterOp(const OpDefinition &definition) {
  TF_Status *status = TF_NewStatus();
  TF_OpDefinitionBuilder *op = TF_NewOpDefinitionBuilder(definition.name);
  for (const char *input : definition.inputs) TF_OpDefinitionBuilderAddInput(op, input);
  for (const char *output : definition.outputs) TF_OpDefinitionBuilderAddOutput(op, output);
  for (const char *attribute : definition.attributes) TF_OpDefinitionBuilderAddAttr(op, attribute);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(op, definition.infer_shapes);
  TF_RegisterOpDefinition(op, status);
  if (TF_GetCode(status) == TF_OK) {
    TF_KernelBuilder *kernel =
        TF_NewKernelBuilder(definition.name, "CPU", definition.create, definition.compute, definition.destroy);
    TF_RegisterKernelBuilder(definition.name, kernel, status);
  }
  // The addon loads all the same: an op that is missing is named when it is called.
  if (TF_GetCode(status) != TF_OK) std::fprintf(stderr, "%s: %s\n", definition.name, TF_Message(status));
  TF_DeleteStatus(status);
}

float FloatAttribute(TF_OpKernelConstruction *construction, const char *name) {
  float value = 0;
  ReadAttribute(TF_OpKernelConstruction_GetAttrFloat, construction, name, &value);
  return value;
}

int IntAttribute(TF_OpKernelConstruction *construction, const char *name) {
  int64_t value = 0;
  ReadAttribute(TF_OpKernelConstruction_GetAttrInt64, construction, name, &value);
  return static_cast<int>(value);
}

}  // namespace generative
