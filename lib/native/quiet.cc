// TensorFlow greets on stderr with its CPU features before any setting of ours is read, and later tells there of kernels it does
// without. Raise absl's threshold when the addon is loaded, so that what a student sees is the notebook's own: what goes wrong comes
// as an exception. TF_CPP_MIN_LOG_LEVEL=0 brings it back.
#include <cstdlib>

#include "absl/log/globals.h"

__attribute__((constructor)) static void QuietTensorFlow() {
  const char *level = std::getenv("TF_CPP_MIN_LOG_LEVEL");
  if (level != nullptr && level[0] == '0') return;
  absl::SetMinLogLevel(absl::LogSeverityAtLeast::kFatal);
}
