/** Whether an actuary who has the synthetic data only would come to the same tariff. */
import type { Records } from "../../data/records";
import { fitPoissonGlm, glmDeviance, type GlmSpec, type PoissonGlm } from "./poisson-glm";

export interface CoefficientComparison {
  name: string;
  real: number;
  synthetic: number;
  /** Half the length of the 95 % intervals. */
  realMargin: number;
  syntheticMargin: number;
  /** Mean share of the two intervals that they have in common (Karr et al. 2006); below 0 where they are apart. */
  overlap: number;
}

export interface GlmFidelity {
  coefficients: CoefficientComparison[];
  /** Means over the coefficients that both data can estimate, without the intercept. */
  meanDifference: number;
  meanOverlap: number;
  /** Share of synthetic coefficients inside the real ones' 95 % intervals. */
  inside: number;
  /** Mean Poisson deviance on real rows that neither model saw: of the model of real rows (TRTR) and of synthetic ones (TSTR). */
  trainRealTestReal: number;
  trainSyntheticTestReal: number;
  /** The same of one frequency for all: what no model should exceed. */
  constant: number;
}

/** Frequency models of the training rows and of synthetic ones, beside each other and on rows held out. */
export function compareGlms(
  { train, holdout, synthetic }: { train: Records; holdout: Records; synthetic: Records },
  spec: GlmSpec,
): GlmFidelity {
  const ofReal = fitPoissonGlm(train, spec);
  const ofSynthetic = fitPoissonGlm({ ...synthetic, schema: train.schema }, spec);
  const constant = fitPoissonGlm(train, { ...spec, terms: [] });
  const coefficients = ofReal.names.map((name, j) => compareCoefficient(name, j, ofReal, ofSynthetic));
  const judged = coefficients.slice(1).filter(({ overlap }) => !Number.isNaN(overlap));
  const mean = (of: (each: CoefficientComparison) => number) =>
    judged.reduce((sum, each) => sum + of(each), 0) / judged.length;
  return {
    coefficients,
    meanDifference: mean(({ real, synthetic: other }) => Math.abs(real - other)),
    meanOverlap: mean(({ overlap }) => overlap),
    inside: mean(({ real, synthetic: other, realMargin }) => Number(Math.abs(real - other) <= realMargin)),
    trainRealTestReal: glmDeviance(ofReal, holdout),
    trainSyntheticTestReal: glmDeviance(ofSynthetic, holdout),
    constant: glmDeviance(constant, holdout),
  };
}

const Z95 = 1.959964;

function compareCoefficient(
  name: string,
  j: number,
  real: PoissonGlm,
  synthetic: PoissonGlm,
): CoefficientComparison {
  const [a, b] = [real.coefficients[j]!, synthetic.coefficients[j]!];
  const [realMargin, syntheticMargin] = [Z95 * real.standardErrors[j]!, Z95 * synthetic.standardErrors[j]!];
  const common =
    Math.min(a + realMargin, b + syntheticMargin) - Math.max(a - realMargin, b - syntheticMargin);
  const overlap = (common / (2 * realMargin) + common / (2 * syntheticMargin)) / 2;
  return { name, real: a, synthetic: b, realMargin, syntheticMargin, overlap };
}
