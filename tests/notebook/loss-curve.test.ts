import { OptionError } from "../../lib/core/errors.ts";
import { lossCurve, type LossCurveOptions } from "../../lib/notebook/loss-curve.ts";
import { dataOf, drawChart } from "./draw-chart.ts";

const records = Array.from({ length: 40 }, (_, i) => ({
  step: i + 1,
  kimg: (i + 1) / 10,
  discriminatorLoss: 0.7 - i / 100,
  generatorLoss: 0.7 + i / 50,
  onReal: 0.5,
}));

/** How many lines are drawn. */
const countLines = (svg: string) => [...svg.matchAll(/class="mark-line role-mark/g)].length;

test("a training's records give a line for each loss, with title, axes and legend", async () => {
  const chart = lossCurve(records, { title: "Forger & dealer" });
  const { texts, svg, plain } = await drawChart(chart);
  for (const text of ["Forger &amp; dealer", "step", "loss", "discriminator loss", "generator loss"])
    expect(texts).toContain(text);
  expect(texts).not.toContain("on real");
  expect(countLines(svg)).toBe(2);
  expect(plain).toBe(
    "Line chart: discriminator loss from 0.7 at 1 to 0.31 at 40; generator loss from 0.7 at 1 to 1.48 at 40.",
  );
  expect(dataOf(chart)).toHaveLength(80);
  expect(dataOf(chart)[39]).toEqual({ x: 40, y: 0.31, series: "discriminator loss", layer: "values" });
});

test("series by name are numbered from 1", async () => {
  const chart = lossCurve(
    { training: [0.9, 0.5], validation: Float32Array.of(1, 0.75) },
    { xTitle: "epoch" },
  );
  const { texts, plain } = await drawChart(chart);
  for (const text of ["training", "validation", "epoch"]) expect(texts).toContain(text);
  expect(plain).toBe("Line chart: training from 0.9 at 1 to 0.5 at 2; validation from 1 at 1 to 0.75 at 2.");
});

test("x and y choose the fields, titles and sizes are the reader's", async () => {
  const chart = lossCurve(records, { x: "kimg", y: ["onReal"], yTitle: "opinion", width: 300, height: 200 });
  expect(chart.spec).toMatchObject({ width: 300, height: 200 });
  const { texts, svg } = await drawChart(chart);
  for (const text of ["kimg", "opinion", "on real"]) expect(texts).toContain(text);
  const [, width] = /width="([\d.]+)"/.exec(svg)!;
  expect(Number(width)).toBeLessThan(420);
});

test("a moving mean lies over the pale values: Adam's, without the bias of the first steps", () => {
  const chart = lossCurve({ loss: [4, 0, 0] }, { smoothing: 0.5 });
  const mean = dataOf(chart)
    .filter(({ layer }) => layer === "mean")
    .map(({ y }) => y);
  expect(mean).toEqual([4, Number((4 / 3).toPrecision(5)), Number((4 / 7).toPrecision(5))]);
  return drawChart(chart);
});

test("a value measured only now and then is drawn where it is", () => {
  const chart = lossCurve([
    { step: 1, loss: 3, testLoss: 4 },
    { step: 2, loss: 2 },
    { step: 3, loss: 1, testLoss: 2 },
  ]);
  expect(
    dataOf(chart)
      .filter(({ series }) => series === "test loss")
      .map(({ x }) => x),
  ).toEqual([1, 3]);
});

test("NaN and infinite values leave a gap, and the chart says how many", async () => {
  const chart = lossCurve({ loss: [1, NaN, 2, Infinity] }, { title: "T" });
  expect(dataOf(chart).map(({ y }) => y)).toEqual([1, null, 2, null]);
  const { texts, plain } = await drawChart(chart);
  expect(texts).toContain("Left out: 2 values, NaN or infinite.");
  expect(plain).toContain("Left out: 2 values, NaN or infinite.");
});

test("a logarithmic axis leaves out what it cannot show", async () => {
  const chart = lossCurve({ loss: [100, 1, 0, -1] }, { scale: "log" });
  const { plain } = await drawChart(chart);
  expect(plain).toContain(
    "Left out: 2 values, NaN, infinite or not above 0, which a logarithmic axis cannot show.",
  );
});

test.each<[string, Parameters<typeof lossCurve>[0]]>([
  ["no records", []],
  ["no series", {}],
  ["a series of none", { loss: [] }],
  ["nothing but NaN", { loss: [NaN, NaN] }],
])("%s give an empty chart that says so, not an error", async (_, source) => {
  const { texts, plain } = await drawChart(lossCurve(source, { title: "Losses" }));
  expect(texts).toEqual(expect.arrayContaining(["Losses", "no data yet"]));
  expect(plain).toMatch(/^Line chart: no data yet\./);
});

test("one point is marked, for a line of one would be invisible", async () => {
  const { svg, plain } = await drawChart(lossCurve({ loss: [0.5] }));
  expect(svg).toMatch(/class="mark-symbol[^"]*"/);
  expect(plain).toBe("Line chart: loss 0.5 at 1.");
});

test("many points are thinned to the outline, spikes and all, and the chart says so", async () => {
  const loss = Array.from({ length: 50_000 }, (_, i) => Math.sin(i / 5000));
  loss[31_234] = 9;
  loss[41_234] = -9;
  const chart = lossCurve({ loss });
  const drawn = dataOf(chart);
  expect(drawn.length).toBeLessThanOrEqual(602);
  expect(drawn.length).toBeGreaterThan(400);
  const ys = drawn.map(({ y }) => y);
  expect([Math.max(...(ys as number[])), Math.min(...(ys as number[]))]).toEqual([9, -9]);
  const { plain } = await drawChart(chart);
  expect(plain).toContain("Of 50,000 points a curve, the lowest and highest of each stretch are drawn.");
});

test("words of the reader cannot become markup", async () => {
  const { svg } = await drawChart(lossCurve({ "<script>x</script>": [1, 2] }, { title: "<b>&" }));
  expect(svg).not.toMatch(/<script|<b>/);
});

test.each<[Parameters<typeof lossCurve>[0], LossCurveOptions, string]>([
  [
    records,
    { y: ["loss"] },
    'expected one of the fields step, kimg, discriminatorLoss, generatorLoss, onReal, got "loss".',
  ],
  [
    records,
    { x: "epoch" },
    'expected one of the fields step, kimg, discriminatorLoss, generatorLoss, onReal, got "epoch".',
  ],
  [{ a: [1] }, { y: ["b"] }, 'expected one of the fields a, got "b".'],
  [
    [{ step: 1, accuracy: 1 }],
    {},
    'no field of the records ends in "loss". Say which to draw, of step, accuracy: { y: ["accuracy"] }.',
  ],
  [[{ step: "one", loss: 1 }], {}, "step: expected a number in record 0, got one."],
  [[{ step: 1, loss: 1 }, { loss: 1 }], {}, "step: expected a number in record 1, got undefined."],
  [records, { scale: "sqrt" as never }, 'scale: expected "linear" or "log", got "sqrt".'],
  [records, { smoothing: 1 }, "smoothing: expected a number from 0 to below 1, got 1."],
  [records, { maxPoints: 3 }, "maxPoints: expected an integer ≥ 4, got 3."],
])("%j with %j is refused", (source, options, message) => {
  expect(() => lossCurve(source, options)).toThrow(OptionError);
  expect(() => lossCurve(source, options)).toThrow(`lossCurve: ${message}`);
});

test.each([0, -1, NaN, 10_001])("a width of %p is refused", (width) => {
  expect(() => lossCurve(records, { width })).toThrow(
    `chart: width: expected a number of pixels from 1 to 10,000, got ${width}.`,
  );
});
