/** A column's distribution in several tables beside each other: bars of classes, lines of numbers. */
import { OptionError } from "../core/errors";
import { buildChart, type Chart, type ChartOptions, palette } from "./chart";

export interface MarginPlotOptions extends ChartOptions {
  /** Names of the classes; without them the values are numbers. */
  classes?: readonly string[];
  /** Bins of numbers. */
  bins?: number;
  /** Numbers beyond these are counted in the first and last bin; the smallest and largest of all unless told. */
  low?: number;
  high?: number;
  /** "log": bins of equal ratio, for positive numbers. */
  scale?: "linear" | "log";
}

export const marginPlotDefaults = {
  bins: 40,
  scale: "linear",
  width: 300,
  height: 170,
} satisfies MarginPlotOptions;

/**
 * Shares of the rows of each table, by class or by bin.
 *
 * @param tables the column's values by the table's name: places in `classes`, or numbers
 * @throws OptionError where there are no values, or a range makes no sense
 */
export function marginPlot(
  tables: Readonly<Record<string, ArrayLike<number>>>,
  options: MarginPlotOptions = {},
): Chart {
  const settings = { ...marginPlotDefaults, ...options };
  const sources = Object.keys(tables);
  if (sources.length === 0 || Object.values(tables).some(({ length }) => length === 0))
    throw new OptionError("marginPlot: expected a table with values or more, got none.");
  const color = {
    field: "source",
    type: "nominal",
    title: null,
    scale: { domain: sources, range: palette.slice(0, sources.length) },
  };
  const share = {
    field: "share",
    type: "quantitative",
    title: options.yTitle ?? "share",
    axis: { format: "%", tickCount: 4 },
  };
  const description = `Distribution in ${sources.join(", ")}.`;
  const { classes } = settings;
  if (classes !== undefined) {
    const rows = sources.flatMap((source) => {
      const values = tables[source]!;
      return shares(values, classes.length, (value) => value).map((part, i) => ({
        source,
        class: classes[i]!,
        share: part,
      }));
    });
    return buildChart({
      options: settings,
      description,
      notes: [],
      body: {
        data: { values: rows },
        mark: { type: "bar" },
        encoding: {
          x: {
            field: "class",
            type: "nominal",
            sort: [...classes],
            title: options.xTitle ?? null,
            axis: { labelAngle: -35, labelLimit: 150 },
          },
          xOffset: { field: "source", sort: sources },
          y: share,
          color,
        },
      },
    });
  }
  const rows = binnedShares(tables, settings);
  return buildChart({
    options: settings,
    description,
    notes: [],
    body: {
      data: { values: rows },
      mark: { type: "line", interpolate: "step", strokeWidth: 2 },
      encoding: {
        x: {
          field: "x",
          type: "quantitative",
          title: options.xTitle ?? null,
          scale: { type: settings.scale, nice: false, ...(settings.scale === "linear" && { zero: false }) },
        },
        y: share,
        color,
      },
    },
  });
}

function binnedShares(
  tables: Readonly<Record<string, ArrayLike<number>>>,
  {
    bins,
    scale,
    low: givenLow,
    high: givenHigh,
  }: Omit<typeof marginPlotDefaults, "scale"> & MarginPlotOptions,
) {
  const [forward, back] = scale === "log" ? [Math.log, Math.exp] : [(x: number) => x, (x: number) => x];
  const all = Object.values(tables).flatMap((values) => Array.from(values));
  const low = forward(givenLow ?? all.reduce((a, b) => Math.min(a, b)));
  const high = forward(givenHigh ?? all.reduce((a, b) => Math.max(a, b)));
  if (!(low < high)) throw new OptionError(`marginPlot: expected numbers of a range, got ${low} to ${high}.`);
  const binOf = (value: number) =>
    Math.min(bins - 1, Math.max(0, Math.floor(((forward(value) - low) / (high - low)) * bins)));
  return Object.entries(tables).flatMap(([source, values]) =>
    shares(values, bins, binOf).map((part, i) => ({
      source,
      x: Number(back(low + ((i + 0.5) / bins) * (high - low)).toPrecision(5)),
      share: part,
    })),
  );
}

function shares(values: ArrayLike<number>, count: number, placeOf: (value: number) => number): number[] {
  const parts = Array.from({ length: count }, () => 0);
  for (let i = 0; i < values.length; i++) parts[placeOf(values[i]!)]! += 1 / values.length;
  return parts.map((part) => Number(part.toPrecision(5)));
}
