#include "op_signature.h"

#include <cstdint>

namespace generative {
namespace {

// As much of protobuf's wire format as an OpDef needs: https://protobuf.dev/programming-guides/encoding
class WireReader {
 public:
  WireReader(const uint8_t *begin, const uint8_t *end) : at_(begin), end_(end) {}

  // Goes to the next length-delimited field, over numbers. False at the end.
  bool Next() {
    while (at_ < end_) {
      const uint64_t tag = Varint();
      field_ = static_cast<int>(tag >> 3);
      switch (tag & 7) {
        case 0: Varint(); break;
        case 1: at_ += 8; break;
        case 5: at_ += 4; break;
        case 2: {
          const uint64_t length = Varint();
          value_ = at_;
          at_ += length;
          return at_ <= end_;
        }
        default: return false;
      }
    }
    return false;
  }

  int field() const { return field_; }
  WireReader message() const { return WireReader(value_, at_); }

 private:
  uint64_t Varint() {
    uint64_t value = 0;
    for (int shift = 0; at_ < end_ && shift < 64; shift += 7) {
      const uint8_t byte = *at_++;
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return value;
  }

  const uint8_t *at_;
  const uint8_t *end_;
  const uint8_t *value_ = nullptr;
  int field_ = 0;
};

// Field numbers of tensorflow/core/framework/op_def.proto.
constexpr int kOpDefInputArg = 2;
constexpr int kArgDefNumberAttr = 5;    // a list of tensors of one type
constexpr int kArgDefTypeListAttr = 6;  // a list of tensors of several types

bool IsList(WireReader argument) {
  while (argument.Next())
    if (argument.field() == kArgDefNumberAttr || argument.field() == kArgDefTypeListAttr) return true;
  return false;
}

}  // namespace

std::vector<bool> ListInputs(TF_Graph *graph, const std::string &op, TF_Status *status) {
  std::vector<bool> lists;
  TF_Buffer *definition = TF_NewBuffer();
  TF_GraphGetOpDef(graph, op.c_str(), definition, status);
  if (TF_GetCode(status) == TF_OK) {
    const auto *bytes = static_cast<const uint8_t *>(definition->data);
    for (WireReader reader(bytes, bytes + definition->length); reader.Next();)
      if (reader.field() == kOpDefInputArg) lists.push_back(IsList(reader.message()));
  }
  TF_DeleteBuffer(definition);
  return lists;
}

}  // namespace generative
