// Which inputs of a TensorFlow op are lists. tfjs passes inputs flat, which eager execution understands; a graph has to be
// told where a list begins and ends.
#ifndef GENERATIVE_NATIVE_OP_SIGNATURE_H_
#define GENERATIVE_NATIVE_OP_SIGNATURE_H_

#include <string>
#include <vector>

#include "tensorflow/c/c_api.h"

namespace generative {

// One entry per declared input: true where it takes a list of tensors (AddN, Concat, Pack, …). Leaves an error in `status`
// for an op that TensorFlow does not know.
std::vector<bool> ListInputs(TF_Graph *graph, const std::string &op, TF_Status *status);

}  // namespace generative

#endif  // GENERATIVE_NATIVE_OP_SIGNATURE_H_
