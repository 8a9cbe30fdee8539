/** Losses (or any other numbers of a training) against its steps. */
import { OptionError } from "../core/errors";
import { buildChart, emptyChart } from "./chart";
import type { Chart, ChartOptions, ChartSpec } from "./chart";
import { readSeries } from "./series";
import type { Point, Series, SeriesSource } from "./series";
import { keepExtremes, smooth } from "./thin-out";
import { sayCount, sayField, sayNumber } from "./wording";

export interface LossCurveOptions extends ChartOptions {
  /** The field of the records that runs along the x axis; unless told, "step". */
  x?: string;
  /** The fields to draw; unless told, those whose names end in "loss". */
  y?: readonly string[];
  /** The scale of the y axis; a logarithmic one leaves out values that are not positive. */
  scale?: "linear" | "log";
  /** From 0 (no mean) to just below 1: the weight of the past in a moving mean, drawn over the pale values. */
  smoothing?: number;
  /** About so many points of a curve are drawn; of more, the lowest and the highest of each stretch. */
  maxPoints?: number;
}

export const lossCurveDefaults = {
  yTitle: "loss",
  scale: "linear",
  smoothing: 0,
  maxPoints: 600,
} satisfies LossCurveOptions;

/** Up to so many points each is marked, for a line of one point would be invisible. */
const FEW_POINTS = 30;

const MOST_TICKS = 6;

/**
 * A line chart of what a training reported: records `{ step, discriminatorLoss, generatorLoss, … }` as `trainGan` yields
 * them, or series by name `{ training: [0.7, 0.6], validation: [0.8, 0.7] }`, whose x is then 1, 2, 3 ….
 *
 * Values that are NaN or infinite leave a gap in the line; the chart says how many there were.
 *
 * @throws OptionError where a field is not in the records, or an option makes no sense
 */
export function lossCurve(source: SeriesSource, options: LossCurveOptions = {}): Chart {
  const settings = { ...lossCurveDefaults, ...options };
  const { scale, maxPoints } = settings;
  checkOptions(settings);
  const series = readSeries(source, options)
    .map(({ name, points }) => ({
      name: sayField(name),
      points: points.map((point) => drawable(point, scale)),
    }))
    .filter(({ points }) => points.length > 0);
  const lost = series.flatMap(({ points }) => points).filter(({ y }) => y === null).length;
  const longest = Math.max(0, ...series.map(({ points }) => points.length));
  const drawn = series.filter(({ points }) => points.some(({ y }) => y !== null));

  const notes: string[] = [];
  if (lost > 0)
    notes.push(`Left out: ${sayCount(lost)} ${lost === 1 ? "value" : "values"}, ${leftOut[scale]}.`);
  if (drawn.length === 0) return emptyChart(options, "Line chart", notes);
  if (longest > maxPoints)
    notes.push(`Of ${sayCount(longest)} points a curve, the lowest and highest of each stretch are drawn.`);
  return buildChart({
    options,
    description: `Line chart: ${drawn.map(describeSeries).join("; ")}.`,
    notes,
    body: drawLines(drawn, { ...settings, markPoints: longest <= FEW_POINTS }),
  });
}

type Settings = LossCurveOptions & Required<Pick<LossCurveOptions, keyof typeof lossCurveDefaults>>;

function checkOptions({ scale, smoothing, maxPoints }: Settings): void {
  if (!(scale in leftOut))
    throw new OptionError(`lossCurve: scale: expected "linear" or "log", got ${JSON.stringify(scale)}.`);
  if (!(smoothing >= 0 && smoothing < 1))
    throw new OptionError(`lossCurve: smoothing: expected a number from 0 to below 1, got ${smoothing}.`);
  if (!Number.isInteger(maxPoints) || maxPoints < 4)
    throw new OptionError(`lossCurve: maxPoints: expected an integer ≥ 4, got ${maxPoints}.`);
}

const leftOut = {
  linear: "NaN or infinite",
  log: "NaN, infinite or not above 0, which a logarithmic axis cannot show",
};

function drawable({ x, y }: Point, scale: "linear" | "log"): Point {
  return { x, y: scale === "log" && y !== null && y <= 0 ? null : y };
}

function describeSeries({ name, points }: Series): string {
  const numbers = points.filter(({ y }) => y !== null);
  const [first, last] = [numbers[0]!, numbers.at(-1)!];
  if (numbers.length === 1) return `${name} ${sayNumber(first.y!)} at ${sayCount(first.x)}`;
  return `${name} from ${sayNumber(first.y!)} at ${sayCount(first.x)} to ${sayNumber(last.y!)} at ${sayCount(last.x)}`;
}

function drawLines(series: Series[], settings: Settings & { markPoints: boolean }): ChartSpec {
  const { x = "step", xTitle = sayField(x), yTitle, scale, smoothing, maxPoints, markPoints } = settings;
  const values = series.flatMap(({ name, points }) => rows(name, "values", keepExtremes(points, maxPoints)));
  // The mean is of all values, also of those that are then not drawn.
  if (smoothing > 0)
    for (const { name, points } of series)
      values.push(...rows(name, "mean", keepExtremes(smooth(points, smoothing), maxPoints)));
  const names = series.map(({ name }) => name);
  const line = (layer: "values" | "mean", mark: ChartSpec): ChartSpec => ({
    transform: [{ filter: { field: "layer", equal: layer } }],
    mark: { type: "line", aria: false, ...mark },
  });
  return {
    data: { values },
    encoding: {
      x: {
        field: "x",
        type: "quantitative",
        title: xTitle,
        scale: { zero: false, nice: false },
        axis: { tickCount: countTicks(values.map((value) => value.x)) },
      },
      y: {
        field: "y",
        type: "quantitative",
        title: yTitle,
        scale: scale === "log" ? { type: scale, nice: false } : { zero: false },
      },
      color: {
        field: "series",
        type: "nominal",
        title: null,
        scale: { domain: names },
        legend: { symbolOpacity: 1 }, // not the paleness of the values behind a mean
      },
    },
    layer:
      smoothing > 0
        ? [line("values", { strokeWidth: 1, opacity: 0.35 }), line("mean", { strokeWidth: 2.5 })]
        : [line("values", { strokeWidth: 2, point: markPoints && { filled: true, size: 60 } })],
  };
}

/** Whole numbers (steps, epochs) get no ticks between them: there is no step 1.5. */
function countTicks(xs: number[]): number {
  const span = xs.reduce((a, b) => Math.max(a, b)) - xs.reduce((a, b) => Math.min(a, b));
  return xs.every(Number.isInteger) ? Math.min(MOST_TICKS, Math.max(1, span)) : MOST_TICKS;
}

/** Five digits are more than the eye sees, and halve what the notebook stores. */
function rows(series: string, layer: "values" | "mean", points: readonly Point[]) {
  return points.map(({ x, y }) => ({ x, y: y === null ? null : Number(y.toPrecision(5)), series, layer }));
}
