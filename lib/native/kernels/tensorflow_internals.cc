#include "tensorflow_internals.h"

#include "tensorflow/core/framework/device_base.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"
#include "tensorflow/core/util/work_sharder.h"

namespace generative {
namespace {

const tensorflow::DeviceBase::CpuWorkerThreads &Workers(TF_OpKernelContext *context) {
  return *reinterpret_cast<tensorflow::OpKernelContext *>(context)->device()->tensorflow_cpu_worker_threads();
}

}  // namespace

void ParallelFor(TF_OpKernelContext *context, int64_t total, int64_t cycles,
                 const std::function<void(int64_t begin, int64_t end)> &work) {
  const auto &workers = Workers(context);
  tensorflow::Shard(workers.num_threads, workers.workers, total, cycles, work);
}

int ThreadCount(TF_OpKernelContext *context) { return Workers(context).num_threads; }

int64_t IntAttribute(TF_ShapeInferenceContext *context, const char *name, TF_Status *status) {
  int64_t value = 0;
  const auto found =
      reinterpret_cast<tensorflow::shape_inference::InferenceContext *>(context)->GetAttr(name, &value);
  if (!found.ok()) TF_SetStatus(status, TF_INVALID_ARGUMENT, std::string(found.message()).c_str());
  return value;
}

void SetShape(TF_ShapeInferenceContext *context, int output, int input, std::initializer_list<int64_t> lengths) {
  auto &c = *reinterpret_cast<tensorflow::shape_inference::InferenceContext *>(context);
  std::vector<tensorflow::shape_inference::DimensionHandle> axes;
  axes.push_back(c.RankKnown(c.input(input)) ? c.Dim(c.input(input), 0) : c.UnknownDim());
  for (const int64_t length : lengths) axes.push_back(c.MakeDim(length));
  c.set_output(output, c.MakeShape(axes));
}

void SetSequenceShape(TF_ShapeInferenceContext *context, int output, int input, int64_t last) {
  auto &c = *reinterpret_cast<tensorflow::shape_inference::InferenceContext *>(context);
  const auto from = c.input(input);
  if (!c.RankKnown(from) || c.Rank(from) < 2) {
    c.set_output(output, c.UnknownShape());
    return;
  }
  c.set_output(output, c.MakeShape({c.Dim(from, 0), c.Dim(from, 1), last < 0 ? c.UnknownDim() : c.MakeDim(last)}));
}

int64_t InputLength(TF_ShapeInferenceContext *context, int input, int axis) {
  auto &c = *reinterpret_cast<tensorflow::shape_inference::InferenceContext *>(context);
  const auto from = c.input(input);
  return c.RankKnown(from) && axis < c.Rank(from) ? c.Value(c.Dim(from, axis)) : -1;
}

void SetVectorShape(TF_ShapeInferenceContext *context, int output, int64_t length) {
  auto &c = *reinterpret_cast<tensorflow::shape_inference::InferenceContext *>(context);
  c.set_output(output, c.Vector(length));
}

void SetMatrixShape(TF_ShapeInferenceContext *context, int output, int64_t rows, int64_t columns) {
  auto &c = *reinterpret_cast<tensorflow::shape_inference::InferenceContext *>(context);
  c.set_output(output, c.Matrix(rows, columns));
}

}  // namespace generative
