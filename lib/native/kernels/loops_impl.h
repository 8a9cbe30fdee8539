// The loops themselves. Included by one file for each instruction set, which defines LANES (floats in a vector register) and
// ROWS (rows of a tile that fit into the registers beside it), after switching the compiler to that set.
//
// Nothing of the standard library is used here: an inline function of it, compiled for AVX-512, could be the copy that the
// linker keeps for every file, and an older processor would stop at it.
#include "math_loops.h"
#include "product_loops.h"
// The rest needs those two.
#include "attention_loops.h"
#include "convolution_loops.h"
#include "elementwise_loops.h"
#include "recurrent_loops.h"
// And this one the layers' loops.
#include "decoder_loops.h"

namespace generative {
namespace {

// In the order of LoopTable.
constexpr LoopTable kTable = {
    PackedSize,           Pack,
    Multiply,             LstmForward,
    LstmBackward,         GruForward,
    GruBackward,          Adam,
    LayerNorm,            LayerNormBackward,
    Gelu,                 GeluBackward,
    CausalSoftmax,        CausalSoftmaxBackward,
    ThinToThick,          ThickToThin,
    ThinFilterGradient,   AttentionScratchSize,
    AttentionForward,     AttentionBackward,
    DecoderScratchSize,   DecoderBlock,
};

}  // namespace
}  // namespace generative
