/** What the trainings of the tabular models share: the split, and how faithful and how private what they make is. */
import { join } from "node:path";
import { writeFileSync } from "node:fs";
import {
  attackByDistance,
  bootstrapRecords,
  compareAssociations,
  compareGlms,
  compareMarginals,
  compareNeighbours,
  independentRecords,
  loadAusprivauto,
  loadBeMtpl,
  Random,
  selectRecords,
  sequentialTreeRecords,
  splitRecords,
} from "@actl/generative";
import type { GlmSpec, Records } from "@actl/generative";

/** Public: which rows were trained with. Never the seed of anything private. */
export const SPLIT_SEED = 1;

/** A table of motor policies, and the frequency model that an actuary would fit to it. */
export interface Portfolio {
  load: () => Records;
  frequency: GlmSpec;
}

/** With the frequency model of de Jong & Heller's chapter 6; the four bodies of fewer than 150 policies are in its base class. */
export const ausprivauto: Portfolio = {
  load: loadAusprivauto,
  frequency: {
    response: "ClaimNb",
    exposure: "Exposure",
    terms: ["VehValue", "VehAge", "Gender", "DrivAge", "VehBody"],
    merge: { VehBody: ["Motorized caravan", "Convertible", "Bus", "Roadster"] },
  },
};

/** With the covariates of Denuit & Lang 2004, linear where they are numbers, and the region for their map. */
export const beMtpl: Portfolio = {
  load: loadBeMtpl,
  frequency: {
    response: "nclaims",
    exposure: "expo",
    terms: ["coverage", "ageph", "sex", "bm", "power", "agec", "fuel", "use", "fleet", "region"],
  },
};

/** Four fifths to train with, the rest to judge by. */
export function splitPortfolio({ load }: Portfolio): { train: Records; holdout: Records } {
  return splitRecords(load(), 0.8, new Random(SPLIT_SEED).fork("split"));
}

/** Rows that are enough for the attacks: each is compared with tens of thousands. */
const ATTACKED = 3000;

/**
 * The table of the cards: each way to make rows by the same measures, as CSV. All are computed from real rows without noise: they say
 * how good a model is, and are no part of what an ε covers.
 */
export async function writeFidelity(
  portfolio: Portfolio,
  folder: string,
  name: string,
  synthetic: Records,
): Promise<string> {
  const { train, holdout } = splitPortfolio(portfolio);
  const random = new Random(SPLIT_SEED).fork("baselines");
  const systems: Record<string, Records> = {
    [name]: synthetic,
    "independent margins": independentRecords(train, train.count, random.fork("independent")),
    bootstrap: bootstrapRecords(train, train.count, random.fork("bootstrap")),
    "sequential trees": sequentialTreeRecords(train, train.count, random.fork("trees")),
    "held-out rows": holdout,
  };
  const lines = [columns.join(",")];
  for (const [system, records] of Object.entries(systems)) {
    const numbers = (await measure(portfolio, train, holdout, records)).map((value) => value.toPrecision(4));
    // Rows held out are near to themselves.
    lines.push([system, ...(records === holdout ? numbers.slice(0, FAITH) : numbers)].join(","));
  }
  writeFileSync(join(folder, "fidelity.csv"), `${lines.join("\n")}\n`);
  console.log(lines.join("\n"));
  return "fidelity.csv";
}

/** As many of the measures are of fidelity, the rest of privacy. */
const FAITH = 9;

const columns = [
  "system",
  "mean marginal distance",
  "worst marginal distance",
  "mean association difference",
  "mean coefficient difference",
  "mean interval overlap",
  "coefficients inside",
  "TSTR deviance",
  "TRTR deviance",
  "constant deviance",
  "nearer to training",
  "copies",
  "coincidences",
  "attack AUC",
  "attack margin",
];

async function measure(
  { frequency }: Portfolio,
  train: Records,
  holdout: Records,
  synthetic: Records,
): Promise<number[]> {
  const distances = compareMarginals(train, synthetic).map(({ distance }) => distance);
  const glm = compareGlms({ train, holdout, synthetic }, frequency);
  const some = (records: Records) =>
    selectRecords(
      records,
      Array.from({ length: Math.min(ATTACKED, records.count) }, (_, row) => row),
    );
  const near = await compareNeighbours({ train, holdout, synthetic: some(synthetic) });
  const attack = await attackByDistance({ train: some(train), holdout: some(holdout), synthetic });
  return [
    distances.reduce((a, b) => a + b) / distances.length,
    Math.max(...distances),
    compareAssociations(train, synthetic).meanDifference,
    glm.meanDifference,
    glm.meanOverlap,
    glm.inside,
    glm.trainSyntheticTestReal,
    glm.trainRealTestReal,
    glm.constant,
    near.nearerToTraining,
    near.copies,
    near.coincidences,
    attack.auc,
    attack.margin,
  ];
}
