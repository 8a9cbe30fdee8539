#include "loops.h"

#if defined(__x86_64__)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512dq,fma"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512vl,avx512dq,fma,prefer-vector-width=512")
#endif
#define LANES 16
#define ROWS 8
#include "loops_impl.h"
#if defined(__clang__)
#pragma clang attribute pop
#endif
const generative::LoopTable *const generative::kAvx512Loops = &generative::kTable;
#else
const generative::LoopTable *const generative::kAvx512Loops = nullptr;
#endif
