/** `node commands/gallery/tabular.ts`: draws docs/gallery/tabular.png of the shipped tabular models. */
import { join } from "node:path";
import sharp from "sharp";
import {
  ausprivautoSchema,
  coefficientPlot,
  compareGlms,
  loadTabularGenerator,
  marginPlot,
  Random,
  sampleRecords,
  useBackend,
} from "@actl/generative";
import type { Chart, Estimate, MarginPlotOptions, Records } from "@actl/generative";
import { ausprivauto, splitPortfolio } from "../train/tabular.ts";

const SEED = 5;
const COLUMNS = 3;
const GAP = 10;

await useBackend();
const { train, holdout } = splitPortfolio(ausprivauto);
const sample = (name: "tabular-ausprivauto" | "tabular-ausprivauto-private") =>
  sampleRecords(loadTabularGenerator(name), train.count, new Random(SEED));
const tables: Record<string, Records> = {
  real: train,
  GAN: await sample("tabular-ausprivauto"),
  "private GAN": await sample("tabular-ausprivauto-private"),
};

const margins: [column: string, options: MarginPlotOptions, pick?: (value: number) => boolean][] = [
  ["Exposure", { title: "years insured", bins: 30 }],
  ["VehValue", { title: "value of the vehicle, A$ 10,000", bins: 40, low: 0, high: 8 }],
  [
    "ClaimAmount",
    { title: "claims' cost, A$ (if any)", bins: 30, scale: "log", low: 200, high: 30_000 },
    (x) => x > 0,
  ],
  ["VehBody", { title: "body of the vehicle", classes: classesOf("VehBody") }],
  ["DrivAge", { title: "age of the driver", classes: classesOf("DrivAge") }],
  [
    "ClaimNb",
    { title: "claims of a policy, of those with any", classes: ["none", "1", "2", "3", "4"] },
    (x) => x > 0,
  ],
];
const charts = margins.map(([column, options, pick = () => true]) =>
  marginPlot(
    Object.fromEntries(
      Object.entries(tables).map(([source, { columns }]) => [
        source,
        columns[column]!.filter((value) => pick(value)),
      ]),
    ),
    options,
  ),
);
const glms = Object.entries(tables)
  .slice(1)
  .map(([source, synthetic]) => ({
    source,
    coefficients: compareGlms({ train, holdout, synthetic }, ausprivauto.frequency).coefficients,
  }));
const estimates: Estimate[] = glms[0]!.coefficients.slice(1).flatMap(({ name, real, realMargin }, j) => [
  { name, source: "real", value: real, margin: realMargin },
  ...glms.map(({ source, coefficients }) => ({
    name,
    source,
    value: coefficients[j + 1]!.synthetic,
    margin: coefficients[j + 1]!.syntheticMargin,
  })),
]);
const coefficients = coefficientPlot(estimates, {
  title: "claim frequency: log-linear coefficients with 95 % intervals",
  width: 620,
});
await drawSheet(charts, coefficients, join(import.meta.dirname, "../../docs/gallery/tabular.png"));

function classesOf(name: string): readonly string[] {
  const column = ausprivautoSchema.columns.find((each) => each.name === name);
  return column?.kind === "categorical" ? column.categories : [];
}

/** Margins in rows of three, the coefficients below them. */
async function drawSheet(small: Chart[], large: Chart, path: string): Promise<void> {
  const pictures = await Promise.all(small.map((chart) => toPng(chart)));
  const cellWidth = Math.max(...pictures.map(({ info }) => info.width)) + GAP;
  const layers: { input: Buffer; left: number; top: number }[] = [];
  let top = 0;
  for (let first = 0; first < pictures.length; first += COLUMNS) {
    const row = pictures.slice(first, first + COLUMNS);
    layers.push(...row.map(({ data }, i) => ({ input: data, left: i * cellWidth, top })));
    top += Math.max(...row.map(({ info }) => info.height)) + GAP;
  }
  const below = await toPng(large);
  const width = Math.max(COLUMNS * cellWidth, below.info.width);
  layers.push({ input: below.data, left: Math.floor((width - below.info.width) / 2), top });
  await sharp({ create: { width, height: top + below.info.height, channels: 3, background: "white" } })
    .composite(layers)
    .png({ palette: true, colours: 64 })
    .toFile(path);
  console.log(`wrote ${path}`);
}

async function toPng(chart: Chart) {
  return sharp(Buffer.from(await chart.svg()))
    .png()
    .toBuffer({ resolveWithObject: true });
}
