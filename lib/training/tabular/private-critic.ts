/**
 * The critic's gradients row by row, clipped row by row, without ever being written down: for a critic of linear layers with leaky
 * ReLUs between, the gradient of each row's loss, penalty included, is a sum of three outer products for each layer.
 *
 * Let aₗ be what layer l sees, mₗ the slopes (1 or 0.2) of its ReLUs, sₗ = ∂D/∂(layer l's result before them). Then
 *
 *     ∂D(x)/∂Wₗ = aₗᵀ sₗ,     ∂D/∂bₗ = sₗ,     g = ∂D/∂x = s₁ W₁ᵀ
 *
 * and, because the slopes mₗ are constant almost everywhere, ⟨u, g⟩ is a product in which each Wₗ stands once: with
 * u = ∂λ(‖g‖ − 1)²/∂g = 2λ (‖g‖ − 1) g / ‖g‖ pushed forward, t₀ = u and tₗ = (tₗ₋₁ Wₗ) ∘ mₗ, the penalty's gradient is
 *
 *     ∂λ(‖g‖ − 1)²/∂Wₗ = tₗ₋₁ᵀ sₗ(mixed),     and 0 for the biases.
 *
 * So the loss of a row has ∂/∂Wₗ = Aₗᵀ Sₗ with A the three rows (fake's a, −real's a, mixed's t) and S the three rows s, and its
 * squared length is Σ (A Aᵀ) ∘ (S Sᵀ) over 3 × 3 numbers ("ghost norms", Li et al. 2022; Goodfellow 2015, here with a gradient
 * penalty): one pass, memory as without privacy.
 */
import { tf } from "../../core/tf";
import { CRITIC_SLOPE, type TabularGan } from "../../models/tabular-gan";
import { SMALLEST_SQUARE } from "../critic-loss";

export interface CriticRows {
  real: tf.Tensor2D;
  fake: tf.Tensor2D;
  /** Where the penalty is taken, one point for each pair of real and fake. */
  mixed: tf.Tensor2D;
}

/** One layer's three pairs of rows, each (3, batch, size): fake, real, mixed. */
interface OuterProducts {
  left: tf.Tensor3D;
  right: tf.Tensor3D;
}

// A type and not an interface: tf.tidy takes only what has an index signature.
export type ClippedSums = {
  /** Σ over rows of mask · min(1, C / ‖gradient‖) · gradient, by the variables' own names. */
  sums: tf.NamedTensorMap;
  /** ‖gradient‖ of each row before clipping, (batch). Says of real rows what must not leave a private training. */
  norms: tf.Tensor1D;
};

/**
 * Sums of the clipped gradients of D(fake) − D(real) + λ (‖∇D(mixed)‖ − 1)², one loss for each row.
 *
 * @param mask (batch): 0 for rows that only fill the batch
 * @param clipNorm C; Infinity does not clip
 */
export function clippedCriticGradients(
  gan: Pick<TabularGan, "critic" | "sizes">,
  rows: CriticRows,
  mask: tf.Tensor1D,
  { clipNorm, penaltyWeight }: { clipNorm: number; penaltyWeight: number },
): ClippedSums {
  return tf.tidy(() => {
    const products = outerProducts(gan, rows, penaltyWeight);
    const squares = products.map((layer) => squaredNorms(layer));
    const norms = tf.addN(squares).add(SMALLEST_SQUARE).sqrt() as tf.Tensor1D; // (batch)
    // No clipping: no division of infinities.
    const factors = Number.isFinite(clipNorm) ? mask.mul(tf.minimum(1, tf.div(clipNorm, norms))) : mask;
    const sums: tf.NamedTensorMap = {};
    products.forEach(({ left, right }, i) => {
      const scaled = right.mul<tf.Tensor3D>(factors.reshape([1, -1, 1])); // (3, batch, outputs)
      const rowsOf = (x: tf.Tensor3D) => x.reshape<tf.Tensor2D>([-1, x.shape[2]]); // (3 · batch, size)
      sums[gan.critic[`layer${i}.kernel`]!.name] = tf.matMul(rowsOf(left), rowsOf(scaled), true);
      sums[gan.critic[`layer${i}.bias`]!.name] = biasGradients(scaled).sum(0);
    });
    return { sums, norms };
  });
}

function outerProducts(
  { critic, sizes }: Pick<TabularGan, "critic" | "sizes">,
  { real, fake, mixed }: CriticRows,
  penaltyWeight: number,
): OuterProducts[] {
  const kernels = [...sizes.criticSizes, 1].map(
    (_, i) => critic[`layer${i}.kernel`] as tf.Tensor as tf.Tensor2D,
  );
  const batch = real.shape[0];
  // Forwards, all three kinds of rows as one batch: what each layer sees, and the slopes after it.
  let seen: tf.Tensor2D = tf.concat([fake, real, mixed]); // (3 · batch, width)
  const inputs: tf.Tensor2D[] = [];
  const slopes: tf.Tensor2D[] = [];
  kernels.forEach((kernel, i) => {
    inputs.push(seen);
    if (i === kernels.length - 1) return;
    const result = tf.matMul(seen, kernel).add<tf.Tensor2D>(critic[`layer${i}.bias`]!);
    slopes.push(result.step(CRITIC_SLOPE));
    seen = result.mul(slopes[i]!);
  });
  // Backwards from ∂D/∂D = 1.
  const backs: tf.Tensor2D[] = [];
  let back: tf.Tensor2D = tf.ones([3 * batch, 1]);
  for (let i = kernels.length - 1; i >= 0; i--) {
    backs[i] = back;
    back = tf.matMul(back, kernels[i]!, false, true);
    if (i > 0) back = back.mul(slopes[i - 1]!);
  }
  const g = back.slice([2 * batch, 0]); // ∂D/∂x at the mixed rows, (batch, width)
  const length = g.square().sum(1, true).add(SMALLEST_SQUARE).sqrt();
  let tangent = g.mul<tf.Tensor2D>(
    length
      .sub(1)
      .mul(2 * penaltyWeight)
      .div(length),
  ); // u
  return kernels.map((kernel, i) => {
    const [onFake, onReal] = tf.split(inputs[i]!, 3) as [tf.Tensor2D, tf.Tensor2D];
    const left = tf.stack([onFake, onReal.neg(), tangent]) as tf.Tensor3D;
    if (i < kernels.length - 1)
      tangent = tf.matMul(tangent, kernel).mul<tf.Tensor2D>(slopes[i]!.slice([2 * batch, 0]));
    return { left, right: backs[i]!.reshape<tf.Tensor3D>([3, batch, -1]) };
  });
}

/** ‖∂/∂W‖² + ‖∂/∂b‖² of each row, (batch). */
function squaredNorms({ left, right }: OuterProducts): tf.Tensor1D {
  const gram = (rows: tf.Tensor3D) => {
    const byRow = rows.transpose([1, 0, 2]); // (batch, 3, size)
    return tf.matMul(byRow, byRow, false, true); // (batch, 3, 3)
  };
  const ofKernel = gram(left).mul(gram(right)).sum([1, 2]);
  return ofKernel.add(biasGradients(right).square().sum(1));
}

/** s(fake) − s(real), (batch, outputs) */
function biasGradients(right: tf.Tensor3D): tf.Tensor2D {
  const [onFake, onReal] = tf.unstack(right) as [tf.Tensor2D, tf.Tensor2D];
  return onFake.sub(onReal);
}
