// The product of matrices that the other loops share.
// Part of loops_impl.h, which says how these files are compiled.

namespace generative {
namespace {

constexpr int kColumns = 2 * LANES;  // of a tile
constexpr int kInner = 256;          // of a panel that stays in the first-level cache

inline int Min(int a, int b) { return a < b ? a : b; }
inline int PanelCount(int columns) { return (columns + kColumns - 1) / kColumns; }

size_t PackedSize(int rows, int columns) { return static_cast<size_t>(rows) * PanelCount(columns) * kColumns; }

// Panel after panel: all rows of the first kColumns columns, then of the next; missing columns are 0. The number at (row, column)
// stands at row · row_step + column · column_step.
void PackStrided(const float *matrix, int row_step, int column_step, int rows, int columns, float *packed) {
  for (int first = 0; first < columns; first += kColumns) {
    const int width = Min(kColumns, columns - first);
    for (int row = 0; row < rows; row++, packed += kColumns) {
      const float *in = matrix + static_cast<size_t>(row) * row_step + static_cast<size_t>(first) * column_step;
      if (width == kColumns && column_step == 1) {
        *reinterpret_cast<Vector *>(packed) = *reinterpret_cast<const Vector *>(in);
        *reinterpret_cast<Vector *>(packed + LANES) = *reinterpret_cast<const Vector *>(in + LANES);
        continue;
      }
      for (int i = 0; i < width; i++) packed[i] = in[static_cast<size_t>(i) * column_step];
      for (int i = width; i < kColumns; i++) packed[i] = 0.0f;
    }
  }
}

void Pack(const float *matrix, int rows, int columns, bool transposed, float *packed) {
  PackStrided(matrix, transposed ? 1 : columns, transposed ? rows : 1, rows, columns, packed);
}

// The left factor: where a row begins and, within it, the next number. One of the steps is 1.
struct LeftFactor {
  const float *numbers;
  int row_step, inner_step;
  LeftFactor At(int row, int k) const {
    return {numbers + static_cast<size_t>(row) * row_step + static_cast<size_t>(k) * inner_step, row_step, inner_step};
  }
};

// One tile (kRows, kColumns) of c, kept in registers while `inner` products are added.
template <int kRows>
inline void MultiplyTile(const LeftFactor a, const float *panel, int inner, float *c, int c_stride, bool accumulate) {
  Vector left[kRows], right[kRows];
  for (int row = 0; row < kRows; row++) {
    const float *place = c + static_cast<size_t>(row) * c_stride;
    left[row] = accumulate ? *reinterpret_cast<const Vector *>(place) : Vector{};
    right[row] = accumulate ? *reinterpret_cast<const Vector *>(place + LANES) : Vector{};
  }
  // Twice the same loop: with a step of 1 that the compiler knows, the rows of a tile are read at fixed distances.
  if (a.inner_step == 1) {
    for (int k = 0; k < inner; k++) {
      const Vector b0 = *reinterpret_cast<const Vector *>(panel + k * kColumns);
      const Vector b1 = *reinterpret_cast<const Vector *>(panel + k * kColumns + LANES);
      for (int row = 0; row < kRows; row++) {
        const float factor = a.numbers[static_cast<size_t>(row) * a.row_step + k];
        left[row] += factor * b0;
        right[row] += factor * b1;
      }
    }
  } else {
    for (int k = 0; k < inner; k++) {
      const Vector b0 = *reinterpret_cast<const Vector *>(panel + k * kColumns);
      const Vector b1 = *reinterpret_cast<const Vector *>(panel + k * kColumns + LANES);
      const float *factors = a.numbers + static_cast<size_t>(k) * a.inner_step;
      for (int row = 0; row < kRows; row++) {
        left[row] += factors[row] * b0;
        right[row] += factors[row] * b1;
      }
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
inline void MultiplyAnyTile(const LeftFactor a, const float *panel, int inner, float *c, int c_stride, int columns,
                            bool accumulate) {
  if (columns == kColumns) {
    MultiplyTile<kRows>(a, panel, inner, c, c_stride, accumulate);
    return;
  }
  float tile[kRows * kColumns];
  for (int row = 0; row < kRows; row++)
    for (int i = 0; i < kColumns; i++)
      tile[row * kColumns + i] = accumulate && i < columns ? c[static_cast<size_t>(row) * c_stride + i] : 0.0f;
  MultiplyTile<kRows>(a, panel, inner, tile, kColumns, true);
  for (int row = 0; row < kRows; row++)
    for (int i = 0; i < columns; i++) c[static_cast<size_t>(row) * c_stride + i] = tile[row * kColumns + i];
}

// The rows left over, by a tile of just their number.
template <int kRows>
inline void MultiplyLastRows(int rows, const LeftFactor a, const float *panel, int inner, float *c, int c_stride,
                             int columns, bool accumulate) {
  if (rows == kRows) {
    MultiplyAnyTile<kRows>(a, panel, inner, c, c_stride, columns, accumulate);
  } else if constexpr (kRows > 1) {
    MultiplyLastRows<kRows - 1>(rows, a, panel, inner, c, c_stride, columns, accumulate);
  }
}

// c (rows, columns) = a (rows, inner) · the first `inner` rows of a packed matrix of `packed_rows`, or += where `accumulate`.
void MultiplyPart(const LeftFactor a, const float *packed, int packed_rows, float *c, int c_stride, int rows, int inner,
                  int columns, bool accumulate) {
  for (int k = 0; k < inner; k += kInner) {
    const int depth = Min(kInner, inner - k);
    for (int column = 0; column < columns; column += kColumns) {
      const float *panel = packed + static_cast<size_t>(column) * packed_rows + static_cast<size_t>(k) * kColumns;
      const int width = Min(kColumns, columns - column);
      const bool add = accumulate || k > 0;
      int row = 0;
      for (; row + ROWS <= rows; row += ROWS)
        MultiplyAnyTile<ROWS>(a.At(row, k), panel, depth, c + static_cast<size_t>(row) * c_stride + column, c_stride,
                              width, add);
      if (row < rows)
        MultiplyLastRows<ROWS - 1>(rows - row, a.At(row, k), panel, depth,
                                   c + static_cast<size_t>(row) * c_stride + column, c_stride, width, add);
    }
  }
}

void Multiply(const float *a, int a_stride, const float *packed, float *c, int c_stride, int rows, int inner,
              int columns, bool accumulate) {
  MultiplyPart({a, a_stride, 1}, packed, inner, c, c_stride, rows, inner, columns, accumulate);
}

}  // namespace
}  // namespace generative
