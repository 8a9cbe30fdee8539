// One more token through all decoder blocks of a Transformer, in one op: token by token the arithmetic is small, and dispatching
// some thirty ops for each block would take most of the time. lib/models/gpt.ts has the equations.
#include <cmath>
#include <string>
#include <vector>

#include "kernel_context.h"
#include "loops.h"
#include "tensorflow_internals.h"

namespace generative {
namespace {

struct Options {
  int layers;
  float epsilon;
};
void *Create(TF_OpKernelConstruction *construction) {
  return new Options{IntAttribute(construction, "layers"), FloatAttribute(construction, "epsilon")};
}
void Destroy(void *options) { delete static_cast<Options *>(options); }

// Where the lists begin, each of as many tensors as there are layers.
enum List { kKeys, kValues, kNorm1Gain, kNorm1Bias, kQkv, kProject, kNorm2Gain, kNorm2Bias, kUp, kUpBias, kDown, kDownBias };
constexpr int kFirstList = 2;  // after h and place

// False, with the op's error set, where shapes do not fit. Every layer has the shapes of the first.
bool ReadShapes(KernelContext *context, int layers, Decoder *decoder, int64_t *batch) {
  const auto shape_of = [&](List list, int layer) { return context->InputShape(kFirstList + list * layers + layer); };
  const Shape h = context->InputShape(0), cache = shape_of(kKeys, 0), up = shape_of(kUp, 0);
  if (h.size() != 2 || cache.size() != 4 || up.size() != 2 || cache[0] != h[0] || cache[1] * cache[3] != h[1]) {
    context->Fail("decoder: expected h (batch, width), keys (batch, heads, context, width / heads) and up (width, hidden)");
    return false;
  }
  const int64_t width = h[1], hidden = up[1];
  const Shape expected[] = {cache,   cache,   {width},         {width},  {width, 3 * width}, {width, width},
                            {width}, {width}, {width, hidden}, {hidden}, {hidden, width},    {width}};
  for (int list = kKeys; list <= kDownBias; list++)
    for (int layer = 0; layer < layers; layer++)
      if (shape_of(static_cast<List>(list), layer) != expected[list]) {
        context->Fail("decoder: input " + std::to_string(kFirstList + list * layers + layer) + ", of layer " +
                      std::to_string(layer) + ", does not have the shape that h, the first keys and the first up decide");
        return false;
      }
  const int place = *context->InputInts(1);
  if (context->InputShape(1).size() != 0 || place < 0 || place >= cache[2]) {
    context->Fail("decoder: place: expected one from 0 to " + std::to_string(cache[2] - 1) + ", got " + std::to_string(place));
    return false;
  }
  *batch = h[0];
  *decoder = {static_cast<int>(width), static_cast<int>(hidden), static_cast<int>(cache[1]), static_cast<int>(cache[2]),
              place, 1.0f / std::sqrt(static_cast<float>(cache[3])), 0.0f};
  return true;
}

void Compute(void *state, TF_OpKernelContext *raw) {
  const Options &options = *static_cast<Options *>(state);
  const int layers = options.layers;
  KernelContext context(raw);
  Decoder decoder;
  int64_t batch;
  if (!ReadShapes(&context, layers, &decoder, &batch)) return;
  decoder.epsilon = options.epsilon;
  float *out = context.TakeOver(0, 0);
  std::vector<float *> keys(layers), values(layers);
  std::vector<DecoderWeights> weights(layers);
  for (int layer = 0; layer < layers && context.ok(); layer++) {
    keys[layer] = context.TakeOver(kFirstList + kKeys * layers + layer, 1 + layer);
    values[layer] = context.TakeOver(kFirstList + kValues * layers + layer, 1 + layers + layer);
    const auto floats = [&](List list) { return context.InputFloats(kFirstList + list * layers + layer); };
    weights[layer] = {floats(kNorm1Gain), floats(kNorm1Bias), floats(kQkv), floats(kProject), floats(kNorm2Gain),
                      floats(kNorm2Bias), floats(kUp),        floats(kUpBias), floats(kDown), floats(kDownBias)};
  }
  if (!context.ok()) return;
  const int64_t width = decoder.width, row_of_cache = width * decoder.context;
  const int64_t cycles = layers * width * (4 * width + 2 * decoder.hidden) / 8;
  ParallelFor(raw, batch, cycles, [&](int64_t begin, int64_t end) {
    std::vector<float> scratch(Loops().decoder_scratch_size(decoder));
    for (int64_t row = begin; row < end; row++)
      for (int layer = 0; layer < layers; layer++)
        Loops().decoder_block(decoder, weights[layer], out + row * width, keys[layer] + row * row_of_cache,
                              values[layer] + row * row_of_cache, scratch.data());
  });
}

void InferShapes(TF_ShapeInferenceContext *context, TF_Status *status) {
  CopyShape(context, 0, 0, status);
  const int64_t layers = IntAttribute(context, "layers", status);
  for (int i = 0; i < 2 * layers && TF_GetCode(status) == TF_OK; i++) CopyShape(context, kFirstList + i, 1 + i, status);
}

const RegisterOp decoder({"GenerativeDecoderStep",
                          {"h: float", "place: int32", "keys: layers * float", "values: layers * float",
                           "norm1_gain: layers * float", "norm1_bias: layers * float", "qkv: layers * float",
                           "project: layers * float", "norm2_gain: layers * float", "norm2_bias: layers * float",
                           "up: layers * float", "up_bias: layers * float", "down: layers * float",
                           "down_bias: layers * float"},
                          {"out: float", "new_keys: layers * float", "new_values: layers * float"},
                          {"layers: int >= 1", "epsilon: float"},
                          InferShapes,
                          Create,
                          Compute,
                          Destroy});

}  // namespace
}  // namespace generative
