/** Points in the plane, in groups told apart by colour and shape. */
import { OptionError } from "../core/errors";
import { Random } from "../core/random";
import { buildChart, emptyChart, palette } from "./chart";
import type { Chart, ChartOptions, ChartSpec } from "./chart";
import { sayCount, sayField, sayNumber } from "./wording";

/** Pairs [x, y], or records with a field for each. */
export type ScatterSource = readonly ArrayLike<number>[] | readonly object[];

export interface ScatterOptions extends ChartOptions {
  /** The fields of the records along the axes. */
  x?: string;
  y?: string;
  /** The field of the records that names a point's group. */
  group?: string;
  /** Names of the groups in the order of the legend; of those in the data unless told. */
  groups?: readonly string[];
  /** What the axes span, [lowest, highest]; unless told, as the points do. Points beyond are not drawn. */
  xDomain?: readonly [number, number];
  yDomain?: readonly [number, number];
  /** From 0 (invisible) to 1. */
  opacity?: number;
  /** Area of a point in square pixels. */
  size?: number;
  /** Of more points, so many are drawn, chosen at random with this seed. */
  maxPoints?: number;
  seed?: number;
}

export const scatterDefaults = {
  x: "x",
  y: "y",
  opacity: 0.7,
  size: 40,
  maxPoints: 2000,
  seed: 0,
} satisfies ScatterOptions;

/** Seven colours and five shapes together make 35 different marks; nobody reads a legend of more than this. */
const MOST_GROUPS = 20;
const shapes = ["circle", "square", "triangle-up", "diamond", "cross"];

interface ScatterPoint {
  x: number;
  y: number;
  group?: string;
}

/**
 * A scatter plot of pairs `[x, y]` or of records `{ x, y, … }`. Points with a NaN or infinite coordinate are left out; the
 * chart says how many.
 *
 * @throws OptionError where a field is not in the records, there are too many groups, or an option makes no sense
 */
export function scatter(points: ScatterSource, options: ScatterOptions = {}): Chart {
  const settings = { ...scatterDefaults, ...options };
  const { opacity, size, maxPoints, seed } = settings;
  if (!(opacity > 0 && opacity <= 1))
    throw new OptionError(`scatter: opacity: expected a number above 0 and at most 1, got ${opacity}.`);
  if (!(size > 0)) throw new OptionError(`scatter: size: expected square pixels above 0, got ${size}.`);
  if (!Number.isInteger(maxPoints) || maxPoints < 1)
    throw new OptionError(`scatter: maxPoints: expected an integer ≥ 1, got ${maxPoints}.`);

  const all = readPoints(points, settings);
  const good = all.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
  const notes: string[] = [];
  const lost = all.length - good.length;
  if (lost > 0)
    notes.push(
      `Left out: ${sayCount(lost)} ${lost === 1 ? "point" : "points"} with a NaN or infinite coordinate.`,
    );
  if (good.length === 0) return emptyChart(options, "Scatter plot", notes);
  const groups = nameGroups(good, options.groups);
  const drawn = good.length > maxPoints ? draw(good, maxPoints, seed) : good;
  if (drawn.length < good.length)
    notes.push(`Drawn: ${sayCount(drawn.length)} of ${sayCount(good.length)} points, chosen at random.`);
  return buildChart({
    options,
    description: describe(good, groups, settings),
    notes,
    body: drawPoints(drawn, groups, settings),
  });
}

type Settings = ScatterOptions & typeof scatterDefaults;

function readPoints(points: ScatterSource, { x, y, group }: Settings): ScatterPoint[] {
  return points.map((point: ArrayLike<number> | object, i) => {
    if ("length" in point) {
      if (point.length !== 2)
        throw new OptionError(`scatter: point ${i}: expected [x, y], got ${point.length} values.`);
      return { x: point[0]!, y: point[1]! };
    }
    const record = point as Readonly<Record<string, unknown>>;
    for (const field of [x, y, ...(group === undefined ? [] : [group])])
      if (!(field in record))
        throw new OptionError(
          `scatter: point ${i}: expected a field "${field}", got ${Object.keys(record).join(", ") || "none"}.`,
        );
    return { x: toNumber(record[x]), y: toNumber(record[y]), ...(group && { group: String(record[group]) }) };
  });
}

function toNumber(value: unknown): number {
  return typeof value === "number" ? value : NaN;
}

function nameGroups(points: ScatterPoint[], given: readonly string[] | undefined): string[] {
  const found = [...new Set(points.flatMap(({ group }) => (group === undefined ? [] : [group])))];
  const stray = given === undefined ? undefined : found.find((group) => !given.includes(group));
  if (stray !== undefined)
    throw new OptionError(
      `scatter: groups: expected one of ${given!.join(", ")}, got a point of "${stray}".`,
    );
  // Numbers by size (digits 0 … 9), names as they come.
  const numeric = found.every((group) => group.trim() !== "" && Number.isFinite(Number(group)));
  const groups = given ?? (numeric ? found.sort((a, b) => Number(a) - Number(b)) : found);
  if (groups.length > MOST_GROUPS)
    throw new OptionError(
      `scatter: group: expected at most ${MOST_GROUPS} groups, got ${groups.length}. Is the field a number, not a class?`,
    );
  return [...groups];
}

/** A random choice that leaves the order alone, so that no group comes to lie on top of the others. */
function draw(points: ScatterPoint[], count: number, seed: number): ScatterPoint[] {
  const chosen = new Random(seed).permutation(points.length).slice(0, count).sort();
  return Array.from(chosen, (i) => points[i]!);
}

function describe(
  points: ScatterPoint[],
  groups: string[],
  { x, y, xTitle = x, yTitle = y }: Settings,
): string {
  const span = (title: string, values: number[]) =>
    `${sayField(title)} from ${sayNumber(values.reduce((a, b) => Math.min(a, b)))} to ${sayNumber(values.reduce((a, b) => Math.max(a, b)))}`;
  const xs = span(
    xTitle,
    points.map((point) => point.x),
  );
  const ys = span(
    yTitle,
    points.map((point) => point.y),
  );
  const count = `${sayCount(points.length)} ${points.length === 1 ? "point" : "points"}`;
  const grouped =
    groups.length === 0
      ? ""
      : ` in ${groups.length} ${groups.length === 1 ? "group" : "groups"} (${groups.join(", ")})`;
  return `Scatter plot of ${count}${grouped}: ${xs}, ${ys}.`;
}

function drawPoints(points: ScatterPoint[], groups: string[], settings: Settings): ChartSpec {
  const {
    x,
    y,
    xTitle = sayField(x),
    yTitle = sayField(y),
    xDomain,
    yDomain,
    opacity,
    size,
    group,
  } = settings;
  const axis = (field: "x" | "y", title: string, domain: readonly [number, number] | undefined) => ({
    field,
    type: "quantitative",
    title,
    scale: domain === undefined ? { zero: false } : { domain, zero: false },
  });
  const title = group === undefined ? null : sayField(group);
  const code = (name: "color" | "shape", range: string[]) => ({
    [name]: {
      field: "group",
      type: "nominal",
      title,
      scale: { domain: groups, range: groups.map((_, i) => range[i % range.length]!) },
    },
  });
  return {
    data: { values: points.map((point) => ({ ...point, x: round(point.x), y: round(point.y) })) },
    mark: {
      type: "point",
      filled: true,
      clip: true,
      aria: false,
      opacity,
      size,
      tooltip: { content: "data" },
    },
    encoding: {
      x: axis("x", xTitle, xDomain),
      y: axis("y", yTitle, yDomain),
      ...(groups.length === 0 ? {} : { ...code("color", palette), ...code("shape", shapes) }),
    },
  };
}

function round(value: number): number {
  return Number(value.toPrecision(6));
}
