/** The discrete Fourier transform, for convolutions of long distributions with themselves. */

/** The real and imaginary parts of complex numbers; a power of two of them. */
export interface Complex {
  real: Float64Array;
  imaginary: Float64Array;
}

/** Transforms in place (Cooley & Tukey 1965, radix 2). The inverse is not divided by the length. */
export function fourierTransform({ real, imaginary }: Complex, direction: "forward" | "inverse"): void {
  const length = real.length;
  reverseBits(real);
  reverseBits(imaginary);
  const turn = (direction === "forward" ? -2 : 2) * Math.PI;
  // Every root from cosine and sine themselves: products of roots would gather rounding errors.
  const cosines = Float64Array.from({ length: length / 2 }, (_, k) => Math.cos((turn * k) / length));
  const sines = Float64Array.from({ length: length / 2 }, (_, k) => Math.sin((turn * k) / length));
  for (let half = 1; half < length; half *= 2) {
    const stride = length / (2 * half);
    for (let start = 0; start < length; start += 2 * half)
      for (let k = 0; k < half; k++) {
        const a = start + k;
        const b = a + half;
        const cosine = cosines[k * stride]!;
        const sine = sines[k * stride]!;
        const x = real[b]! * cosine - imaginary[b]! * sine;
        const y = real[b]! * sine + imaginary[b]! * cosine;
        real[b] = real[a]! - x;
        imaginary[b] = imaginary[a]! - y;
        real[a]! += x;
        imaginary[a]! += y;
      }
  }
}

function reverseBits(values: Float64Array): void {
  for (let i = 1, j = 0; i < values.length; i++) {
    let bit = values.length >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i >= j) continue;
    const value = values[i]!;
    values[i] = values[j]!;
    values[j] = value;
  }
}
