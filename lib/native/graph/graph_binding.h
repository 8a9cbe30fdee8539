// The addon's functions for recording a step. Added to @tensorflow/tfjs-node-gpu's own when the addon is built
// (commands/native/patch-sources.ts).
#ifndef GENERATIVE_NATIVE_GRAPH_BINDING_H_
#define GENERATIVE_NATIVE_GRAPH_BINDING_H_

#include <node_api.h>

namespace generative {

// Adds beginTrace, traceInput, traceConstant, traceOp, finishTrace, releaseTrace, removeFunction and deviceOfTensor to the addon's exports.
void ExportGraphFunctions(napi_env env, napi_value exports);

}  // namespace generative

#endif  // GENERATIVE_NATIVE_GRAPH_BINDING_H_
