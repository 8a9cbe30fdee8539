#include "graph_trace.h"

#include "op_signature.h"

namespace generative {

GraphTrace::GraphTrace() : graph_(TF_NewGraph()) {}
GraphTrace::~GraphTrace() { Release(); }

void GraphTrace::Release() {
  if (graph_ != nullptr) TF_DeleteGraph(graph_);
  graph_ = nullptr;
  symbols_ = {};
  effects_ = {};
}

int32_t GraphTrace::AddInput(TF_DataType dtype, const std::vector<int64_t> &shape, TF_Status *status) {
  TF_OperationDescription *description = TF_NewOperation(graph_, "Placeholder", NextName("input").c_str());
  TF_SetAttrType(description, "dtype", dtype);
  TF_SetAttrShape(description, "shape", shape.data(), static_cast<int>(shape.size()));
  TF_Operation *operation = TF_FinishOperation(description, status);
  return operation == nullptr ? -1 : AddSymbol({operation, 0});
}

int32_t GraphTrace::AddConstant(TF_Tensor *value, TF_Status *status) {
  TF_OperationDescription *description = TF_NewOperation(graph_, "Const", NextName("constant").c_str());
  TF_SetAttrType(description, "dtype", TF_TensorType(value));
  TF_SetAttrTensor(description, "value", value, status);
  // Finished in any case: a description can only be freed by finishing it.
  TF_Operation *operation = TF_FinishOperation(description, status);
  return operation == nullptr ? -1 : AddSymbol({operation, 0});
}

TF_OperationDescription *GraphTrace::BeginOp(const std::string &op, const std::vector<int32_t> &inputs,
                                             TF_Status *status) {
  auto known = list_inputs_.find(op);
  if (known == list_inputs_.end()) {
    known = list_inputs_.emplace(op, ListInputs(graph_, op, status)).first;
    if (TF_GetCode(status) != TF_OK) {
      list_inputs_.erase(known);
      return nullptr;
    }
  }
  const std::vector<TF_Output> values = ResolveAll(inputs, status);
  if (TF_GetCode(status) != TF_OK) return nullptr;

  const std::vector<bool> &is_list = known->second;
  size_t lists = 0;
  for (const bool list : is_list) lists += list;
  const size_t singles = is_list.size() - lists;
  if (values.size() < singles || (lists == 0 && values.size() != singles) ||
      (lists > 0 && (values.size() - singles) % lists != 0)) {
    TF_SetStatus(status, TF_INVALID_ARGUMENT,
                 (op + ": got " + std::to_string(values.size()) + " inputs for its " +
                  std::to_string(is_list.size()) + " declared ones").c_str());
    return nullptr;
  }
  // No op of tfjs has two lists of different lengths.
  const size_t list_length = lists == 0 ? 0 : (values.size() - singles) / lists;

  TF_OperationDescription *description = TF_NewOperation(graph_, op.c_str(), NextName(op).c_str());
  const TF_Output *next = values.data();
  for (const bool list : is_list) {
    if (list) {
      TF_AddInputList(description, next, static_cast<int>(list_length));
      next += list_length;
    } else {
      TF_AddInput(description, *next++);
    }
  }
  return description;
}

std::vector<int32_t> GraphTrace::FinishOp(TF_OperationDescription *description, int output_count, TF_Status *status) {
  std::vector<int32_t> outputs;
  TF_Operation *operation = TF_FinishOperation(description, status);
  if (operation == nullptr) return outputs;
  if (output_count == 0) effects_.push_back(operation);
  for (int i = 0; i < output_count; i++) outputs.push_back(AddSymbol({operation, i}));
  return outputs;
}

TF_DataType GraphTrace::dtype(int32_t symbol) const {
  return TF_OperationOutputType(symbols_.at(symbol - kFirstSymbol));
}

std::vector<int64_t> GraphTrace::Shape(int32_t symbol, bool *known_rank, TF_Status *status) const {
  const TF_Output output = symbols_.at(symbol - kFirstSymbol);
  const int rank = TF_GraphGetTensorNumDims(graph_, output, status);
  *known_rank = rank >= 0;
  std::vector<int64_t> shape(rank > 0 ? rank : 0);
  if (rank > 0) TF_GraphGetTensorShape(graph_, output, shape.data(), rank, status);
  return shape;
}

void GraphTrace::Finish(TFE_Context *context, const std::string &name, const std::vector<int32_t> &inputs,
                        const std::vector<int32_t> &outputs, bool xla, TF_Status *status) {
  const std::vector<TF_Output> in = ResolveAll(inputs, status);
  if (TF_GetCode(status) != TF_OK) return;
  const std::vector<TF_Output> out = ResolveAll(outputs, status);
  if (TF_GetCode(status) != TF_OK) return;
  TF_Function *function = TF_GraphToFunctionWithControlOutputs(
      graph_, name.c_str(), /*append_hash_to_fn_name=*/0, /*num_opers=*/-1, /*opers=*/nullptr,
      static_cast<int>(in.size()), in.data(), static_cast<int>(out.size()), out.data(), /*output_names=*/nullptr,
      static_cast<int>(effects_.size()), effects_.data(), /*control_output_names=*/nullptr, /*opts=*/nullptr,
      /*description=*/"", status);
  if (function == nullptr) return;
  if (xla) {
    const char kTrue[] = {0x28, 1};  // an AttrValue { b: true } on the wire
    TF_FunctionSetAttrValueProto(function, "_XlaMustCompile", kTrue, sizeof kTrue, status);
  }
  if (TF_GetCode(status) == TF_OK) TFE_ContextAddFunction(context, function, status);
  TF_DeleteFunction(function);  // the context has its own copy
}

TF_Output GraphTrace::Resolve(int32_t symbol, TF_Status *status) const {
  const int64_t index = static_cast<int64_t>(symbol) - kFirstSymbol;
  if (index >= 0 && index < static_cast<int64_t>(symbols_.size())) return symbols_[index];
  TF_SetStatus(status, TF_INVALID_ARGUMENT,
               ("tensor " + std::to_string(symbol) + " is not of this trace").c_str());
  return {nullptr, 0};
}

std::vector<TF_Output> GraphTrace::ResolveAll(const std::vector<int32_t> &symbols, TF_Status *status) const {
  std::vector<TF_Output> outputs;
  outputs.reserve(symbols.size());
  for (const int32_t symbol : symbols) {
    outputs.push_back(Resolve(symbol, status));
    if (TF_GetCode(status) != TF_OK) break;
  }
  return outputs;
}

int32_t GraphTrace::AddSymbol(TF_Output output) {
  symbols_.push_back(output);
  return kFirstSymbol + static_cast<int32_t>(symbols_.size()) - 1;
}

std::string GraphTrace::NextName(const std::string &op) { return op + "_" + std::to_string(node_count_++); }

}  // namespace generative
