// The loops themselves. Included by one file for each instruction set, which defines LANES (floats in a vector register) and
// ROWS (rows of a tile that fit into the registers beside it), after switching the compiler to that set.
//
// Nothing of the standard library is used here: an inline function of it, compiled for AVX-512, could be the copy that the
// linker keeps for every file, and an older processor would stop at it.

namespace generative {
namespace {

typedef float Vector __attribute__((vector_size(4 * LANES), aligned(4)));

constexpr int kColumns = 2 * LANES;  // of a tile
constexpr int kInner = 256;          // of a panel that stays in the first-level cache

inline int Min(int a, int b) { return a < b ? a : b; }
inline int PanelCount(int columns) { return (columns + kColumns - 1) / kColumns; }

size_t PackedSize(int rows, int columns) { return static_cast<size_t>(rows) * PanelCount(columns) * kColumns; }

// Panel after panel: all rows of the first kColumns columns, then of the next; missing columns are 0.
void Pack(const float *matrix, int rows, int columns, bool transposed, float *packed) {
  for (int first = 0; first < columns; first += kColumns)
    for (int row = 0; row < rows; row++)
      for (int i = 0; i < kColumns; i++) {
        const int column = first + i;
        const size_t place = transposed ? static_cast<size_t>(column) * rows + row
                                        : static_cast<size_t>(row) * columns + column;
        *packed++ = column < columns ? matrix[place] : 0.0f;
      }
}

// One tile (kRows, kColumns) of c, kept in registers while `inner` products are added.
template <int kRows>
inline void MultiplyTile(const float *a, int a_stride, const float *panel, int inner, float *c, int c_stride,
                         bool accumulate) {
  Vector left[kRows], right[kRows];
  for (int row = 0; row < kRows; row++) {
    const float *place = c + static_cast<size_t>(row) * c_stride;
    left[row] = accumulate ? *reinterpret_cast<const Vector *>(place) : Vector{};
    right[row] = accumulate ? *reinterpret_cast<const Vector *>(place + LANES) : Vector{};
  }
  for (int k = 0; k < inner; k++) {
    const Vector b0 = *reinterpret_cast<const Vector *>(panel + k * kColumns);
    const Vector b1 = *reinterpret_cast<const Vector *>(panel + k * kColumns + LANES);
    for (int row = 0; row < kRows; row++) {
      const float factor = a[static_cast<size_t>(row) * a_stride + k];
      left[row] += factor * b0;
      right[row] += factor * b1;
    }
  }
  for (int row = 0; row < kRows; row++) {
    float *place = c + static_cast<size_t>(row) * c_stride;
    *reinterpret_cast<Vector *>(place) = left[row];
    *reinterpret_cast<Vector *>(place + LANES) = right[row];
  }
}

// Tiles at the right edge are made beside c, which ends within them.
template <int kRows>
inline void MultiplyAnyTile(const float *a, int a_stride, const float *panel, int inner, float *c, int c_stride,
                            int columns, bool accumulate) {
  if (columns == kColumns) {
    MultiplyTile<kRows>(a, a_stride, panel, inner, c, c_stride, accumulate);
    return;
  }
  float tile[kRows * kColumns];
  for (int row = 0; row < kRows; row++)
    for (int i = 0; i < kColumns; i++)
      tile[row * kColumns + i] = accumulate && i < columns ? c[static_cast<size_t>(row) * c_stride + i] : 0.0f;
  MultiplyTile<kRows>(a, a_stride, panel, inner, tile, kColumns, true);
  for (int row = 0; row < kRows; row++)
    for (int i = 0; i < columns; i++) c[static_cast<size_t>(row) * c_stride + i] = tile[row * kColumns + i];
}

// The rows left over, by a tile of just their number.
template <int kRows>
inline void MultiplyLastRows(int rows, const float *a, int a_stride, const float *panel, int inner, float *c,
                             int c_stride, int columns, bool accumulate) {
  if (rows == kRows) {
    MultiplyAnyTile<kRows>(a, a_stride, panel, inner, c, c_stride, columns, accumulate);
  } else if constexpr (kRows > 1) {
    MultiplyLastRows<kRows - 1>(rows, a, a_stride, panel, inner, c, c_stride, columns, accumulate);
  }
}

void Multiply(const float *a, int a_stride, const float *packed, float *c, int c_stride, int rows, int inner,
              int columns, bool accumulate) {
  for (int k = 0; k < inner; k += kInner) {
    const int depth = Min(kInner, inner - k);
    for (int column = 0; column < columns; column += kColumns) {
      const float *panel = packed + static_cast<size_t>(column) * inner + static_cast<size_t>(k) * kColumns;
      const int width = Min(kColumns, columns - column);
      const bool add = accumulate || k > 0;
      int row = 0;
      for (; row + ROWS <= rows; row += ROWS)
        MultiplyAnyTile<ROWS>(a + static_cast<size_t>(row) * a_stride + k, a_stride, panel, depth,
                              c + static_cast<size_t>(row) * c_stride + column, c_stride, width, add);
      if (row < rows)
        MultiplyLastRows<ROWS - 1>(rows - row, a + static_cast<size_t>(row) * a_stride + k, a_stride, panel, depth,
                                   c + static_cast<size_t>(row) * c_stride + column, c_stride, width, add);
    }
  }
}

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

// `before` is null at the first time, where the cell's state is 0.
void LstmCell(int units, float *__restrict gates, const float *__restrict before, float *__restrict cell,
              float *__restrict output) {
  float *i = gates, *f = gates + units, *g = gates + 2 * units, *o = gates + 3 * units;
  for (int u = 0; u < units; u++) {
    i[u] = Sigmoid(i[u]);
    f[u] = Sigmoid(f[u]);
    g[u] = Tanh(g[u]);
    o[u] = Sigmoid(o[u]);
  }
  if (before == nullptr)
    for (int u = 0; u < units; u++) cell[u] = i[u] * g[u];
  else
    for (int u = 0; u < units; u++) cell[u] = f[u] * before[u] + i[u] * g[u];
  for (int u = 0; u < units; u++) output[u] = o[u] * Tanh(cell[u]);
}

void LstmForward(const RecurrentSequence &s, const float *x, const float *packed_kernel, const float *packed_recurrent,
                 const float *bias, float *gates, float *cells, float *outputs) {
  const int rows = s.end - s.begin, width = 4 * s.units;
  const size_t step = static_cast<size_t>(s.batch) * s.units;
  for (int t = 0; t < s.time; t++) {
    const size_t first_row = static_cast<size_t>(t) * s.batch + s.begin;
    float *z = gates + first_row * width;
    float *c = cells + first_row * s.units;
    float *h = outputs + first_row * s.units;
    for (int row = 0; row < rows; row++)
      for (int i = 0; i < width; i++) z[static_cast<size_t>(row) * width + i] = bias[i];
    Multiply(x + first_row * s.inputs, s.inputs, packed_kernel, z, width, rows, s.inputs, width, true);
    if (t > 0) Multiply(h - step, s.units, packed_recurrent, z, width, rows, s.units, width, true);
    for (int row = 0; row < rows; row++) {
      const size_t at = static_cast<size_t>(row) * s.units;
      LstmCell(s.units, z + 4 * at, t == 0 ? nullptr : c + at - step, c + at, h + at);
    }
  }
}

// d_cell is the gradient that comes from the time after, and becomes that for the time before.
void LstmCellBackward(int units, const float *__restrict gates, const float *__restrict before,
                      const float *__restrict cell, const float *__restrict d_output, const float *__restrict d_next,
                      float *__restrict d_cell, float *__restrict d_gates) {
  const float *i = gates, *f = gates + units, *g = gates + 2 * units, *o = gates + 3 * units;
  float *d_i = d_gates, *d_f = d_gates + units, *d_g = d_gates + 2 * units, *d_o = d_gates + 3 * units;
  for (int u = 0; u < units; u++) {
    const float tanh_cell = Tanh(cell[u]);
    const float d_h = d_output[u] + d_next[u];
    const float d_c = d_cell[u] + d_h * o[u] * (1.0f - tanh_cell * tanh_cell);
    d_o[u] = d_h * tanh_cell * o[u] * (1.0f - o[u]);
    d_i[u] = d_c * g[u] * i[u] * (1.0f - i[u]);
    d_g[u] = d_c * i[u] * (1.0f - g[u] * g[u]);
    d_f[u] = d_c;
    d_cell[u] = d_c * f[u];
  }
  if (before == nullptr)
    for (int u = 0; u < units; u++) d_f[u] = 0.0f;
  else
    for (int u = 0; u < units; u++) d_f[u] *= before[u] * f[u] * (1.0f - f[u]);
}

void LstmBackward(const RecurrentSequence &s, const float *packed_kernel_transposed,
                  const float *packed_recurrent_transposed, const float *gates, const float *cells,
                  const float *d_outputs, float *d_gates, float *d_x, float *d_bias, float *scratch) {
  const int rows = s.end - s.begin, width = 4 * s.units;
  const size_t step = static_cast<size_t>(s.batch) * s.units;
  const size_t first = static_cast<size_t>(s.begin) * s.units;
  float *d_next = scratch + first, *d_cell = scratch + step + first;
  for (size_t i = 0; i < static_cast<size_t>(rows) * s.units; i++) d_next[i] = d_cell[i] = 0.0f;
  for (int t = s.time - 1; t >= 0; t--) {
    const size_t at_time = t * step + first;
    float *d_z = d_gates + 4 * at_time;
    for (int row = 0; row < rows; row++) {
      const size_t in_row = static_cast<size_t>(row) * s.units, at = at_time + in_row;
      LstmCellBackward(s.units, gates + 4 * at, t == 0 ? nullptr : cells + at - step, cells + at, d_outputs + at,
                       d_next + in_row, d_cell + in_row, d_z + 4 * in_row);
      for (int i = 0; i < width; i++) d_bias[i] += d_z[4 * in_row + i];
    }
    Multiply(d_z, width, packed_kernel_transposed, d_x + (static_cast<size_t>(t) * s.batch + s.begin) * s.inputs,
             s.inputs, rows, width, s.inputs, false);
    if (t > 0) Multiply(d_z, width, packed_recurrent_transposed, d_next, s.units, rows, width, s.units, false);
  }
}

// Fills `rows` rows with a bias.
inline void FillRows(const float *bias, int rows, int width, float *out) {
  for (int row = 0; row < rows; row++)
    for (int i = 0; i < width; i++) out[static_cast<size_t>(row) * width + i] = bias[i];
}

// `input` and `recurrent` hold x W + b and h U + b for z, r, n; `before` is null at the first time, where h is 0.
void GruCell(int units, const float *__restrict input, const float *__restrict recurrent,
             const float *__restrict before, float *__restrict parts, float *__restrict output) {
  const int u1 = units, u2 = 2 * units, u3 = 3 * units;
  for (int u = 0; u < units; u++) {
    const float z = Sigmoid(input[u] + recurrent[u]);
    const float r = Sigmoid(input[u1 + u] + recurrent[u1 + u]);
    const float n = Tanh(input[u2 + u] + r * recurrent[u2 + u]);
    parts[u] = z;
    parts[u1 + u] = r;
    parts[u2 + u] = n;
    parts[u3 + u] = recurrent[u2 + u];
    output[u] = (1.0f - z) * n;
  }
  if (before != nullptr)
    for (int u = 0; u < units; u++) output[u] += parts[u] * before[u];
}

void GruForward(const RecurrentSequence &s, const float *x, const float *packed_kernel, const float *packed_recurrent,
                const float *bias, const float *recurrent_bias, float *parts, float *outputs, float *scratch) {
  const int rows = s.end - s.begin, width = 3 * s.units;
  float *input = scratch + static_cast<size_t>(s.begin) * 2 * width;
  float *recurrent = input + static_cast<size_t>(rows) * width;
  for (int t = 0; t < s.time; t++) {
    const size_t first = static_cast<size_t>(t) * s.batch + s.begin;
    const float *h = t == 0 ? nullptr : outputs + (first - s.batch) * s.units;
    FillRows(bias, rows, width, input);
    Multiply(x + first * s.inputs, s.inputs, packed_kernel, input, width, rows, s.inputs, width, true);
    FillRows(recurrent_bias, rows, width, recurrent);
    if (t > 0) Multiply(h, s.units, packed_recurrent, recurrent, width, rows, s.units, width, true);
    for (int row = 0; row < rows; row++) {
      const size_t at = static_cast<size_t>(row) * s.units;
      GruCell(s.units, input + 3 * at, recurrent + 3 * at, h == nullptr ? nullptr : h + at,
              parts + (first * s.units + at) * 4, outputs + first * s.units + at);
    }
  }
}

// d_before gets the part of h's gradient that goes past the cell.
void GruCellBackward(int units, const float *__restrict parts, const float *__restrict before,
                     const float *__restrict d_output, float *__restrict d_before, float *__restrict d_input,
                     float *__restrict d_recurrent) {
  const int u1 = units, u2 = 2 * units, u3 = 3 * units;
  for (int u = 0; u < units; u++) {
    const float z = parts[u], r = parts[u1 + u], n = parts[u2 + u], past = parts[u3 + u];
    const float d_h = d_output[u] + d_before[u];
    const float d_n = d_h * (1.0f - z) * (1.0f - n * n);
    const float d_r = d_n * past * r * (1.0f - r);
    d_input[u2 + u] = d_n;
    d_recurrent[u2 + u] = d_n * r;
    d_input[u1 + u] = d_recurrent[u1 + u] = d_r;
    d_input[u] = -d_h * n * z * (1.0f - z);
    d_before[u] = d_h * z;
  }
  // d_before is d_h · z by now.
  if (before != nullptr)
    for (int u = 0; u < units; u++) d_input[u] += d_before[u] * before[u] * (1.0f - parts[u]);
  for (int u = 0; u < units; u++) d_recurrent[u] = d_input[u];
}

void GruBackward(const RecurrentSequence &s, const float *packed_kernel_transposed,
                 const float *packed_recurrent_transposed, const float *parts, const float *outputs,
                 const float *d_outputs, float *d_input, float *d_recurrent, float *d_x, float *d_bias,
                 float *d_recurrent_bias, float *scratch) {
  const int rows = s.end - s.begin, width = 3 * s.units;
  float *d_before = scratch + static_cast<size_t>(s.begin) * s.units;
  for (size_t i = 0; i < static_cast<size_t>(rows) * s.units; i++) d_before[i] = 0.0f;
  for (int t = s.time - 1; t >= 0; t--) {
    const size_t first = static_cast<size_t>(t) * s.batch + s.begin;
    float *d_in = d_input + first * width, *d_rec = d_recurrent + first * width;
    for (int row = 0; row < rows; row++) {
      const size_t in_row = static_cast<size_t>(row) * s.units, at = first * s.units + in_row;
      const float *before = t == 0 ? nullptr : outputs + at - static_cast<size_t>(s.batch) * s.units;
      GruCellBackward(s.units, parts + 4 * at, before, d_outputs + at, d_before + in_row, d_in + 3 * in_row,
                      d_rec + 3 * in_row);
      for (int i = 0; i < width; i++) {
        d_bias[i] += d_in[3 * in_row + i];
        d_recurrent_bias[i] += d_rec[3 * in_row + i];
      }
    }
    Multiply(d_in, width, packed_kernel_transposed, d_x + first * s.inputs, s.inputs, rows, width, s.inputs, false);
    if (t > 0) Multiply(d_rec, width, packed_recurrent_transposed, d_before, s.units, rows, width, s.units, true);
  }
}

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

// Φ(x) by the complementary error function of Abramowitz & Stegun 7.1.26 (absolute error 1.5e-7).
inline float NormalCdf(float x) {
  const float z = __builtin_fabsf(x) * 0.70710678f;
  const float t = 1.0f / (1.0f + 0.3275911f * z);
  float sum = 1.061405429f;
  sum = sum * t - 1.453152027f;
  sum = sum * t + 1.421413741f;
  sum = sum * t - 0.284496736f;
  sum = sum * t + 0.254829592f;
  const float upper = 0.5f * sum * t * Exp(-z * z);
  return x < 0.0f ? upper : 1.0f - upper;
}

void Gelu(const float *__restrict x, float *__restrict y, size_t size) {
  for (size_t i = 0; i < size; i++) y[i] = x[i] * NormalCdf(x[i]);
}

void GeluBackward(const float *__restrict x, const float *__restrict d_y, float *__restrict d_x, size_t size) {
  for (size_t i = 0; i < size; i++) {
    const float density = 0.39894228f * Exp(-0.5f * x[i] * x[i]);
    d_x[i] = d_y[i] * (NormalCdf(x[i]) + x[i] * density);
  }
}

void CausalSoftmax(const float *__restrict scores, float *__restrict probabilities, size_t begin, size_t end,
                   size_t queries, size_t keys) {
  for (size_t row = begin; row < end; row++) {
    const float *in = scores + row * keys;
    float *out = probabilities + row * keys;
    const size_t seen = keys - queries + row % queries + 1;
    float largest = in[0], sum = 0.0f;
    for (size_t i = 1; i < seen; i++) largest = in[i] > largest ? in[i] : largest;
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

// The columns of the thick image that tap v leads to a place inside the thin one.
inline void InsideColumns(const ThinConvolution &c, int v, int *first, int *last) {
  int low = 0, high = c.columns;
  while (low < high && low * c.stride_across + v - c.left < 0) low++;
  while (high > low && (high - 1) * c.stride_across + v - c.left >= c.width) high--;
  *first = low;
  *last = high;
}

// One row (rows · columns) of the thin image's places for each tap, 0 outside it; `by_place` is its transpose.
void CollectPlaces(const ThinConvolution &c, const float *thin, float *places, bool by_place) {
  const int taps = c.taps_down * c.taps_across, count = c.rows * c.columns;
  for (int u = 0; u < c.taps_down; u++)
    for (int v = 0; v < c.taps_across; v++) {
      const int tap = u * c.taps_across + v;
      const size_t tap_step = by_place ? 1 : count, place_step = by_place ? taps : 1;
      int first, last;
      InsideColumns(c, v, &first, &last);
      for (int i = 0; i < c.rows; i++) {
        float *out = places + tap * tap_step + static_cast<size_t>(i) * c.columns * place_step;
        const int y = i * c.stride_down + u - c.top;
        if (y < 0 || y >= c.height) {
          for (int j = 0; j < c.columns; j++) out[j * place_step] = 0.0f;
          continue;
        }
        const float *in = thin + static_cast<size_t>(y) * c.width + v - c.left;
        for (int j = 0; j < first; j++) out[j * place_step] = 0.0f;
        for (int j = first; j < last; j++) out[j * place_step] = in[j * c.stride_across];
        for (int j = last; j < c.columns; j++) out[j * place_step] = 0.0f;
      }
    }
}

void ThinToThick(const ThinConvolution &c, const float *thin, const float *packed_filter, float *thick,
                 float *scratch) {
  const int taps = c.taps_down * c.taps_across;
  CollectPlaces(c, thin, scratch, /*by_place=*/true);
  Multiply(scratch, taps, packed_filter, thick, c.channels, c.rows * c.columns, taps, c.channels, false);
}

void ThickToThin(const ThinConvolution &c, const float *thick, const float *packed_filter_transposed, float *thin,
                 float *scratch) {
  const int taps = c.taps_down * c.taps_across;
  Multiply(thick, c.channels, packed_filter_transposed, scratch, taps, c.rows * c.columns, c.channels, taps, false);
  for (int i = 0; i < c.height * c.width; i++) thin[i] = 0.0f;
  for (int u = 0; u < c.taps_down; u++)
    for (int v = 0; v < c.taps_across; v++) {
      int first, last;
      InsideColumns(c, v, &first, &last);
      for (int i = 0; i < c.rows; i++) {
        const int y = i * c.stride_down + u - c.top;
        if (y < 0 || y >= c.height) continue;
        float *out = thin + static_cast<size_t>(y) * c.width + v - c.left;
        const float *in = scratch + static_cast<size_t>(i) * c.columns * taps + u * c.taps_across + v;
        for (int j = first; j < last; j++) out[j * c.stride_across] += in[static_cast<size_t>(j) * taps];
      }
    }
}

void ThinFilterGradient(const ThinConvolution &c, const float *thin, const float *thick, float *d_filter,
                        float *scratch) {
  const int taps = c.taps_down * c.taps_across, count = c.rows * c.columns;
  float *packed_thick = scratch + static_cast<size_t>(taps) * count;
  CollectPlaces(c, thin, scratch, /*by_place=*/false);
  Pack(thick, count, c.channels, /*transposed=*/false, packed_thick);
  Multiply(scratch, count, packed_thick, d_filter, c.channels, taps, count, c.channels, true);
}

constexpr LoopTable kTable = {
    PackedSize,     Pack,        Multiply,       LstmForward,          LstmBackward,   GruForward, GruBackward,
    Adam,           LayerNorm,   LayerNormBackward, Gelu,              GeluBackward,
    CausalSoftmax,  CausalSoftmaxBackward, ThinToThick, ThickToThin,   ThinFilterGradient};

}  // namespace
}  // namespace generative
