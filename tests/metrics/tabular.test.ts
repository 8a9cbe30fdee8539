/** Fidelity and attacks on tables say what statsmodels, SciPy and scikit-learn say: tests/fixtures/tabular/make-tabular.py. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DataError } from "../../lib/core/errors.ts";
import { Random } from "../../lib/core/random.ts";
import { tf } from "../../lib/core/tf.ts";
import { loadAusprivauto } from "../../lib/data/motor.ts";
import { type Records, selectRecords, splitRecords } from "../../lib/data/records.ts";
import { associations, compareAssociations } from "../../lib/metrics/tabular/associations.ts";
import {
  attackByDistance,
  compareNeighbours,
  judgeAttack,
  nearestDistances,
} from "../../lib/metrics/tabular/attacks.ts";
import { compareGlms } from "../../lib/metrics/tabular/glm-fidelity.ts";
import { compareMarginals, wasserstein } from "../../lib/metrics/tabular/marginals.ts";
import { fitPoissonGlm, glmDeviance, type GlmSpec } from "../../lib/metrics/tabular/poisson-glm.ts";
import {
  bootstrapRecords,
  independentRecords,
  sequentialTreeRecords,
} from "../../lib/models/tabular-baselines/baselines.ts";

const golden = JSON.parse(
  readFileSync(join(import.meta.dirname, "..", "fixtures", "tabular", "tabular.json"), "utf8"),
) as {
  glm: { names: string[]; coefficients: number[]; standardErrors: number[]; deviance: number; held: number };
  kolmogorovSmirnov: number;
  wasserstein: number;
  totalVariation: number;
  cramersV: number;
  spearman: number;
  correlationRatio: number;
  auc: number;
  scores: { members: number[]; others: number[] };
};

const all = loadAusprivauto({ count: 14_000 });
const span = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
const real = selectRecords(all, span(0, 8000));
const other = selectRecords(all, span(8000, 14_000));
const spec: GlmSpec = {
  response: "ClaimNb",
  exposure: "Exposure",
  terms: ["VehValue", "Gender", "DrivAge", "VehBody"],
  // prettier-ignore
  merge: { VehBody: ["Truck", "Hardtop", "Coupe", "Panel van", "Minibus", "Motorized caravan", "Convertible", "Bus", "Roadster"] },
};

describe("the Poisson regression", () => {
  test("has the coefficients, standard errors and deviance of statsmodels", () => {
    const fit = fitPoissonGlm(real, spec);
    expect(fit.names).toEqual(golden.glm.names);
    golden.glm.coefficients.forEach((coefficient, j) =>
      expect(fit.coefficients[j]).toBeCloseTo(coefficient, 8),
    );
    golden.glm.standardErrors.forEach((error, j) => expect(fit.standardErrors[j]).toBeCloseTo(error, 7));
    expect(fit.deviance).toBeCloseTo(golden.glm.deviance, 6);
    expect(glmDeviance(fit, other)).toBeCloseTo(golden.glm.held, 9);
  });

  test("leaves out a class without rows, and explains what cannot be fitted", () => {
    const sedans = selectRecords(
      real,
      span(0, 8000).filter((row) => real.columns.VehBody![row] !== 1),
    );
    const fit = fitPoissonGlm(sedans, spec);
    expect(fit.coefficients[fit.names.indexOf("VehBody: Hatchback")]).toBeNaN();
    expect(Number.isFinite(glmDeviance(fit, other))).toBe(true);
    const none = { ...real, columns: { ...real.columns, ClaimNb: new Float64Array(8000) } };
    expect(() => fitPoissonGlm(none, spec)).toThrow("ClaimNb is 0 in every row");
    const twice = { ...spec, terms: ["VehValue", "VehValue"] };
    expect(() => fitPoissonGlm(real, twice)).toThrow(
      '"VehValue" says nothing that the coefficients before it',
    );
    expect(() => fitPoissonGlm(real, { ...spec, terms: ["Colour"] })).toThrow('no column "Colour"');
  });

  test("of the same rows twice overlaps wholly; of shuffled claims it does not", () => {
    const same = compareGlms({ train: real, holdout: other, synthetic: real }, spec);
    expect(same.meanOverlap).toBeCloseTo(1, 12);
    expect([same.meanDifference, same.inside]).toEqual([0, 1]);
    expect(same.trainSyntheticTestReal).toBe(same.trainRealTestReal);
    const order = new Random(1).permutation(8000);
    const shuffled = {
      ...real,
      columns: { ...real.columns, DrivAge: selectRecords(real, order).columns.DrivAge! },
    };
    const wrong = compareGlms({ train: real, holdout: other, synthetic: shuffled }, spec);
    expect(wrong.meanOverlap).toBeLessThan(0.8);
    expect(wrong.meanDifference).toBeGreaterThan(0.05);
  });
});

test("distances of margins are SciPy's", () => {
  const byColumn = new Map(compareMarginals(real, other).map((each) => [each.column, each]));
  expect(byColumn.get("VehValue")!.distance).toBeCloseTo(golden.kolmogorovSmirnov, 12);
  expect(byColumn.get("VehBody")!.distance).toBeCloseTo(golden.totalVariation, 12);
  expect(wasserstein(real.columns.VehValue!, other.columns.VehValue!)).toBeCloseTo(golden.wasserstein, 9);
  expect(byColumn.has("ClaimOcc")).toBe(false);
  expect(compareMarginals(real, real).every(({ distance }) => distance === 0)).toBe(true);
  const withoutGender = Object.fromEntries(
    Object.entries(other.columns).filter(([name]) => name !== "Gender"),
  );
  expect(() => compareMarginals(real, { ...other, columns: withoutGender })).toThrow(DataError);
});

test("associations are SciPy's", () => {
  const strength = (first: string, second: string) =>
    associations(real).find(({ columns }) => columns.includes(first) && columns.includes(second))!.strength;
  expect(strength("VehAge", "VehBody")).toBeCloseTo(golden.cramersV, 10);
  expect(strength("Exposure", "VehValue")).toBeCloseTo(Math.abs(golden.spearman), 10);
  expect(strength("VehValue", "DrivAge")).toBeCloseTo(golden.correlationRatio, 10);
  expect(compareAssociations(real, real).meanDifference).toBe(0);
});

describe("attacks", () => {
  test("have scikit-learn's area under the ROC curve", () => {
    expect(judgeAttack(golden.scores.members, golden.scores.others).auc).toBeCloseTo(golden.auc, 12);
    expect(judgeAttack([2, 3], [0, 1]).auc).toBe(1);
  });

  const { train, holdout } = splitRecords(selectRecords(all, span(0, 3000)), 0.5, new Random(2));

  test("find out who was copied, and do not accuse fresh rows", async () => {
    const before = tf.memory().numTensors;
    const copies = bootstrapRecords(train, 1500, new Random(3));
    const { auc } = await attackByDistance({ train, holdout, synthetic: copies });
    // A bootstrap holds 1 − 1/e = 63 % of the rows: those score 0 distance, so the area is about 0.63 + 0.37 / 2.
    expect(auc).toBeGreaterThan(0.78);
    expect(auc).toBeLessThan(0.85);
    const fresh = selectRecords(all, span(3000, 6000));
    const honest = await attackByDistance({ train, holdout, synthetic: fresh });
    expect(Math.abs(honest.auc - 0.5)).toBeLessThan(1.5 * honest.margin);
    expect(tf.memory().numTensors).toBe(before);
  });

  test("neighbours: copies are counted, and what is near to both alike is half", async () => {
    const copied = await compareNeighbours({
      train,
      holdout,
      synthetic: bootstrapRecords(train, 500, new Random(3)),
    });
    expect(copied.copies).toBe(1);
    expect(copied.nearerToTraining).toBeGreaterThan(0.95);
    expect(copied.toTraining).toBeLessThan(0.002);
    const fresh = await compareNeighbours({
      train,
      holdout,
      synthetic: selectRecords(all, span(3000, 3500)),
    });
    expect(Math.abs(fresh.nearerToTraining - 0.5)).toBeLessThan(0.07);
    expect(fresh.copies).toBeLessThan(0.05);
  });

  test("distances are those of the points, by hand", async () => {
    const rows = selectRecords(all, [0, 1]);
    const pair = (await nearestDistances(selectRecords(all, [0]), selectRecords(all, [1]), rows))[0]!;
    const different = ["VehAge", "VehBody", "Gender", "DrivAge"].filter(
      (name) => rows.columns[name]![0] !== rows.columns[name]![1],
    ).length;
    const ranked = ["Exposure", "VehValue"].filter(
      (name) => rows.columns[name]![0] !== rows.columns[name]![1],
    ).length;
    // Of two rows the ranks are ¼ and ¾.
    expect(pair).toBeCloseTo(Math.sqrt(different + ranked / 4), 5);
  });
});

describe("baselines", () => {
  const count = 8000;
  const made: Record<string, Records> = {
    bootstrap: bootstrapRecords(real, count, new Random(1)),
    independent: independentRecords(real, count, new Random(1)),
    trees: sequentialTreeRecords(real, count, new Random(1)),
  };

  test.each(Object.keys(made))(
    "%s: margins are the real ones, amounts go with claims, nothing is random but by the seed",
    (name) => {
      const synthetic = made[name]!;
      for (const { column, distance } of compareMarginals(real, synthetic))
        expect([column, distance < (column === "ClaimAmount" ? 0.1 : 0.03)]).toEqual([column, true]);
      const { ClaimNb, ClaimAmount, ClaimOcc } = synthetic.columns;
      expect(
        ClaimNb!.every(
          (claims, row) => claims > 0 === ClaimAmount![row]! > 0 && ClaimOcc![row] === Number(claims > 0),
        ),
      ).toBe(true);
    },
  );

  test("trees keep what belongs together, independent margins lose it", () => {
    const lost = compareAssociations(real, made.independent!).meanDifference;
    const kept = compareAssociations(real, made.trees!).meanDifference;
    expect(kept).toBeLessThan(lost / 4);
    expect(sequentialTreeRecords(real, 50, new Random(4)).columns).toEqual(
      sequentialTreeRecords(real, 50, new Random(4)).columns,
    );
    const strength = (records: Records) =>
      associations(records).find(({ columns }) => columns.join() === "VehValue,VehAge")!.strength;
    expect(Math.abs(strength(made.trees!) - strength(real))).toBeLessThan(0.05);
    expect(strength(made.independent!)).toBeLessThan(0.05);
  });
});
