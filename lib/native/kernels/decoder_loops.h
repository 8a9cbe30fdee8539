// One token through a decoder block of a Transformer that keeps the keys and values of earlier ones. With a single row nothing is
// used twice, so the weights are read where they lie, once, and not packed.
// Part of loops_impl.h, which says how these files are compiled.

namespace generative {
namespace {

// y (columns) += x (rows) W, kRows rows of W (rows, columns) at a time, then what is left with half as many: W is read once from
// its beginning to its end, which is what memory is fastest at.
template <int kRows>
inline void AddRows(const float *x, const float *weights, int rows, int columns, float *y) {
  int row = 0;
  for (; row + kRows <= rows; row += kRows) {
    const float *from = weights + static_cast<size_t>(row) * columns;
    float factors[kRows];  // a copy, which writing to y cannot change
    for (int i = 0; i < kRows; i++) factors[i] = x[row + i];
    int column = 0;
    for (; column + LANES <= columns; column += LANES) {
      Vector sum = *reinterpret_cast<const Vector *>(y + column);
      for (int i = 0; i < kRows; i++)
        sum += factors[i] * *reinterpret_cast<const Vector *>(from + static_cast<size_t>(i) * columns + column);
      *reinterpret_cast<Vector *>(y + column) = sum;
    }
    for (; column < columns; column++)
      for (int i = 0; i < kRows; i++) y[column] += factors[i] * from[static_cast<size_t>(i) * columns + column];
  }
  if constexpr (kRows > 1) {
    if (row < rows)
      AddRows<kRows / 2>(x + row, weights + static_cast<size_t>(row) * columns, rows - row, columns, y);
  }
}

// y (columns) = x (rows) W
void RowTimesMatrix(const float *x, const float *weights, int rows, int columns, float *y) {
  for (int i = 0; i < columns; i++) y[i] = 0.0f;
  AddRows<8>(x, weights, rows, columns, y);
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

size_t DecoderScratchSize(const Decoder &d) { return static_cast<size_t>(5) * d.width + 2 * d.hidden + d.context; }

void DecoderBlock(const Decoder &d, const DecoderWeights &w, float *h, float *keys, float *values, float *scratch) {
  const int size = d.width / d.heads;
  float *normal = scratch, *qkv = normal + d.width, *attended = qkv + 3 * d.width;
  float *hidden = attended + d.width, *activated = hidden + d.hidden, *scores = activated + d.hidden;
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
  AddRows<8>(attended, w.project, d.width, d.width, h);

  LayerNorm(h, w.norm2_gain, w.norm2_bias, d.epsilon, normal, &mean, &inverse_deviation, 1, d.width);
  for (int i = 0; i < d.hidden; i++) hidden[i] = w.up_bias[i];
  AddRows<8>(normal, w.up, d.width, d.hidden, hidden);
  Gelu(hidden, activated, d.hidden);
  for (int i = 0; i < d.width; i++) h[i] += w.down_bias[i];
  AddRows<8>(activated, w.down, d.hidden, d.width, h);
}

}  // namespace
}  // namespace generative
