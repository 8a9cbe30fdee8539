/** A classification or regression tree (Breiman et al. 1984) whose leaves keep their rows. */

/** A column to split by: each row's bin. Bins of classes have no order of their own. */
export interface Predictor {
  bins: Uint8Array;
  binCount: number;
  isOrdered: boolean;
}

export interface TreeTask {
  predictors: readonly Predictor[];
  /** What the leaves should be pure in. */
  response: Float64Array;
  /** Number of classes of the response, or 0 where it is a number. */
  classes: number;
  /** A leaf has this many rows at least. */
  leastRows: number;
}

export type TreeNode =
  | { kind: "leaf"; rows: Uint32Array }
  | { kind: "split"; predictor: number; isLeft: Uint8Array; left: TreeNode; right: TreeNode };

/** Grows until no split makes the leaves purer (Gini's index for classes, variance for numbers) or they would be too small. */
export function growTree(task: TreeTask, rows: Uint32Array): TreeNode {
  const split = rows.length < 2 * task.leastRows ? undefined : findSplit(task, rows);
  if (split === undefined) return { kind: "leaf", rows };
  const { bins } = task.predictors[split.predictor]!;
  const goesLeft = (row: number) => split.isLeft[bins[row]!] === 1;
  return {
    kind: "split",
    ...split,
    left: growTree(task, rows.filter(goesLeft)),
    right: growTree(
      task,
      rows.filter((row) => !goesLeft(row)),
    ),
  };
}

/** The leaf of a row with these bins. */
export function findLeaf(tree: TreeNode, binOf: (predictor: number) => number): Uint32Array {
  let node = tree;
  while (node.kind === "split") node = node.isLeft[binOf(node.predictor)] === 1 ? node.left : node.right;
  return node.rows;
}

interface Split {
  predictor: number;
  isLeft: Uint8Array;
}

function findSplit(task: TreeTask, rows: Uint32Array): Split | undefined {
  let best: (Split & { gain: number }) | undefined;
  task.predictors.forEach((predictor, index) => {
    const found = splitBy(task, predictor, rows);
    if (found !== undefined && found.gain > (best?.gain ?? 0)) best = { predictor: index, ...found };
  });
  return best === undefined ? undefined : { predictor: best.predictor, isLeft: best.isLeft };
}

/** Bins summed up: rows, and the response's sum (numbers) or the rows of each class. */
function splitBy(
  { response, classes, leastRows }: TreeTask,
  { bins, binCount, isOrdered }: Predictor,
  rows: Uint32Array,
): { gain: number; isLeft: Uint8Array } | undefined {
  const width = Math.max(1, classes);
  const counts = new Float64Array(binCount);
  const sums = new Float64Array(binCount * width);
  const total = new Float64Array(width);
  for (const row of rows) {
    const bin = bins[row]!;
    const y = response[row]!;
    counts[bin]!++;
    const k = classes === 0 ? 0 : y;
    const amount = classes === 0 ? y : 1;
    sums[bin * width + k]! += amount;
    total[k]! += amount;
  }
  const order = [...counts.keys()].filter((bin) => counts[bin]! > 0);
  if (!isOrdered) {
    // By the mean response or the share of the commonest class: for a number or two classes the best split is among these
    // (Breiman et al., theorem 4.5), for more classes a good one.
    const common = total.indexOf(Math.max(...total));
    const mean = (bin: number) => sums[bin * width + (classes === 0 ? 0 : common)]! / counts[bin]!;
    order.sort((a, b) => mean(a) - mean(b));
  }
  // Impurity falls by what Σ s² / n grows.
  const left = new Float64Array(width);
  let inLeft = 0;
  let best = { gain: 0, size: 0 };
  const whole = squares(total) / rows.length;
  for (let i = 0; i + 1 < order.length; i++) {
    const bin = order[i]!;
    inLeft += counts[bin]!;
    for (let k = 0; k < width; k++) left[k]! += sums[bin * width + k]!;
    const inRight = rows.length - inLeft;
    if (inLeft < leastRows || inRight < leastRows) continue;
    let right = 0;
    for (let k = 0; k < width; k++) right += (total[k]! - left[k]!) ** 2;
    const gain = squares(left) / inLeft + right / inRight - whole;
    if (gain > best.gain + 1e-9 * Math.abs(whole)) best = { gain, size: i + 1 };
  }
  if (best.size === 0) return undefined;
  const isLeft = new Uint8Array(binCount);
  for (const bin of order.slice(0, best.size)) isLeft[bin] = 1;
  return { gain: best.gain, isLeft };
}

function squares(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}
