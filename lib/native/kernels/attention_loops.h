// Causal attention of one head, a block of queries at a time, as FlashAttention has it (Dao et al. 2022): the probabilities of a
// block stay in the cache, and the gradient computes them again from the scores instead of reading them from memory.
// Part of loops_impl.h, which says how these files are compiled.

namespace generative {
namespace {

constexpr int kQueries = 32;  // of a block

struct AttentionScratch {
  float *keys_transposed, *values, *values_transposed, *keys, *queries, *d_out, *probabilities, *d_scores;
};

// Where each part lies in `scratch`; null gives the size of all.
size_t LayOut(const Attention &a, float *scratch, AttentionScratch *parts) {
  const size_t transposed = PackedSize(a.size, a.places), straight = PackedSize(a.places, a.size);
  const size_t block = PackedSize(kQueries, a.size), scores = static_cast<size_t>(kQueries) * a.places;
  const size_t sizes[] = {transposed, straight, transposed, straight, block, block, scores, scores};
  float **places[] = {&parts->keys_transposed, &parts->values, &parts->values_transposed, &parts->keys,
                      &parts->queries,         &parts->d_out,  &parts->probabilities,     &parts->d_scores};
  size_t used = 0;
  for (int i = 0; i < 8; i++) {
    if (scratch != nullptr) *places[i] = scratch + used;
    used += sizes[i];
  }
  return used;
}

size_t AttentionScratchSize(const Attention &a) {
  AttentionScratch parts;
  return LayOut(a, nullptr, &parts);
}

// A head's columns of qkv begin at `qkv`: queries, then `width` further on keys, then values.
void AttentionForward(const Attention &a, const float *qkv, float *out, float *log_sums, float *scratch) {
  AttentionScratch parts;
  LayOut(a, scratch, &parts);
  const int stride = 3 * a.width;
  const float *keys = qkv + a.width, *values = qkv + 2 * a.width;
  PackStrided(keys, 1, stride, a.size, a.places, parts.keys_transposed);
  PackStrided(values, stride, 1, a.places, a.size, parts.values);
  for (int first = 0; first < a.places; first += kQueries) {
    const int rows = Min(kQueries, a.places - first), seen = first + rows;
    float *p = parts.probabilities;
    MultiplyPart({qkv + static_cast<size_t>(first) * stride, stride, 1}, parts.keys_transposed, a.size, p, seen, rows,
                 a.size, seen, false);
    for (int row = 0; row < rows; row++) {
      float *each = p + static_cast<size_t>(row) * seen;
      const int own = first + row + 1;
      const float largest = Largest(each, own);
      float sum = 0.0f;
      // To the block's end with a choice, not to the query's own place: that would leave a rest of single numbers in each row.
      for (int i = 0; i < seen; i++) {
        const float weight = Exp((each[i] - largest) * a.scale);
        each[i] = i < own ? weight : 0.0f;
        sum += each[i];
      }
      const float share = 1.0f / sum;
      for (int i = 0; i < seen; i++) each[i] *= share;
      log_sums[first + row] = largest * a.scale + __builtin_logf(sum);
    }
    MultiplyPart({p, seen, 1}, parts.values, a.places, out + static_cast<size_t>(first) * a.width, a.width, rows, seen,
                 a.size, false);
  }
}

inline void ClearRows(float *rows, int count, int stride, int size) {
  for (int row = 0; row < count; row++)
    for (int i = 0; i < size; i++) rows[static_cast<size_t>(row) * stride + i] = 0.0f;
}

// With P the probabilities and dP = dO Vᵀ: dS = P ∘ (dP − rowsum(dO ∘ O)), dQ = dS K, dK = dSᵀ Q, dV = Pᵀ dO.
void AttentionBackward(const Attention &a, const float *qkv, const float *out, const float *log_sums,
                       const float *d_out, float *d_qkv, float *scratch) {
  AttentionScratch parts;
  LayOut(a, scratch, &parts);
  const int stride = 3 * a.width;
  const float *keys = qkv + a.width, *values = qkv + 2 * a.width;
  float *d_keys = d_qkv + a.width, *d_values = d_qkv + 2 * a.width;
  PackStrided(keys, 1, stride, a.size, a.places, parts.keys_transposed);
  PackStrided(keys, stride, 1, a.places, a.size, parts.keys);
  PackStrided(values, 1, stride, a.size, a.places, parts.values_transposed);
  ClearRows(d_keys, a.places, stride, a.size);
  ClearRows(d_values, a.places, stride, a.size);
  for (int first = 0; first < a.places; first += kQueries) {
    const int rows = Min(kQueries, a.places - first), seen = first + rows;
    const float *q = qkv + static_cast<size_t>(first) * stride;
    const float *o = out + static_cast<size_t>(first) * a.width, *d_o = d_out + static_cast<size_t>(first) * a.width;
    float *p = parts.probabilities, *d_s = parts.d_scores;
    MultiplyPart({q, stride, 1}, parts.keys_transposed, a.size, p, seen, rows, a.size, seen, false);
    MultiplyPart({d_o, a.width, 1}, parts.values_transposed, a.size, d_s, seen, rows, a.size, seen, false);
    for (int row = 0; row < rows; row++) {
      float *each = p + static_cast<size_t>(row) * seen, *d_each = d_s + static_cast<size_t>(row) * seen;
      const float *o_row = o + static_cast<size_t>(row) * a.width, *d_o_row = d_o + static_cast<size_t>(row) * a.width;
      const int own = first + row + 1;
      const float log_sum = log_sums[first + row];
      float mean = 0.0f;
      for (int i = 0; i < a.size; i++) mean += o_row[i] * d_o_row[i];
      for (int i = 0; i < seen; i++) {
        const float probability = Exp(each[i] * a.scale - log_sum);
        each[i] = i < own ? probability : 0.0f;
        d_each[i] = each[i] * (d_each[i] - mean) * a.scale;
      }
    }
    MultiplyPart({d_s, seen, 1}, parts.keys, a.places, d_qkv + static_cast<size_t>(first) * stride, stride, rows, seen,
                 a.size, false);
    PackStrided(q, stride, 1, rows, a.size, parts.queries);
    PackStrided(d_o, a.width, 1, rows, a.size, parts.d_out);
    MultiplyPart({d_s, 1, seen}, parts.queries, rows, d_keys, stride, seen, rows, a.size, true);
    MultiplyPart({p, 1, seen}, parts.d_out, rows, d_values, stride, seen, rows, a.size, true);
  }
}

}  // namespace
}  // namespace generative
