#include <cstdlib>
#include <cstring>

#include "loops.h"

#define LANES 4
#define ROWS 4
#include "loops_impl.h"

const generative::LoopTable *const generative::kGenericLoops = &generative::kTable;

namespace {

// GENERATIVE_LOOPS=avx2 or generic keeps to an older processor's instructions, for tests.
const generative::LoopTable *Choose() {
  const char *wanted = std::getenv("GENERATIVE_LOOPS");
  const auto allowed = [wanted](const char *name) { return wanted == nullptr || std::strcmp(wanted, name) == 0; };
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (allowed("avx512") && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq"))
    return generative::kAvx512Loops;
  if (allowed("avx2") && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return generative::kAvx2Loops;
#endif
  return generative::kGenericLoops;
}

}  // namespace

const generative::LoopTable &generative::Loops() {
  static const LoopTable *best = Choose();
  return *best;
}
