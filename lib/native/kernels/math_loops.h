// What the loops are made of: exp, σ and tanh without a call, and the largest of a row.
// Part of loops_impl.h, which says how these files are compiled.

namespace generative {
namespace {

typedef float Vector __attribute__((vector_size(4 * LANES), aligned(4)));

// exp without a call, so that loops over it become vector code everywhere: x = k ln 2 + r with |r| ≤ ln 2 / 2, then the Taylor
// polynomial of eʳ to r⁷ (relative error 5e-9) times 2ᵏ. NaN stays NaN.
inline float Exp(float x) {
  const float clipped = x < -87.0f ? -87.0f : x > 88.0f ? 88.0f : x;
  const int k = static_cast<int>(clipped * 1.44269504f + (clipped < 0.0f ? -0.5f : 0.5f));
  // ln 2 in two parts, the first exact when multiplied by k.
  const float r = (clipped - k * 0.693359375f) + k * 2.12194440e-4f;
  float sum = 1.0f / 5040.0f;
  sum = sum * r + 1.0f / 720.0f;
  sum = sum * r + 1.0f / 120.0f;
  sum = sum * r + 1.0f / 24.0f;
  sum = sum * r + 1.0f / 6.0f;
  sum = sum * r + 0.5f;
  sum = sum * r + 1.0f;
  sum = sum * r + 1.0f;
  const int bits = (k + 127) << 23;
  float power;
  __builtin_memcpy(&power, &bits, sizeof power);
  return sum * power;
}
inline float Sigmoid(float x) { return 1.0f / (1.0f + Exp(-x)); }
inline float Tanh(float x) { return 2.0f * Sigmoid(2.0f * x) - 1.0f; }

// Of the first `count`; the compiler makes no vector code of it itself, because of NaN.
inline float Largest(const float *numbers, int count) {
  float largest = numbers[0];
  int i = 0;
  if (count >= LANES) {
    Vector most = *reinterpret_cast<const Vector *>(numbers);
    for (i = LANES; i + LANES <= count; i += LANES) {
      const Vector each = *reinterpret_cast<const Vector *>(numbers + i);
      most = each > most ? each : most;
    }
    for (int lane = 0; lane < LANES; lane++) largest = most[lane] > largest ? most[lane] : largest;
  }
  for (; i < count; i++) largest = numbers[i] > largest ? numbers[i] : largest;
  return largest;
}

}  // namespace
}  // namespace generative
