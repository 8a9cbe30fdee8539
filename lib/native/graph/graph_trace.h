// A step being recorded: ops become nodes of a graph, and the graph becomes one function that eager TensorFlow calls by name.
// Knows nothing of Node.
#ifndef GENERATIVE_NATIVE_GRAPH_TRACE_H_
#define GENERATIVE_NATIVE_GRAPH_TRACE_H_

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "tensorflow/c/c_api.h"
#include "tensorflow/c/eager/c_api.h"

namespace generative {

class GraphTrace {
 public:
  GraphTrace();
  ~GraphTrace();
  GraphTrace(const GraphTrace &) = delete;
  GraphTrace &operator=(const GraphTrace &) = delete;

  // Symbolic tensors are numbered from here on, so that they cannot be taken for handles of real ones.
  static constexpr int32_t kFirstSymbol = 1 << 30;

  // An input of the function.
  int32_t AddInput(TF_DataType dtype, const std::vector<int64_t> &shape, TF_Status *status);
  // A value that is the same in every call.
  int32_t AddConstant(TF_Tensor *value, TF_Status *status);

  // An op, in three calls: begin, set attributes on what it gives, finish.
  TF_OperationDescription *BeginOp(const std::string &op, const std::vector<int32_t> &inputs, TF_Status *status);
  // Returns the symbols of its outputs. An op without outputs runs for its effect.
  std::vector<int32_t> FinishOp(TF_OperationDescription *description, int output_count, TF_Status *status);

  TF_DataType dtype(int32_t symbol) const;
  // -1 where a length is only known at run time; `known_rank` is false where not even the rank is.
  std::vector<int64_t> Shape(int32_t symbol, bool *known_rank, TF_Status *status) const;

  // Makes the recorded graph a function of the context. `xla` has it compiled when it is first called.
  void Finish(TFE_Context *context, const std::string &name, const std::vector<int32_t> &inputs,
              const std::vector<int32_t> &outputs, bool xla, TF_Status *status);

  // Frees the graph, which JavaScript's garbage collector does not see the size of; nothing can be recorded afterwards.
  void Release();

 private:
  TF_Output Resolve(int32_t symbol, TF_Status *status) const;
  std::vector<TF_Output> ResolveAll(const std::vector<int32_t> &symbols, TF_Status *status) const;
  int32_t AddSymbol(TF_Output output);
  std::string NextName(const std::string &op);

  TF_Graph *graph_;
  std::vector<TF_Output> symbols_;
  std::vector<const TF_Operation *> effects_;
  int node_count_ = 0;
  std::unordered_map<std::string, std::vector<bool>> list_inputs_;
};

}  // namespace generative

#endif  // GENERATIVE_NATIVE_GRAPH_TRACE_H_
