// One token through a decoder block of a Transformer that keeps the keys and values of earlier ones. With a single row nothing is
// used twice, so the weights are read where they lie, once, and not packed.
// Part of loops_impl.h, which says how these files are compiled.

namespace generative {
namespace {

// kCount registers' columns at a time, as many as there are, then what is left with half as many.
template <int kCount>
inline void TimesColumns(const float *x, const float *weights, int stride, int inner, int columns, float *y) {
  int first = 0;
  for (; first + kCount * LANES <= columns; first += kCount * LANES) {
    Vector sums[kCount];
    for (int i = 0; i < kCount; i++) sums[i] = Vector{};
    for (int k = 0; k < inner; k++) {
      const float factor = x[k];
      const float *row = weights + static_cast<size_t>(k) * stride + first;
      for (int i = 0; i < kCount; i++) sums[i] += factor * *reinterpret_cast<const Vector *>(row + i * LANES);
    }
    for (int i = 0; i < kCount; i++) *reinterpret_cast<Vector *>(y + first + i * LANES) = sums[i];
  }
  if constexpr (kCount > 1) {
    if (first < columns)
      TimesColumns<kCount / 2>(x, weights + first, stride, inner, columns - first, y + first);
  } else {
    for (; first < columns; first++) {
      float sum = 0.0f;
      for (int k = 0; k < inner; k++) sum += x[k] * weights[static_cast<size_t>(k) * stride + first];
      y[first] = sum;
    }
  }
}

// y (columns) = x (rows) W, W (rows, columns)
void RowTimesMatrix(const float *x, const float *weights, int rows, int columns, float *y) {
  TimesColumns<8>(x, weights, columns, rows, columns, y);
}

// softmax(q Kᵀ · scale) V with one query and `count` keys.
void AttendOne(const float *query, const float *keys, const float *values, int count, int size, float scale,
               float *scores, float *out) {
  for (int i = 0; i < count; i++) {
    const float *key = keys + static_cast<size_t>(i) * size;
    float sum = 0.0f;
    for (int j = 0; j < size; j++) sum += query[j] * key[j];
    scores[i] = sum * scale;
  }
  const float largest = Largest(scores, count);
  float sum = 0.0f;
  for (int i = 0; i < count; i++) {
    scores[i] = Exp(scores[i] - largest);
    sum += scores[i];
  }
  RowTimesMatrix(scores, values, count, size, out);
  for (int j = 0; j < size; j++) out[j] *= 1.0f / sum;
}

size_t DecoderScratchSize(const Decoder &d) { return static_cast<size_t>(6) * d.width + d.hidden + d.context; }

void DecoderBlock(const Decoder &d, const DecoderWeights &w, float *h, float *keys, float *values, float *scratch) {
  const int size = d.width / d.heads;
  float *normal = scratch, *qkv = normal + d.width, *attended = qkv + 3 * d.width, *added = attended + d.width;
  float *hidden = added + d.width, *scores = hidden + d.hidden;
  float mean, inverse_deviation;

  LayerNorm(h, w.norm1_gain, w.norm1_bias, d.epsilon, normal, &mean, &inverse_deviation, 1, d.width);
  RowTimesMatrix(normal, w.qkv, d.width, 3 * d.width, qkv);
  for (int head = 0; head < d.heads; head++) {
    float *head_keys = keys + static_cast<size_t>(head) * d.context * size;
    float *head_values = values + static_cast<size_t>(head) * d.context * size;
    const float *query = qkv + head * size;
    for (int i = 0; i < size; i++) {
      head_keys[static_cast<size_t>(d.place) * size + i] = query[d.width + i];
      head_values[static_cast<size_t>(d.place) * size + i] = query[2 * d.width + i];
    }
    AttendOne(query, head_keys, head_values, d.place + 1, size, d.scale, scores, attended + head * size);
  }
  RowTimesMatrix(attended, w.project, d.width, d.width, added);
  for (int i = 0; i < d.width; i++) h[i] += added[i];

  LayerNorm(h, w.norm2_gain, w.norm2_bias, d.epsilon, normal, &mean, &inverse_deviation, 1, d.width);
  RowTimesMatrix(normal, w.up, d.width, d.hidden, hidden);
  for (int i = 0; i < d.hidden; i++) hidden[i] += w.up_bias[i];
  Gelu(hidden, hidden, d.hidden);
  RowTimesMatrix(hidden, w.down, d.hidden, d.width, added);
  for (int i = 0; i < d.width; i++) h[i] += added[i] + w.down_bias[i];
}

}  // namespace
}  // namespace generative
