/** From tables to vectors and back: schemas, their inference, what is wrong with columns, modes. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pl from "nodejs-polars";
import { DataError, OptionError, PrivacyError } from "../../lib/core/errors.ts";
import { Random } from "../../lib/core/random.ts";
import { inferSchema } from "../../lib/data/infer-schema.ts";
import { fitMixture } from "../../lib/data/mixture.ts";
import { ausprivautoSchema, loadAusprivauto, loadBeMtpl } from "../../lib/data/motor.ts";
import { prepareTable } from "../../lib/data/prepare-table.ts";
import { recordsToTable, splitRecords } from "../../lib/data/records.ts";
import {
  decodeVectors,
  encodeRecords,
  encoderFromJson,
  encoderToJson,
  fitTableEncoder,
} from "../../lib/data/table-encoder.ts";
import { declareSchema } from "../../lib/data/table-schema.ts";

const rows = 400;
const random = new Random(11);
const column = (make: (row: number) => unknown) => Array.from({ length: rows }, (_, row) => make(row));
const claims = column((row) => (row % 10 === 0 ? 1 + (row % 20 === 0 ? 1 : 0) : 0)) as number[];
const good = {
  Exposure: column(() => (1 + random.integer(1000)) / 1001),
  Age: column(() => 18 + random.integer(60)),
  Region: column((row) => ["north", "south", "west"][row % 3]),
  Seats: column((row) => 2 + (row % 4)),
  ClaimNb: claims,
  ClaimAmount: claims.map((count, row) => (count > 0 ? 200.25 + row : 0)),
  HasClaim: claims.map((count) => Number(count > 0)),
};

describe("the course's portfolios", () => {
  test("ausprivauto0405 has the counts of the book", () => {
    const { count, columns } = loadAusprivauto();
    expect(count).toBe(67_856);
    expect(columns.ClaimOcc!.reduce((a, b) => a + b)).toBe(4_624);
    expect(columns.ClaimNb!.reduce((a, b) => a + b)).toBe(4_937);
    expect(columns.Gender!.filter((value) => value === 0)).toHaveLength(38_603);
    expect(columns.ClaimAmount!.filter((value) => value === 353.77)).toHaveLength(219);
  });

  test("beMTPL97 has the counts of its documentation, and regions of postcodes", () => {
    const { count, columns } = loadBeMtpl();
    expect(count).toBe(163_212);
    expect(columns.nclaims!.filter((value) => value === 0)).toHaveLength(144_936);
    expect(columns.expo!.filter((value) => value === 1)).toHaveLength(126_211);
    expect(columns.region!.reduce((a, b) => Math.max(a, b))).toBe(8); // the last of nine
    expect(loadBeMtpl({ count: 5, seed: 1 }).columns.ageph).not.toEqual(columns.ageph!.slice(0, 5));
    expect(() => loadBeMtpl({ count: 200_000 })).toThrow(OptionError);
  });
});

describe("one's own table", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "tabular-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  test("as CSV, Parquet or data frame gets the same schema, roles included", () => {
    const table = pl.DataFrame(good);
    const paths = ["mine.csv", "mine.parquet"].map((name) => join(folder, name));
    table.writeCSV(paths[0]!);
    table.writeParquet(paths[1]!);
    const schemas = [...paths, table].map((source) => prepareTable(source).records.schema);
    expect(schemas[0]).toEqual(schemas[2]);
    expect(schemas[1]).toEqual(schemas[2]);
    const [exposure, age, region, seats, claimNb, amount, hasClaim] = schemas[2]!.columns;
    expect(exposure).toMatchObject({ kind: "exposure" });
    expect(age).toMatchObject({ kind: "continuous", decimals: 0, low: 18, high: 77 });
    expect(region).toMatchObject({ kind: "categorical", categories: ["north", "south", "west"] });
    expect(seats).toMatchObject({ kind: "categorical", categories: ["2", "3", "4", "5"], numeric: true });
    expect(claimNb).toEqual({ kind: "count", name: "ClaimNb", most: 2 });
    expect(amount).toMatchObject({ kind: "amount", of: "ClaimNb", low: 200.25, decimals: 2 });
    expect(hasClaim).toEqual({ kind: "indicator", name: "HasClaim", of: "ClaimNb" });
  });

  test.each<[string, unknown[], RegExp]>([
    ["constant", column(() => "car"), /column "bad" is car in every row.*table\.drop\("bad"\)/],
    ["constant number", column(() => 7), /is 7 in every row/],
    ["all missing", column(() => null), /has no values at all/],
    [
      "free text",
      column((row) => `seen by ${row}`),
      /holds free text or codes: 400 different values in 400 rows, such as "seen by 0"/,
    ],
    ["dates", column((row) => new Date(2020, 1, row)), /holds dates/],
    [
      "dates as text",
      column((row) => `2024-03-${10 + (row % 20)}`),
      /holds dates \(2024-03-10\).*days since/,
    ],
    ["an identifier", column((row) => 5000 + row), /looks like an identifier/],
    ["gaps", column((row) => (row === 3 ? null : row / 7)), /lacks a number in 1 of 400 rows.*fillNull/],
  ])("a column that is %s is named with what to do", (_, bad, message) => {
    const path = join(folder, "mine.parquet");
    pl.DataFrame({ ...good, bad }).writeParquet(path);
    expect(() => prepareTable(path)).toThrow(DataError);
    expect(() => prepareTable(path)).toThrow(message);
    expect(() => prepareTable(path)).toThrow(path);
  });

  test("all bad columns are named at once; missing classes are a class", () => {
    const table = pl.DataFrame({ ...good, one: column(() => 1), two: column((row) => `t${row}`) });
    expect(() => inferSchema(table)).toThrow(/column "one".*\n.*column "two"/);
    const holes = pl.DataFrame({ ...good, Region: column((row) => (row % 2 === 0 ? null : "east")) });
    expect(inferSchema(holes).columns[2]).toMatchObject({ categories: ["(missing)", "east"] });
  });

  test("too few rows, a wrong class and a lost column are explained", () => {
    writeFileSync(join(folder, "few.csv"), "a,b\n1,x\n2,y\n");
    expect(() => prepareTable(join(folder, "few.csv"))).toThrow("expected 50 rows or more, got 2");
    const schema = declareSchema([{ kind: "categorical", name: "Region", categories: ["north", "south"] }]);
    expect(() => prepareTable(pl.DataFrame(good), { schema })).toThrow(
      'column "Region": expected one of north, south, got "west" in row 2',
    );
    const other = declareSchema([{ kind: "continuous", name: "Weight", low: 0, high: 1 }]);
    expect(() => prepareTable(pl.DataFrame(good), { schema: other })).toThrow('expected a column "Weight"');
    expect(() => declareSchema([{ kind: "amount", name: "a", of: "n", low: 0, high: 1 }])).toThrow(
      'of: expected the name of a count column, got "n"',
    );
  });
});

describe("the encoder", () => {
  const records = loadAusprivauto({ count: 3000, seed: 4 });
  const encoder = fitTableEncoder(records);
  const vectors = encodeRecords(encoder, records, new Random(1));

  test("gives each class one 1, each number one mode and a place in it, and nothing where there is no claim", () => {
    for (let row = 0; row < records.count; row++)
      for (const { column: name, start, classes, scalar, gate } of encoder.blocks) {
        const block = vectors.subarray(row * encoder.width + start, row * encoder.width + start + classes);
        const open = gate === undefined || records.columns[gate]![row]! > 0;
        expect([name, block.reduce((a, b) => a + b)]).toEqual([name, open ? 1 : 0]);
        if (scalar !== undefined)
          expect(Math.abs(vectors[row * encoder.width + scalar]!)).toBeLessThanOrEqual(1);
      }
  });

  test("comes back: classes and counts exactly, numbers to single precision", () => {
    const back = decodeVectors(encoder, vectors);
    for (const { name, kind } of ausprivautoSchema.columns) {
      const [before, after] = [records.columns[name]!, back.columns[name]!];
      const error = before.map((value, row) => Math.abs(value - after[row]!) / Math.max(1, Math.abs(value)));
      const wrong = error.filter(
        (value) => value > (kind === "amount" || kind === "continuous" ? 0.006 : 1e-4),
      );
      // What lies beyond four deviations of its mode is cut off there.
      expect([name, wrong.length <= 0.005 * records.count]).toEqual([name, true]);
    }
    const table = recordsToTable(back);
    expect(table.columns).toEqual(ausprivautoSchema.columns.map(({ name }) => name));
    expect(table.getColumn("VehBody").toArray().slice(0, 50)).toContain("Sedan");
  });

  test("survives JSON, ledger included", () => {
    const kept = encoderFromJson(JSON.parse(JSON.stringify(encoderToJson(encoder))) as never);
    expect(encodeRecords(kept, records, new Random(1))).toEqual(vectors);
    expect(kept.ledger.exposures).toEqual(["modes were fitted to exact histograms"]);
    expect(() => kept.ledger.state(1e-5)).toThrow(PrivacyError);
  });

  test("reads the data through noise alone where it is private, and says what that cost", () => {
    const noise = { noiseMultiplier: 5, seed: 3 };
    const quiet = fitTableEncoder(records, { private: noise });
    expect(quiet.ledger.exposures).toEqual([]);
    expect(quiet.ledger.entries).toEqual([
      { purpose: "histograms of numbers", noiseMultiplier: 5, sampleRate: 1, count: 1 },
    ]);
    expect(quiet.count).not.toBe(records.count);
    expect(Math.abs(quiet.count - records.count)).toBeLessThan(60);
    expect(fitTableEncoder(records, { private: noise }).modes).toEqual(quiet.modes);
    expect(fitTableEncoder(records, { private: { noiseMultiplier: 5 } }).modes).not.toEqual(quiet.modes);
  });

  test("refuses to be private with a schema that was read off the data", () => {
    expect(() => prepareTable(pl.DataFrame(good), { private: { noiseMultiplier: 5 } })).toThrow(PrivacyError);
    expect(() => prepareTable(pl.DataFrame(good), { private: { noiseMultiplier: 5 } })).toThrow(
      "the schema was inferred from the data",
    );
  });
});

test("a mixture's modes are found again", () => {
  const truth = [
    { weight: 0.7, mean: 2, deviation: 0.5 },
    { weight: 0.3, mean: 7, deviation: 1 },
  ];
  const density = (x: number) =>
    truth.reduce(
      (sum, { weight, mean, deviation }) =>
        sum + (weight / deviation) * Math.exp(-(((x - mean) / deviation) ** 2) / 2),
      0,
    );
  const counts = Array.from({ length: 500 }, (_, i) => 1000 * density((i + 0.5) / 50));
  const found = fitMixture({ low: 0, high: 10, counts }, { most: 2, rounds: 500 });
  found.forEach(({ weight, mean, deviation }, k) => {
    expect(weight).toBeCloseTo(truth[k]!.weight, 2);
    expect(mean).toBeCloseTo(truth[k]!.mean, 1);
    expect(deviation).toBeCloseTo(truth[k]!.deviation, 1);
  });
  expect(found).toHaveLength(2);
});

test("a split has no row twice", () => {
  const records = loadAusprivauto({ count: 100 });
  const { train, holdout } = splitRecords(records, 0.8, new Random(1));
  expect([train.count, holdout.count]).toEqual([80, 20]);
  const sum = (values: Float64Array) => values.reduce((a, b) => a + b);
  expect(sum(train.columns.Exposure!) + sum(holdout.columns.Exposure!)).toBeCloseTo(
    sum(records.columns.Exposure!),
  );
  expect(() => splitRecords(records, 1, new Random(1))).toThrow(OptionError);
});
