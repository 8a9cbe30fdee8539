/** Estimates with their intervals, of several sources beside each other. */
import { OptionError } from "../core/errors";
import { buildChart, type Chart, type ChartOptions, palette } from "./chart";
import { sayCount } from "./wording";

export interface Estimate {
  /** What is estimated: a coefficient's name. */
  name: string;
  /** Who estimates: "real", "synthetic". */
  source: string;
  value: number;
  /** Half the interval's length. */
  margin: number;
}

/** An estimate whose interval is wider than this many times the median one would flatten all others: its ends are cut. */
const WIDEST = 6;

/**
 * A point and a bar for each estimate, names from top to bottom as they come first, sources side by side.
 *
 * @throws OptionError where there is no estimate
 */
export function coefficientPlot(estimates: readonly Estimate[], options: ChartOptions = {}): Chart {
  const good = estimates.filter(({ value, margin }) => Number.isFinite(value + margin));
  if (good.length === 0)
    throw new OptionError("coefficientPlot: expected estimates that are numbers, got none.");
  const names = [...new Set(good.map(({ name }) => name))];
  const sources = [...new Set(good.map(({ source }) => source))];
  const margins = good.map(({ margin }) => margin).sort((a, b) => a - b);
  const widest = WIDEST * margins[margins.length >> 1]!;
  const lost = estimates.length - good.length;
  const rows = good.map(({ name, source, value, margin }) => {
    const reach = Math.min(margin, widest);
    return { name, source, value, low: value - reach, high: value + reach };
  });
  const y = {
    field: "name",
    type: "nominal",
    sort: names,
    title: null,
    axis: { labelLimit: 260, grid: true },
  };
  const yOffset = { field: "source", sort: sources };
  const color = {
    field: "source",
    type: "nominal",
    title: null,
    scale: { domain: sources, range: palette.slice(0, sources.length) },
  };
  const x = { type: "quantitative", title: options.xTitle ?? "coefficient", scale: { zero: false } };
  return buildChart({
    options: { width: 420, height: names.length * sources.length * 9, ...options },
    description: `Estimates of ${sayCount(names.length)} coefficients with 95 % intervals by ${sources.join(", ")}.`,
    notes: lost === 0 ? [] : [`Left out: ${sayCount(lost)} that could not be estimated.`],
    body: {
      data: { values: rows },
      encoding: { y, yOffset, color },
      layer: [
        {
          mark: { type: "rule", strokeWidth: 2, opacity: 0.7 },
          encoding: { x: { ...x, field: "low" }, x2: { field: "high" } },
        },
        {
          mark: { type: "point", filled: true, size: 36, opacity: 1 },
          encoding: { x: { ...x, field: "value" } },
        },
      ],
    },
  });
}
