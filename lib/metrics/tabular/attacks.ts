/** Whether synthetic rows give real ones away: copies, nearest neighbours, and an attack that asks who was in the training. */
import { tf } from "../../core/tf";
import type { Records } from "../../data/records";
import { boundsOf } from "../../data/table-schema";

/**
 * Rows as points: classes one-hot over √2 (two classes are 1 apart), numbers by the share of `reference` rows below them.
 * (count, width), row by row.
 */
export function embedRecords(records: Records, reference: Records): { points: Float32Array; width: number } {
  const parts = reference.schema.columns
    .filter(({ kind }) => kind !== "indicator")
    .map((column) => {
      const values = records.columns[column.name]!;
      if (boundsOf(column) !== undefined || column.kind === "count") {
        const sorted = reference.columns[column.name]!.toSorted();
        return {
          width: 1,
          write: (into: Float32Array, at: number, row: number) => {
            into[at] =
              (lowerBound(sorted, values[row]!, false) + lowerBound(sorted, values[row]!, true)) /
              (2 * sorted.length);
          },
        };
      }
      const classes = column.kind === "categorical" ? column.categories.length : 0;
      return {
        width: classes,
        write: (into: Float32Array, at: number, row: number) => {
          into[at + values[row]!] = Math.SQRT1_2;
        },
      };
    });
  const width = parts.reduce((sum, part) => sum + part.width, 0);
  const points = new Float32Array(records.count * width);
  for (let row = 0; row < records.count; row++) {
    let at = row * width;
    for (const part of parts) {
      part.write(points, at, row);
      at += part.width;
    }
  }
  return { points, width };
}

/** How many of the sorted values are below x (or, inclusive, not above it). */
function lowerBound(sorted: Float64Array, x: number, inclusive: boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < x || (inclusive && sorted[middle] === x)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Points compared at once: 2²³ distances are 32 MB. */
const DISTANCES = 2 ** 23;

/** The Euclidean distance of each record to the nearest of the others, in the space of `embedRecords`. */
export async function nearestDistances(
  records: Records,
  others: Records,
  reference: Records,
): Promise<Float32Array> {
  const [from, to] = [records, others].map((each) => embedRecords(each, reference));
  const { width } = to!;
  const result = new Float32Array(records.count);
  const targets = tf.tensor2d(to!.points, [others.count, width]);
  const squares = tf.tidy(() => targets.square().sum(1));
  const chunk = Math.max(1, Math.floor(DISTANCES / others.count));
  try {
    for (let row = 0; row < records.count; row += chunk) {
      const part = from!.points.subarray(row * width, (row + chunk) * width);
      const nearest = tf.tidy(() => {
        const points = tf.tensor2d(part, [part.length / width, width]);
        // ‖a − b‖² = ‖a‖² + ‖b‖² − 2 a·b
        const distances = squares.sub(tf.matMul(points, targets, false, true).mul(2)).min(1);
        return distances.add(points.square().sum(1)).maximum(0).sqrt();
      });
      result.set(await nearest.data<"float32">(), row);
      nearest.dispose();
    }
  } finally {
    tf.dispose([targets, squares]);
  }
  return result;
}

/** Equal in single precision: the distance itself is rounded to about this. */
const SAME = 2e-3;

export interface NeighbourReport {
  /** Median distance of a synthetic row to the nearest training row, and to the nearest of as many rows held out. */
  toTraining: number;
  toHoldout: number;
  /** Share of synthetic rows nearer to a training row than to any row held out: ½ where the training rows are nothing special. */
  nearerToTraining: number;
  /** Share of synthetic rows that equal a training row, and a row held out (which coincidence alone explains). */
  copies: number;
  coincidences: number;
}

/** Distances to the closest record. `train` and `holdout` are cut to the same size, or the larger would be nearer by chance. */
export async function compareNeighbours(
  { train, holdout, synthetic }: { train: Records; holdout: Records; synthetic: Records },
  reference: Records = train,
): Promise<NeighbourReport> {
  const size = Math.min(train.count, holdout.count);
  const [toTraining, toHoldout] = [
    await nearestDistances(synthetic, firstRows(train, size), reference),
    await nearestDistances(synthetic, firstRows(holdout, size), reference),
  ];
  const share = (test: (i: number) => number) =>
    toTraining.reduce((sum, _, i) => sum + test(i), 0) / toTraining.length;
  return {
    toTraining: median(toTraining),
    toHoldout: median(toHoldout),
    nearerToTraining: share((i) => {
      const gap = toHoldout[i]! - toTraining[i]!;
      return Math.abs(gap) < SAME ? 0.5 : Number(gap > 0);
    }),
    copies: share((i) => Number(toTraining[i]! < SAME)),
    coincidences: share((i) => Number(toHoldout[i]! < SAME)),
  };
}

export interface AttackReport {
  /** Probability that a training row gets a higher score than another row: ½ is guessing, 1 is certainty. */
  auc: number;
  /** Half the length of its 95 % interval (Hanley & McNeil 1982). */
  margin: number;
}

/**
 * Membership inference by distance (Hilprecht et al. 2019; Chen et al. 2020): whoever lies near to a synthetic row is said to have been in
 * the training.
 */
export async function attackByDistance({
  train,
  holdout,
  synthetic,
}: {
  train: Records;
  holdout: Records;
  synthetic: Records;
}): Promise<AttackReport> {
  const size = Math.min(train.count, holdout.count);
  const score = async (records: Records) =>
    (await nearestDistances(firstRows(records, size), synthetic, train)).map((distance) => -distance);
  return judgeAttack(await score(train), await score(holdout));
}

/** The area under the ROC curve of any attack's scores, ties counted half (Mann & Whitney 1947). */
export function judgeAttack(members: ArrayLike<number>, others: ArrayLike<number>): AttackReport {
  const sorted = Float64Array.from(others).sort();
  const [n, m] = [members.length, others.length];
  let wins = 0;
  for (let i = 0; i < n; i++)
    wins += (lowerBound(sorted, members[i]!, false) + lowerBound(sorted, members[i]!, true)) / 2;
  const auc = wins / (n * m);
  const [q1, q2] = [auc / (2 - auc), (2 * auc * auc) / (1 + auc)];
  const variance = (auc * (1 - auc) + (n - 1) * (q1 - auc * auc) + (m - 1) * (q2 - auc * auc)) / (n * m);
  return { auc, margin: 1.959964 * Math.sqrt(variance) };
}

function firstRows({ schema, columns }: Records, count: number): Records {
  const cut = Object.entries(columns).map(([name, values]) => [name, values.subarray(0, count)] as const);
  return { schema, count, columns: Object.fromEntries(cut) };
}

function median(values: Float32Array): number {
  const sorted = values.toSorted();
  return sorted[sorted.length >> 1]!;
}
