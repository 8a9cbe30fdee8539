// Adam, layer normalisation, GELU and the causal softmax: one pass over the numbers each.
// Part of loops_impl.h, which says how these files are compiled.

namespace generative {
namespace {

void Adam(const AdamStep &s, const float *__restrict gradient, const float *__restrict variable,
          const float *__restrict mean, const float *__restrict square, float *__restrict new_variable,
          float *__restrict new_mean, float *__restrict new_square, size_t size) {
  for (size_t i = 0; i < size; i++) {
    const float g = gradient[i];
    const float m = s.beta1 * mean[i] + (1.0f - s.beta1) * g;
    const float v = s.beta2 * square[i] + (1.0f - s.beta2) * g * g;
    new_mean[i] = m;
    new_square[i] = v;
    new_variable[i] = s.kept * variable[i] - s.rate * m / (__builtin_sqrtf(v * s.root_correction) + s.epsilon);
  }
}

void LayerNorm(const float *__restrict x, const float *__restrict gain, const float *__restrict bias, float epsilon,
               float *__restrict y, float *__restrict means, float *__restrict inverse_deviations, size_t rows,
               size_t size) {
  for (size_t row = 0; row < rows; row++) {
    const float *in = x + row * size;
    float *out = y + row * size;
    float sum = 0.0f, squares = 0.0f;
    for (size_t i = 0; i < size; i++) sum += in[i];
    const float mean = sum / size;
    for (size_t i = 0; i < size; i++) squares += (in[i] - mean) * (in[i] - mean);
    const float inverse = 1.0f / __builtin_sqrtf(squares / size + epsilon);
    for (size_t i = 0; i < size; i++) out[i] = (in[i] - mean) * inverse * gain[i] + bias[i];
    means[row] = mean;
    inverse_deviations[row] = inverse;
  }
}

// With x̂ = (x − mean) / deviation and d = gain · dy: dx = (d − mean(d) − x̂ · mean(d x̂)) / deviation.
void LayerNormBackward(const float *__restrict x, const float *__restrict gain, const float *__restrict means,
                       const float *__restrict inverse_deviations, const float *__restrict d_y,
                       float *__restrict d_x, float *__restrict d_gain, float *__restrict d_bias, size_t rows,
                       size_t size) {
  for (size_t row = 0; row < rows; row++) {
    const float *in = x + row * size, *d = d_y + row * size;
    float *out = d_x + row * size;
    const float mean = means[row], inverse = inverse_deviations[row];
    float sum = 0.0f, weighted = 0.0f;
    for (size_t i = 0; i < size; i++) {
      const float normal = (in[i] - mean) * inverse, each = d[i] * gain[i];
      sum += each;
      weighted += each * normal;
      d_gain[i] += d[i] * normal;
      d_bias[i] += d[i];
    }
    const float mean_sum = sum / size, mean_weighted = weighted / size;
    for (size_t i = 0; i < size; i++)
      out[i] = (d[i] * gain[i] - mean_sum - (in[i] - mean) * inverse * mean_weighted) * inverse;
  }
}

// Φ(x) by the complementary error function of Abramowitz & Stegun 7.1.26 (absolute error 1.5e-7); `bell` is exp(−x² / 2), of
// which both Φ and its derivative are made.
inline float NormalCdf(float x, float bell) {
  const float t = 1.0f / (1.0f + 0.3275911f * 0.70710678f * __builtin_fabsf(x));
  float sum = 1.061405429f;
  sum = sum * t - 1.453152027f;
  sum = sum * t + 1.421413741f;
  sum = sum * t - 0.284496736f;
  sum = sum * t + 0.254829592f;
  const float upper = 0.5f * sum * t * bell;
  return x < 0.0f ? upper : 1.0f - upper;
}

void Gelu(const float *__restrict x, float *__restrict y, size_t size) {
  for (size_t i = 0; i < size; i++) y[i] = x[i] * NormalCdf(x[i], Exp(-0.5f * x[i] * x[i]));
}

void GeluBackward(const float *__restrict x, const float *__restrict d_y, float *__restrict d_x, size_t size) {
  for (size_t i = 0; i < size; i++) {
    const float bell = Exp(-0.5f * x[i] * x[i]);
    d_x[i] = d_y[i] * (NormalCdf(x[i], bell) + x[i] * 0.39894228f * bell);
  }
}

void CausalSoftmax(const float *__restrict scores, float *__restrict probabilities, size_t begin, size_t end,
                   size_t queries, size_t keys) {
  for (size_t row = begin; row < end; row++) {
    const float *in = scores + row * keys;
    float *out = probabilities + row * keys;
    const size_t seen = keys - queries + row % queries + 1;
    const float largest = Largest(in, static_cast<int>(seen));
    float sum = 0.0f;
    for (size_t i = 0; i < seen; i++) {
      out[i] = Exp(in[i] - largest);
      sum += out[i];
    }
    const float scale = 1.0f / sum;
    for (size_t i = 0; i < seen; i++) out[i] *= scale;
    for (size_t i = seen; i < keys; i++) out[i] = 0.0f;
  }
}

// p · (dp − Σ dp p); what was not seen has p = 0.
void CausalSoftmaxBackward(const float *__restrict probabilities, const float *__restrict d_probabilities,
                           float *__restrict d_scores, size_t begin, size_t end, size_t queries, size_t keys) {
  for (size_t row = begin; row < end; row++) {
    const float *p = probabilities + row * keys, *d = d_probabilities + row * keys;
    float *out = d_scores + row * keys;
    const size_t seen = keys - queries + row % queries + 1;
    float sum = 0.0f;
    for (size_t i = 0; i < seen; i++) sum += p[i] * d[i];
    for (size_t i = 0; i < seen; i++) out[i] = p[i] * (d[i] - sum);
    for (size_t i = seen; i < keys; i++) out[i] = 0.0f;
  }
}

}  // namespace
}  // namespace generative
