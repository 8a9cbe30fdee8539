/** Functions that JavaScript's Math has not, to double precision. */

/**
 * Cody's rational approximations (1969, "Rational Chebyshev approximations for the error function"), each as the coefficients of
 * numerator and denominator, the highest power first: erf(x) / x in x² below 0.46875; e^(x²) erfc(x) in x up to 4; beyond, its
 * asymptotic form in 1 / x².
 */
const NEAR = [
  [
    1.85777706184603153e-1, 3.1611237438705656, 1.13864154151050156e2, 3.77485237685302021e2,
    3.20937758913846947e3,
  ],
  [1, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3],
] as const;
const MIDDLE = [
  // prettier-ignore
  [2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594, 6.61191906371416295e1, 2.98635138197400131e2,
    8.8195222124176909e2, 1.71204761263407058e3, 2.05107837782607147e3, 1.23033935479799725e3],
  // prettier-ignore
  [1, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3,
    3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3],
] as const;
const FAR = [
  // prettier-ignore
  [1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1,
    1.60837851487422766e-2, 6.58749161529837803e-4],
  // prettier-ignore
  [1, 2.56852019228982242, 1.87295284992346725, 5.27905102951428412e-1, 6.05183413124413191e-2,
    2.33520497626869185e-3],
] as const;
const NEAR_END = 0.46875;
const MIDDLE_END = 4;

function ratio([numerator, denominator]: readonly [readonly number[], readonly number[]], x: number): number {
  let [above, below] = [0, 0];
  for (let i = 0; i < numerator.length; i++) {
    above = above * x + numerator[i]!;
    below = below * x + denominator[i]!;
  }
  return above / below;
}

/** e^(x²) erfc x for x above NEAR_END */
function scaledErfc(x: number): number {
  if (x <= MIDDLE_END) return ratio(MIDDLE, x);
  const inverse = 1 / (x * x);
  return (1 / Math.sqrt(Math.PI) - inverse * ratio(FAR, inverse)) / x;
}

/** erfc x = 2/√π ∫ₓ^∞ e^(−t²) dt. */
export function erfc(x: number): number {
  if (Math.abs(x) <= NEAR_END) return 1 - x * ratio(NEAR, x * x);
  return x > 0 ? Math.exp(-x * x) * scaledErfc(x) : 2 - Math.exp(-x * x) * scaledErfc(-x);
}

/** ln erfc x, finite where erfc x itself is too small for a number (x > 26). */
export function logErfc(x: number): number {
  if (x > NEAR_END) return Math.log(scaledErfc(x)) - x * x;
  // Where erfc is near 2 or 1 the small part is what would be lost.
  return x < -NEAR_END
    ? Math.LN2 + Math.log1p((-Math.exp(-x * x) * scaledErfc(-x)) / 2)
    : Math.log1p(-x * ratio(NEAR, x * x));
}

/** Φ(x), the standard normal's distribution function. */
export function normalCdf(x: number): number {
  return erfc(-x / Math.SQRT2) / 2;
}

/** ln(eᵃ + eᵇ) */
export function logAdd(a: number, b: number): number {
  const [small, large] = a < b ? [a, b] : [b, a];
  return small === -Infinity ? large : large + Math.log1p(Math.exp(small - large));
}

/** ln(eᵃ − eᵇ) for a ≥ b */
export function logSubtract(a: number, b: number): number {
  if (b === -Infinity) return a;
  return a === b ? -Infinity : a + Math.log(-Math.expm1(b - a));
}
