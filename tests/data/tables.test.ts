import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataError } from "../../lib/core/errors.ts";
import { datasetFolder } from "../../lib/data/dataset-files.ts";
import { labelColumn, readTable } from "../../lib/data/tables.ts";
import { fixtures, golden } from "./read-golden.ts";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "tables-"))));
afterEach(() => rmSync(folder, { recursive: true }));

function csv(text: string, name = "table.csv"): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

test("a Parquet file has the columns and rows that PyArrow reads", () => {
  const table = readTable(join(datasetFolder("mnist"), "digits.parquet"));
  expect(table.height).toBe(golden.mnist.shape[0]);
  const labels = labelColumn(table, "label", "digits.parquet");
  for (const [row, label] of Object.entries(golden.mnist.labels)) expect(labels[Number(row)]).toBe(label);
});

test("a CSV file is read by its ending, in any case", () => {
  const table = readTable(csv("label,name\n3,three\n255,ö\n", "TABLE.CSV"));
  expect(table.columns).toEqual(["label", "name"]);
  expect(table.getColumn("name").toArray()).toEqual(["three", "ö"]);
  expect(labelColumn(table, "label", "t")).toEqual(Uint8Array.of(3, 255));
});

test.each(["table.txt", "table", "table.xlsx"])("%s is of no kind that is read", (name) => {
  const [, ending = ""] = /(\.\w+)$/.exec(name) ?? [];
  expect(() => readTable(csv("x\n", name))).toThrow(
    `expected a file ending in .parquet or .csv, got "${ending}".`,
  );
});

test("a file that is not what its ending says is named", () => {
  const path = csv("label\n1\n", "labels.parquet");
  expect(() => readTable(path)).toThrow(DataError);
  expect(() => readTable(path)).toThrow(`${path}: cannot be read as Parquet (8 bytes): `);
});

test("an empty CSV is named, rather than read as a table of nothing", () => {
  expect(() => readTable(csv(""))).toThrow(/table\.csv: cannot be read as CSV \(0 bytes\): /);
});

test("labels that are missing, too large, negative, broken or words are named with their row", () => {
  const bad = readTable(join(fixtures, "bad-labels.parquet"));
  expect(() => labelColumn(bad, "label", "bad.parquet")).toThrow(
    'bad.parquet: column "label": expected integers from 0 to 255, got null in row 1.',
  );
  for (const [values, shown] of [
    ["1\n256", "256"],
    ["1\n-1", "-1"],
    ["1\n1.5", "1.5"],
    ["1\nseven", '"1"'],
  ] as const) {
    const table = readTable(csv(`label\n${values}\n`));
    expect(() => labelColumn(table, "label", "t")).toThrow(
      `expected integers from 0 to 255, got ${shown} in row `,
    );
  }
});

test("a column that is not there is named, with those that are", () => {
  const table = readTable(csv("digit,name\n1,one\n"));
  expect(() => labelColumn(table, "label", "t.csv")).toThrow(
    't.csv: expected a column "label", got digit, name.',
  );
});
