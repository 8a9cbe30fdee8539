import { OptionError } from "../../lib/core/errors.ts";
import { coefficientPlot } from "../../lib/notebook/coefficient-plot.ts";
import { marginPlot } from "../../lib/notebook/margin-plot.ts";

type Rows = Record<string, number | string>[];
const rowsOf = ({ spec }: { spec: Record<string, unknown> }) => (spec.data as { values: Rows }).values;

test("classes: each table's shares add up to 1, in the order of the classes", () => {
  const chart = marginPlot({ real: [0, 0, 1, 2], fake: [2, 2, 2, 2] }, { classes: ["a", "b", "c"] });
  expect(rowsOf(chart)).toEqual([
    { source: "real", class: "a", share: 0.5 },
    { source: "real", class: "b", share: 0.25 },
    { source: "real", class: "c", share: 0.25 },
    { source: "fake", class: "a", share: 0 },
    { source: "fake", class: "b", share: 0 },
    { source: "fake", class: "c", share: 1 },
  ]);
});

test("numbers: equal bins, equal ratios on a log scale, the rest in the end bins", async () => {
  const chart = marginPlot({ real: [0, 1, 2, 3, 99] }, { bins: 4, low: 0, high: 4 });
  expect(rowsOf(chart).map(({ x, share }) => [x, share])).toEqual([
    [0.5, 0.2],
    [1.5, 0.2],
    [2.5, 0.2],
    [3.5, 0.4],
  ]);
  const log = marginPlot({ real: [1, 10, 100] }, { bins: 2, scale: "log" });
  expect(rowsOf(log).map(({ x }) => Number(x))).toEqual([3.1623, 31.623]);
  expect(await log.svg()).toContain("<svg");
  expect(() => marginPlot({ real: [] })).toThrow(OptionError);
  expect(() => marginPlot({ real: [3, 3] })).toThrow("expected numbers of a range, got 3 to 3");
});

test("coefficients: intervals of each source, very wide ones cut, what is no number left out and said", async () => {
  const chart = coefficientPlot([
    { name: "a", source: "real", value: 1, margin: 0.5 },
    { name: "a", source: "fake", value: 1.2, margin: 0.5 },
    { name: "b", source: "real", value: -1, margin: 0.5 },
    { name: "b", source: "fake", value: -8, margin: 400 },
    { name: "c", source: "fake", value: NaN, margin: NaN },
  ]);
  expect(rowsOf(chart)).toEqual([
    { name: "a", source: "real", value: 1, low: 0.5, high: 1.5 },
    { name: "a", source: "fake", value: 1.2, low: 0.7, high: 1.7 },
    { name: "b", source: "real", value: -1, low: -1.5, high: -0.5 },
    { name: "b", source: "fake", value: -8, low: -11, high: -5 },
  ]);
  expect(chart.description).toContain("2 coefficients with 95 % intervals by real, fake. Left out: 1");
  expect(await chart.svg()).toContain("<svg");
  expect(() => coefficientPlot([])).toThrow(OptionError);
});
