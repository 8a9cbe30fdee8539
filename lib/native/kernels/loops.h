// The arithmetic of our kernels, compiled once for each instruction set; `Loops()` gives the best this processor has.
#ifndef GENERATIVE_NATIVE_LOOPS_H_
#define GENERATIVE_NATIVE_LOOPS_H_

#include <cstddef>

namespace generative {

struct AdamStep {
  float beta1, beta2, epsilon;
  float rate;             // learning rate / (1 − β₁ᵗ)
  float root_correction;  // 1 / (1 − β₂ᵗ)
  float kept;             // 1 − learning rate · weight decay
};

// A sequence of recurrent cells, time first: rows `begin` to `end` of the batch, so that threads share it.
struct RecurrentSequence {
  int time, batch, inputs, units, begin, end;
};

// A convolution between a thin image (height, width) of one channel and a thick one (rows, columns, channels): place (i, j) of
// the thick one meets place (i · stride_down + u − top, j · stride_across + v − left) of the thin one under tap (u, v) of the
// filter (taps_down, taps_across).
struct ThinConvolution {
  int height, width, rows, columns, channels, taps_down, taps_across, stride_down, stride_across, top, left;
};

// One head of causal self-attention: `size` columns of `width`, which all heads have together. Rows are places, those of qkv
// (queries, keys, values) 3 · width apart, those of the output `width`.
struct Attention {
  int places, width, size;
  float scale;
};

// A Transformer's decoder at one token: `place` is where it stands, `hidden` the units of the two-layer network.
struct Decoder {
  int width, hidden, heads, context, place;
  float scale, epsilon;
};

struct DecoderWeights {
  const float *norm1_gain, *norm1_bias, *qkv, *project, *norm2_gain, *norm2_bias, *up, *up_bias, *down, *down_bias;
};

struct LoopTable {
  // Floats that Pack writes for a matrix (rows, columns).
  size_t (*packed_size)(int rows, int columns);
  // A matrix (rows, columns), or the transpose of one stored as (columns, rows), in panels that Multiply reads in order.
  void (*pack)(const float *matrix, int rows, int columns, bool transposed, float *packed);
  // c (rows, columns) = a (rows, inner) · b, or += where `accumulate`; strides are between rows.
  void (*multiply)(const float *a, int a_stride, const float *packed, float *c, int c_stride, int rows, int inner,
                   int columns, bool accumulate);

  // x is (time, batch, inputs); gates gets the activations i, f, g, o; cells and outputs are (time, batch, units).
  void (*lstm_forward)(const RecurrentSequence &sequence, const float *x, const float *packed_kernel,
                       const float *packed_recurrent, const float *bias, float *gates, float *cells, float *outputs);
  // d_gates gets the gradient before the activations, d_x that of x; d_bias (4 units) is added to.
  // scratch: 2 · batch · units floats.
  void (*lstm_backward)(const RecurrentSequence &sequence, const float *packed_kernel_transposed,
                        const float *packed_recurrent_transposed, const float *gates, const float *cells,
                        const float *d_outputs, float *d_gates, float *d_x, float *d_bias, float *scratch);

  // parts gets z, r, n and h U + b of n for each row, (time, batch, 4 units); outputs are (time, batch, units).
  // scratch: batch · 6 · units floats.
  void (*gru_forward)(const RecurrentSequence &sequence, const float *x, const float *packed_kernel,
                      const float *packed_recurrent, const float *bias, const float *recurrent_bias, float *parts,
                      float *outputs, float *scratch);
  // d_input and d_recurrent get the gradients of x W + b and of h U + b, (time, batch, 3 units); d_bias and d_recurrent_bias
  // (3 units) are added to. scratch: batch · units floats.
  void (*gru_backward)(const RecurrentSequence &sequence, const float *packed_kernel_transposed,
                       const float *packed_recurrent_transposed, const float *parts, const float *outputs,
                       const float *d_outputs, float *d_input, float *d_recurrent, float *d_x, float *d_bias,
                       float *d_recurrent_bias, float *scratch);

  void (*adam)(const AdamStep &step, const float *gradient, const float *variable, const float *mean,
               const float *square, float *new_variable, float *new_mean, float *new_square, size_t size);

  // y (rows, size) = gain · (x − mean) · deviation⁻¹ + bias; mean and 1 / deviation of each row are kept for the gradient.
  void (*layer_norm)(const float *x, const float *gain, const float *bias, float epsilon, float *y, float *means,
                     float *inverse_deviations, size_t rows, size_t size);
  // d_gain and d_bias (size) are added to.
  void (*layer_norm_backward)(const float *x, const float *gain, const float *means, const float *inverse_deviations,
                              const float *d_y, float *d_x, float *d_gain, float *d_bias, size_t rows, size_t size);

  // x Φ(x), and its derivative times d_y.
  void (*gelu)(const float *x, float *y, size_t size);
  void (*gelu_backward)(const float *x, const float *d_y, float *d_x, size_t size);

  // Row `row` of a block of `queries` sees its first keys − queries + row + 1 scores; the others get probability 0.
  void (*causal_softmax)(const float *scores, float *probabilities, size_t begin, size_t end, size_t queries,
                         size_t keys);
  void (*causal_softmax_backward)(const float *probabilities, const float *d_probabilities, float *d_scores,
                                  size_t begin, size_t end, size_t queries, size_t keys);

  // thick = what each place meets of the thin image, times the filter (taps, channels). scratch: rows · columns · taps floats.
  void (*thin_to_thick)(const ThinConvolution &convolution, const float *thin, const float *packed_filter,
                        float *thick, float *scratch);
  // The transpose: each place of the thick image adds to all it meets. scratch: rows · columns · taps floats.
  void (*thick_to_thin)(const ThinConvolution &convolution, const float *thick, const float *packed_filter_transposed,
                        float *thin, float *scratch);
  // Adds to the filter's gradient (taps, channels). scratch: rows · columns · (taps + channels, padded to 32) floats.
  void (*thin_filter_gradient)(const ThinConvolution &convolution, const float *thin, const float *thick,
                               float *d_filter, float *scratch);

  // Floats that the next two need.
  size_t (*attention_scratch_size)(const Attention &attention);
  // All pointers are to the head's first column. log_sums (places) gets log Σ exp(score) of each query, for the gradient.
  void (*attention_forward)(const Attention &attention, const float *qkv, float *out, float *log_sums, float *scratch);
  void (*attention_backward)(const Attention &attention, const float *qkv, const float *out, const float *log_sums,
                             const float *d_out, float *d_qkv, float *scratch);

  // Floats that the next one needs.
  size_t (*decoder_scratch_size)(const Decoder &decoder);
  // One row through one block: h (width) is added to, the token's keys and values are written to (heads, context, size).
  void (*decoder_block)(const Decoder &decoder, const DecoderWeights &weights, float *h, float *keys, float *values,
                        float *scratch);
};

const LoopTable &Loops();

// One for each instruction set; null where the compiler cannot make it.
extern const LoopTable *const kAvx512Loops;
extern const LoopTable *const kAvx2Loops;
extern const LoopTable *const kGenericLoops;

}  // namespace generative

#endif  // GENERATIVE_NATIVE_LOOPS_H_
