#include "thread_pool.h"

#include "tensorflow/core/framework/device_base.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/util/work_sharder.h"

namespace generative {
namespace {

// TensorFlow's C interface has no threads; its handle is the C++ object (tensorflow/c/kernels.cc casts it back likewise).
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

}  // namespace generative
