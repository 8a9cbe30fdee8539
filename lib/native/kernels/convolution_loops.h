// Convolutions between an image of one channel and one of many.
// Part of loops_impl.h, which says how these files are compiled.

namespace generative {
namespace {

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

}  // namespace
}  // namespace generative
