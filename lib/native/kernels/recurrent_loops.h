// LSTM and GRU over a whole sequence. lib/layers/lstm.ts and gru.ts have the equations.
// Part of loops_impl.h, which says how these files are compiled.

namespace generative {
namespace {

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

}  // namespace
}  // namespace generative
