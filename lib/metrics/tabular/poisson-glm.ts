/** The actuary's model of claim frequency: a Poisson regression with the exposure as offset (Nelder & Wedderburn 1972). */
import { DataError, OptionError } from "../../core/errors";
import type { Records } from "../../data/records";
import { boundsOf } from "../../data/table-schema";

export interface GlmSpec {
  /** Count column that is explained. */
  response: string;
  /** Exposure column: its logarithm is added to what the coefficients say. */
  exposure: string;
  /** Columns that explain: classes by a coefficient each but the first, numbers by one coefficient. */
  terms: readonly string[];
  /** Classes that count as their column's first one, for being too rare: a coefficient of 30 policies says nothing. */
  merge?: Readonly<Record<string, readonly string[]>>;
}

export interface PoissonGlm {
  spec: GlmSpec;
  /** "(intercept)", "DrivAge: old people", "VehValue" … */
  names: readonly string[];
  /** NaN where the data have no row of a class. */
  coefficients: Float64Array;
  standardErrors: Float64Array;
  /** 2 Σ (y ln(y / μ) − (y − μ)) */
  deviance: number;
  rounds: number;
}

const MOST_ROUNDS = 50;
const PRECISION = 1e-10;

/**
 * Maximum likelihood of y ~ Poisson(exposure · exp(X β)) by iteratively reweighted least squares: each round solves
 * Xᵀ W X β = Xᵀ W z with W = μ and z = X β + (y − μ) / μ.
 *
 * @throws DataError where there is no claim at all, columns say the same, or the rounds do not converge
 */
export function fitPoissonGlm(records: Records, spec: GlmSpec): PoissonGlm {
  const { names, rows } = designOf(records, spec);
  const y = records.columns[spec.response]!;
  const exposure = records.columns[spec.exposure]!;
  const total = y.reduce((sum, value) => sum + value, 0);
  if (total === 0)
    throw new DataError(`fitPoissonGlm: ${spec.response} is 0 in every row: there is nothing to explain.`);
  const used = names.flatMap((_, j) => (hasRow(rows, names.length, j) ? [j] : []));
  const size = used.length;
  let beta = new Float64Array(size);
  beta[0] = Math.log(total / exposure.reduce((sum, value) => sum + value, 0));
  let before = Infinity;
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    const information = new Float64Array(size * size);
    const score = new Float64Array(size);
    let deviance = 0;
    for (let row = 0; row < records.count; row++) {
      const at = row * names.length;
      let eta = 0;
      for (let j = 0; j < size; j++) eta += rows[at + used[j]!]! * beta[j]!;
      const mu = exposure[row]! * Math.exp(eta);
      deviance += unitDeviance(y[row]!, mu);
      // Working response without the offset.
      const z = mu * eta + y[row]! - mu;
      for (let j = 0; j < size; j++) {
        const x = rows[at + used[j]!]!;
        if (x === 0) continue;
        score[j]! += x * z;
        for (let k = 0; k <= j; k++) information[j * size + k]! += mu * x * rows[at + used[k]!]!;
      }
    }
    const factor = cholesky(information, size, (j) => names[used[j]!]!);
    if (Math.abs(before - deviance) < PRECISION * (Math.abs(deviance) + 0.1)) {
      const errors = inverseDiagonal(factor, size).map(Math.sqrt);
      const spread = (values: Float64Array) => {
        const all = new Float64Array(names.length).fill(NaN);
        used.forEach((j, i) => (all[j] = values[i]!));
        return all;
      };
      return {
        spec,
        names,
        coefficients: spread(beta),
        standardErrors: spread(errors),
        deviance,
        rounds: round,
      };
    }
    before = deviance;
    beta = solve(factor, score, size);
  }
  throw new DataError(
    `fitPoissonGlm: no convergence in ${MOST_ROUNDS} rounds. Has a class no claims at all? Merge it with another.`,
  );
}

/** Mean Poisson deviance of a model's predictions for records it was not fitted to; coefficients that are NaN count as 0. */
export function glmDeviance({ coefficients, spec }: PoissonGlm, records: Records): number {
  const { names, rows } = designOf(records, spec);
  const [y, exposure] = [records.columns[spec.response]!, records.columns[spec.exposure]!];
  let deviance = 0;
  for (let row = 0; row < records.count; row++) {
    let eta = 0;
    coefficients.forEach((coefficient, j) => {
      if (!Number.isNaN(coefficient)) eta += rows[row * names.length + j]! * coefficient;
    });
    deviance += unitDeviance(y[row]!, exposure[row]! * Math.exp(eta));
  }
  return deviance / records.count;
}

function unitDeviance(y: number, mu: number): number {
  return 2 * ((y > 0 ? y * Math.log(y / mu) : 0) - (y - mu));
}

/** Names of the coefficients, and the design matrix row by row. */
function designOf({ schema, columns, count }: Records, { terms, response, exposure, merge = {} }: GlmSpec) {
  const find = (name: string) => {
    const column = schema.columns.find((each) => each.name === name);
    if (column === undefined)
      throw new OptionError(`fitPoissonGlm: there is no column "${name}" in the records.`);
    return column;
  };
  find(response);
  find(exposure);
  const parts = terms.map((term) => {
    const column = find(term);
    if (boundsOf(column) !== undefined || column.kind === "count")
      return { term, classes: undefined, places: [] };
    const all = column.kind === "categorical" ? column.categories : ["0", "1"];
    const classes = all.slice(1).filter((name) => merge[term]?.includes(name) !== true);
    // Where the coefficient of each class stands among the term's; −1 for the base.
    return { term, classes, places: all.map((name) => classes.indexOf(name)) };
  });
  const names = [
    "(intercept)",
    ...parts.flatMap(({ term, classes }) => classes?.map((name) => `${term}: ${name}`) ?? [term]),
  ];
  const rows = new Float64Array(count * names.length);
  for (let row = 0; row < count; row++) {
    let at = row * names.length;
    rows[at++] = 1;
    for (const { term, classes, places } of parts) {
      const value = columns[term]![row]!;
      if (classes === undefined) rows[at++] = value;
      else {
        if (places[value]! >= 0) rows[at + places[value]!] = 1;
        at += classes.length;
      }
    }
  }
  return { names, rows };
}

function hasRow(rows: Float64Array, width: number, j: number): boolean {
  for (let at = j; at < rows.length; at += width) if (rows[at] !== 0) return true;
  return false;
}

/** L with L Lᵀ = A, lower half, row by row. */
function cholesky(matrix: Float64Array, size: number, nameOf: (j: number) => string): Float64Array {
  const factor = new Float64Array(size * size);
  for (let j = 0; j < size; j++)
    for (let i = j; i < size; i++) {
      let sum = matrix[i * size + j]!;
      for (let k = 0; k < j; k++) sum -= factor[i * size + k]! * factor[j * size + k]!;
      if (i > j) factor[i * size + j] = sum / factor[j * size + j]!;
      else if (sum > 1e-12 * matrix[j * size + j]!) factor[j * size + j] = Math.sqrt(sum);
      else
        throw new DataError(
          `fitPoissonGlm: "${nameOf(j)}" says nothing that the coefficients before it do not say. Leave it out.`,
        );
    }
  return factor;
}

/** A⁻¹ b */
function solve(factor: Float64Array, b: Float64Array, size: number): Float64Array<ArrayBuffer> {
  const x = Float64Array.from(b);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) x[i]! -= factor[i * size + k]! * x[k]!;
    x[i]! /= factor[i * size + i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) x[i]! -= factor[k * size + i]! * x[k]!;
    x[i]! /= factor[i * size + i]!;
  }
  return x;
}

function inverseDiagonal(factor: Float64Array, size: number): Float64Array {
  return Float64Array.from({ length: size }, (_, j) => {
    const unit = new Float64Array(size);
    unit[j] = 1;
    return solve(factor, unit, size)[j]!;
  });
}
