import { OptionError } from "../../lib/core/errors.ts";
import { Random } from "../../lib/core/random.ts";
import { scatter, type ScatterOptions } from "../../lib/notebook/scatter.ts";
import { dataOf, drawChart } from "./draw-chart.ts";

const points = [
  { x: 0, y: 1, digit: 10 },
  { x: 2, y: -1, digit: 9 },
  { x: 1, y: 0.5, digit: 9 },
];

const symbols = (svg: string) => {
  const [, marks = ""] = /<g class="mark-symbol role-mark[^"]*"[^>]*>(.*?)<\/g>/s.exec(svg) ?? [];
  return [...marks.matchAll(/<path/g)].length;
};

test("pairs are points, with title and axes", async () => {
  const chart = scatter([[0, 1], [2, 3], Float32Array.of(4, 5)], {
    title: "A ring",
    xTitle: "left to right",
  });
  const { texts, svg, plain } = await drawChart(chart);
  for (const text of ["A ring", "left to right", "y"]) expect(texts).toContain(text);
  expect(symbols(svg)).toBe(3);
  expect(plain).toBe("Scatter plot of 3 points: left to right from 0 to 4, y from 1 to 5.");
});

test("groups differ by colour and shape, numbers in their order, with a legend", async () => {
  const chart = scatter(points, { group: "digit" });
  const { texts, svg, plain } = await drawChart(chart);
  for (const text of ["digit", "9", "10", "x", "y"]) expect(texts).toContain(text);
  expect(plain).toBe("Scatter plot of 3 points in 2 groups (9, 10): x from 0 to 2, y from -1 to 1.");
  const [marks] = /<g class="mark-symbol role-mark[^"]*"[^>]*>.*?<\/g>/s.exec(svg)!;
  const fills = [...marks.matchAll(/fill="(#\w+)"/g)].map(([, fill]) => fill);
  expect(fills).toEqual(["#d55e00", "#1f86c9", "#1f86c9"]);
  const shapes = [...marks.matchAll(/ d="([^"]+)"/g)].map(([, shape]) => shape);
  expect(shapes[0]).not.toBe(shapes[1]);
  expect(shapes[1]).toBe(shapes[2]);
});

test("one group is said in the singular", () => {
  expect(scatter([{ x: 1, y: 2, kind: "real" }], { group: "kind" }).description).toContain(
    "1 point in 1 group (real):",
  );
});

test("fields of other names, and groups in the reader's order", async () => {
  const source = [
    { a: 1, b: 2, kind: "fake" },
    { a: 2, b: 3, kind: "real" },
  ];
  const chart = scatter(source, { x: "a", y: "b", group: "kind", groups: ["real", "fake"] });
  const { texts, plain } = await drawChart(chart);
  expect(texts.indexOf("real")).toBeLessThan(texts.indexOf("fake"));
  expect(plain).toContain("(real, fake): a from 1 to 2, b from 2 to 3.");
});

test("more than seven groups still differ, by colour and shape together", async () => {
  const many = Array.from({ length: 20 }, (_, i) => ({ x: i, y: i, group: `g${i}` }));
  const { svg } = await drawChart(scatter(many, { group: "group" }));
  const [marks] = /<g class="mark-symbol role-mark[^"]*"[^>]*>.*?<\/g>/s.exec(svg)!;
  const looks = [...marks.matchAll(/<path[^>]*>/g)].map(
    ([path]) => /fill="[^"]+"/.exec(path)![0] + / d="[^"]+"/.exec(path)![0],
  );
  expect(new Set(looks).size).toBe(20);
});

test("a point of a NaN or infinite coordinate is left out, and the chart says so", async () => {
  const { svg, plain, texts } = await drawChart(
    scatter([
      [0, 1],
      [NaN, 2],
      [3, Infinity],
      [1, 1],
    ]),
  );
  expect(symbols(svg)).toBe(2);
  expect(plain).toContain("Left out: 2 points with a NaN or infinite coordinate.");
  expect(texts).toContain("Left out: 2 points with a NaN or infinite coordinate.");
});

test.each([[[]], [[[NaN, 1]]]])("%j gives an empty chart that says so", async (source) => {
  const { texts, plain } = await drawChart(scatter(source));
  expect(texts).toContain("no data yet");
  expect(plain).toMatch(/^Scatter plot: no data yet\./);
});

test("of too many points so many are drawn, chosen at random, in their order, by seed", async () => {
  const rng = new Random(1);
  const many = Array.from({ length: 5000 }, (_, i) => [i, rng.normal()]);
  const chart = scatter(many, { maxPoints: 300 });
  const xs = dataOf(chart).map(({ x }) => x as number);
  expect(xs).toHaveLength(300);
  expect(new Set(xs).size).toBe(300);
  expect(xs).toEqual([...xs].sort((a, b) => a - b));
  expect(xs.filter((x) => x < 2500).length).toBeGreaterThan(100);
  expect(dataOf(scatter(many, { maxPoints: 300 }))).toEqual(dataOf(chart));
  expect(dataOf(scatter(many, { maxPoints: 300, seed: 1 }))).not.toEqual(dataOf(chart));
  expect((await drawChart(chart)).plain).toContain("Drawn: 300 of 5,000 points, chosen at random.");
});

test("domains fix the axes, and clip what lies beyond", async () => {
  const { texts, svg } = await drawChart(
    scatter(
      [
        [0, 0],
        [50, 50],
      ],
      { xDomain: [-1, 1], yDomain: [-1, 1] },
    ),
  );
  expect(texts).toContain("1.0");
  expect(texts).not.toContain("50");
  expect(svg).toMatch(/clip-path="url\(#clip/);
});

test("two charts on one page do not share the names of their parts", async () => {
  const ids = async (at: number) =>
    [...(await scatter([[at, 0]]).svg()).matchAll(/\bid="([^"]+)"/g)].map(([, id]) => id!);
  const [a, b] = [await ids(1), await ids(2)];
  expect(a.length).toBeGreaterThan(0);
  expect(a.filter((id) => b.includes(id))).toEqual([]);
});

test.each<[Parameters<typeof scatter>[0], ScatterOptions, string]>([
  [[[1, 2, 3]], {}, "point 0: expected [x, y], got 3 values."],
  [[{ x: 1 }], {}, 'point 0: expected a field "y", got x.'],
  [[{}], {}, 'point 0: expected a field "x", got none.'],
  [points, { group: "class" }, 'point 0: expected a field "class", got x, y, digit.'],
  [points, { group: "digit", groups: ["9"] }, 'groups: expected one of 9, got a point of "10".'],
  [
    Array.from({ length: 21 }, (_, i) => ({ x: i, y: i, g: i })),
    { group: "g" },
    "group: expected at most 20 groups, got 21. Is the field a number, not a class?",
  ],
  [points, { opacity: 0 }, "opacity: expected a number above 0 and at most 1, got 0."],
  [points, { opacity: 1.1 }, "opacity: expected a number above 0 and at most 1, got 1.1."],
  [points, { size: NaN }, "size: expected square pixels above 0, got NaN."],
  [points, { maxPoints: 0 }, "maxPoints: expected an integer ≥ 1, got 0."],
])("%j with %j is refused", (source, options, message) => {
  expect(() => scatter(source, options)).toThrow(OptionError);
  expect(() => scatter(source, options)).toThrow(`scatter: ${message}`);
});
