#include "graph_binding.h"

#include <stdexcept>
#include <string>
#include <vector>

#include "graph_trace.h"
#include "tf_auto_status.h"
#include "tf_auto_tensor.h"
#include "tfjs_backend.h"

// Errors are C++ exceptions up to `Guarded`, which makes JavaScript's of them.
namespace generative {
namespace {

using tfnodejs::TF_AutoStatus;
using tfnodejs::TF_AutoTensor;
using tfnodejs::TFJSBackend;

void Check(napi_status status, const char *what) {
  if (status != napi_ok) throw std::runtime_error(std::string("expected ") + what);
}

void Check(const TF_AutoStatus &status) {
  if (TF_GetCode(status.status) != TF_OK) throw std::runtime_error(TF_Message(status.status));
}

std::string ReadString(napi_env env, napi_value value) {
  size_t length = 0;
  Check(napi_get_value_string_utf8(env, value, nullptr, 0, &length), "a string");
  std::string text(length, '\0');
  Check(napi_get_value_string_utf8(env, value, text.data(), length + 1, &length), "a string");
  return text;
}

double ReadNumber(napi_env env, napi_value value) {
  double number = 0;
  bool flag = false;
  if (napi_get_value_double(env, value, &number) == napi_ok) return number;
  Check(napi_get_value_bool(env, value, &flag), "a number or a boolean");
  return flag ? 1 : 0;
}

template <typename T>
std::vector<T> ReadNumbers(napi_env env, napi_value array) {
  uint32_t length = 0;
  Check(napi_get_array_length(env, array, &length), "an array of numbers");
  std::vector<T> numbers(length);
  for (uint32_t i = 0; i < length; i++) {
    napi_value element;
    Check(napi_get_element(env, array, i, &element), "an array of numbers");
    numbers[i] = static_cast<T>(ReadNumber(env, element));
  }
  return numbers;
}

napi_value Property(napi_env env, napi_value object, const char *name) {
  napi_value value;
  Check(napi_get_named_property(env, object, name, &value), "an object");
  return value;
}

napi_value MakeNumber(napi_env env, double number) {
  napi_value value;
  Check(napi_create_double(env, number, &value), "room for a number");
  return value;
}

struct Call {
  napi_env env;
  std::vector<napi_value> args;
  TFJSBackend *backend;

  GraphTrace *trace() const {
    void *trace = nullptr;
    Check(napi_get_value_external(env, args[0], &trace), "a trace made by beginTrace");
    return static_cast<GraphTrace *>(trace);
  }
};

// { id, dtype, shape } of a symbolic tensor, in the form of tfjs's TensorMetadata; the shape is null where the rank is unknown.
napi_value DescribeSymbol(napi_env env, const GraphTrace &trace, int32_t symbol) {
  TF_AutoStatus status;
  bool known_rank = false;
  const std::vector<int64_t> lengths = trace.Shape(symbol, &known_rank, status.status);
  Check(status);
  napi_value description, shape;
  Check(napi_create_object(env, &description), "room for an object");
  if (known_rank) {
    Check(napi_create_array_with_length(env, lengths.size(), &shape), "room for an array");
    for (size_t i = 0; i < lengths.size(); i++)
      Check(napi_set_element(env, shape, i, MakeNumber(env, static_cast<double>(lengths[i]))), "an array");
  } else {
    Check(napi_get_null(env, &shape), "null");
  }
  Check(napi_set_named_property(env, description, "id", MakeNumber(env, symbol)), "an object");
  Check(napi_set_named_property(env, description, "dtype", MakeNumber(env, trace.dtype(symbol))), "an object");
  Check(napi_set_named_property(env, description, "shape", shape), "an object");
  return description;
}

// Sets one of tfjs's TFEOpAttr, { name, type, value }.
void SetAttribute(napi_env env, TF_OperationDescription *op, napi_value attribute) {
  const std::string name_string = ReadString(env, Property(env, attribute, "name"));
  const char *name = name_string.c_str();
  const auto type = static_cast<TF_AttrType>(ReadNumber(env, Property(env, attribute, "type")));
  const napi_value value = Property(env, attribute, "value");
  bool list = false;
  Check(napi_is_array(env, value, &list), "a value");
  switch (type) {
    case TF_ATTR_STRING: {
      const std::string text = ReadString(env, value);
      TF_SetAttrString(op, name, text.data(), text.size());
      return;
    }
    case TF_ATTR_INT:
      if (list) {
        const auto numbers = ReadNumbers<int64_t>(env, value);
        TF_SetAttrIntList(op, name, numbers.data(), static_cast<int>(numbers.size()));
      } else {
        TF_SetAttrInt(op, name, static_cast<int64_t>(ReadNumber(env, value)));
      }
      return;
    case TF_ATTR_FLOAT:
      if (list) {
        const auto numbers = ReadNumbers<float>(env, value);
        TF_SetAttrFloatList(op, name, numbers.data(), static_cast<int>(numbers.size()));
      } else {
        TF_SetAttrFloat(op, name, static_cast<float>(ReadNumber(env, value)));
      }
      return;
    case TF_ATTR_BOOL:
      if (list) {
        const auto flags = ReadNumbers<unsigned char>(env, value);
        TF_SetAttrBoolList(op, name, flags.data(), static_cast<int>(flags.size()));
      } else {
        TF_SetAttrBool(op, name, ReadNumber(env, value) != 0);
      }
      return;
    case TF_ATTR_TYPE:
      if (list) {
        std::vector<TF_DataType> types;
        for (const int number : ReadNumbers<int>(env, value)) types.push_back(static_cast<TF_DataType>(number));
        TF_SetAttrTypeList(op, name, types.data(), static_cast<int>(types.size()));
      } else {
        TF_SetAttrType(op, name, static_cast<TF_DataType>(ReadNumber(env, value)));
      }
      return;
    case TF_ATTR_SHAPE: {
      const auto lengths = ReadNumbers<int64_t>(env, value);
      TF_SetAttrShape(op, name, lengths.data(), static_cast<int>(lengths.size()));
      return;
    }
    default:
      throw std::runtime_error(name_string + ": attributes of type " + std::to_string(type) + " cannot be traced");
  }
}

// beginTrace() → trace
napi_value BeginTrace(const Call &call) {
  napi_value handle;
  Check(napi_create_external(
            call.env, new GraphTrace(), [](napi_env, void *trace, void *) { delete static_cast<GraphTrace *>(trace); },
            nullptr, &handle),
        "room for a trace");
  return handle;
}

// traceInput(trace, dtype, shape) → { id, dtype, shape }
napi_value TraceInput(const Call &call) {
  TF_AutoStatus status;
  const auto dtype = static_cast<TF_DataType>(ReadNumber(call.env, call.args[1]));
  const int32_t symbol =
      call.trace()->AddInput(dtype, ReadNumbers<int64_t>(call.env, call.args[2]), status.status);
  Check(status);
  return DescribeSymbol(call.env, *call.trace(), symbol);
}

// traceConstant(trace, tensorId) → { id, dtype, shape }: the value of a real tensor, which may be deleted afterwards
napi_value TraceConstant(const Call &call) {
  TF_AutoStatus status;
  TFE_TensorHandle *handle = call.backend->FindHandle(static_cast<int32_t>(ReadNumber(call.env, call.args[1])));
  if (handle == nullptr) throw std::runtime_error("the tensor has been disposed of");
  TF_AutoTensor value(TFE_TensorHandleResolve(handle, status.status));
  Check(status);
  const int32_t symbol = call.trace()->AddConstant(value.tensor, status.status);
  Check(status);
  return DescribeSymbol(call.env, *call.trace(), symbol);
}

// traceOp(trace, name, attributes, inputIds, outputCount) → [{ id, dtype, shape }]
napi_value TraceOp(const Call &call) {
  TF_AutoStatus status;
  GraphTrace &trace = *call.trace();
  const std::string name = ReadString(call.env, call.args[1]);
  const auto inputs = ReadNumbers<int32_t>(call.env, call.args[3]);
  const int output_count = static_cast<int>(ReadNumber(call.env, call.args[4]));
  TF_OperationDescription *op = trace.BeginOp(name, inputs, status.status);
  Check(status);
  std::string attribute_error;
  try {
    uint32_t attribute_count = 0;
    Check(napi_get_array_length(call.env, call.args[2], &attribute_count), "an array of attributes");
    for (uint32_t i = 0; i < attribute_count; i++) {
      napi_value attribute;
      Check(napi_get_element(call.env, call.args[2], i, &attribute), "an attribute");
      SetAttribute(call.env, op, attribute);
    }
  } catch (const std::exception &error) {
    attribute_error = error.what();
  }
  // Also after an error, for this frees the description.
  const std::vector<int32_t> outputs = trace.FinishOp(op, output_count, status.status);
  if (!attribute_error.empty()) throw std::runtime_error(name + ": " + attribute_error);
  Check(status);
  napi_value result;
  Check(napi_create_array_with_length(call.env, outputs.size(), &result), "room for an array");
  for (size_t i = 0; i < outputs.size(); i++)
    Check(napi_set_element(call.env, result, i, DescribeSymbol(call.env, trace, outputs[i])), "an array");
  return result;
}

// finishTrace(trace, name, inputIds, outputIds, xla)
napi_value FinishTrace(const Call &call) {
  TF_AutoStatus status;
  call.trace()->Finish(call.backend->context(), ReadString(call.env, call.args[1]),
                       ReadNumbers<int32_t>(call.env, call.args[2]), ReadNumbers<int32_t>(call.env, call.args[3]),
                       ReadNumber(call.env, call.args[4]) != 0, status.status);
  Check(status);
  return nullptr;
}

// releaseTrace(trace): it is not needed any more
napi_value ReleaseTrace(const Call &call) {
  call.trace()->Release();
  return nullptr;
}

// removeFunction(name)
napi_value RemoveFunction(const Call &call) {
  TF_AutoStatus status;
  TFE_ContextRemoveFunction(call.backend->context(), ReadString(call.env, call.args[0]).c_str(), status.status);
  Check(status);
  return nullptr;
}

// deviceOfTensor(tensorId) → name of the device its values are on
napi_value DeviceOfTensor(const Call &call) {
  TF_AutoStatus status;
  TFE_TensorHandle *handle = call.backend->FindHandle(static_cast<int32_t>(ReadNumber(call.env, call.args[0])));
  if (handle == nullptr) throw std::runtime_error("the tensor has been disposed of");
  const char *name = TFE_TensorHandleBackingDeviceName(handle, status.status);
  Check(status);
  napi_value text;
  Check(napi_create_string_utf8(call.env, name, NAPI_AUTO_LENGTH, &text), "room for a name");
  return text;
}

template <napi_value (*function)(const Call &), size_t argument_count>
napi_value Guarded(napi_env env, napi_callback_info info) {
  try {
    Call call{env, std::vector<napi_value>(argument_count), nullptr};
    size_t count = argument_count;
    Check(napi_get_cb_info(env, info, &count, call.args.data(), nullptr, nullptr), "a call");
    if (count < argument_count) throw std::runtime_error("expected " + std::to_string(argument_count) + " arguments");
    Check(napi_get_instance_data(env, reinterpret_cast<void **>(&call.backend)), "a backend");
    return function(call);
  } catch (const std::exception &error) {
    napi_throw_error(env, nullptr, error.what());
    return nullptr;
  }
}

}  // namespace

void ExportGraphFunctions(napi_env env, napi_value exports) {
  const struct {
    const char *name;
    napi_callback callback;
  } functions[] = {
      {"beginTrace", Guarded<BeginTrace, 0>},   {"traceInput", Guarded<TraceInput, 3>},
      {"traceConstant", Guarded<TraceConstant, 2>}, {"traceOp", Guarded<TraceOp, 5>},
      {"finishTrace", Guarded<FinishTrace, 5>}, {"releaseTrace", Guarded<ReleaseTrace, 1>},
      {"removeFunction", Guarded<RemoveFunction, 1>},
      {"deviceOfTensor", Guarded<DeviceOfTensor, 1>},
  };
  for (const auto &[name, callback] : functions) {
    napi_value function;
    if (napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function) == napi_ok)
      napi_set_named_property(env, exports, name, function);
  }
}

}  // namespace generative
