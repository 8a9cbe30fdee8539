import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataError } from "../../lib/core/errors.ts";
import { datasetFolder, readDataFile } from "../../lib/data/dataset-files.ts";
import { loadMnist } from "../../lib/data/mnist.ts";
import { sha256 } from "./read-golden.ts";

let folder: string;
let file: string;
beforeEach(() => {
  // As in the project, so that the advice is git's.
  folder = join(mkdtempSync(join(tmpdir(), "data-")), "datasets", "letters");
  mkdirSync(folder, { recursive: true });
  file = join(folder, "letters.csv");
  writeFileSync(file, "label\n1\n");
});
afterEach(() => rmSync(join(folder, "..", ".."), { recursive: true }));

const checksums = (text: string) => writeFileSync(join(folder, "SHA256SUMS"), text);

function refusal(path: string): string {
  try {
    readDataFile(path);
  } catch (error) {
    expect(error).toBeInstanceOf(DataError);
    return (error as Error).message;
  }
  throw new Error("nothing was thrown");
}

test("the course's datasets are found from the library, whatever the current folder is", () => {
  expect(datasetFolder("mnist")).toBe(join(import.meta.dirname, "..", "..", "datasets", "mnist"));
  expect(() => datasetFolder("nothing")).toThrow(DataError);
  expect(() => datasetFolder("nothing")).toThrow(
    /^datasets\/nothing: not found beside the library .*git checkout -- datasets\/nothing$/,
  );
});

test("the shipped files are what sha256sum says of them", () => {
  const listed = readFileSync(join(datasetFolder("mnist"), "SHA256SUMS"), "utf8")
    .trim()
    .split("\n");
  expect(listed.map((line) => line.slice(66)).sort()).toEqual(["digits.parquet", "digits.png"]);
  for (const line of listed)
    expect(sha256(readDataFile(join(datasetFolder("mnist"), line.slice(66))))).toBe(line.slice(0, 64));
});

test("a list that sha256sum wrote is understood, in text and in binary mode", () => {
  for (const mode of ["--text", "--binary"]) {
    checksums(execFileSync("sha256sum", [mode, "letters.csv"], { cwd: folder, encoding: "utf8" }));
    expect(readDataFile(file).toString()).toBe("label\n1\n");
  }
});

test("the reader's own data, without a list, is taken as it is", () => {
  expect(readDataFile(file).toString()).toBe("label\n1\n");
});

test("a damaged file is named with both checksums, its size and the remedy", () => {
  const expected = sha256(readFileSync(file));
  checksums(`${expected}  letters.csv\r\n`);
  appendFileSync(file, "x");
  const actual = sha256(readFileSync(file));
  expect(refusal(file)).toBe(
    `${file}: the file is damaged or was changed: expected SHA-256 ${expected}, got ${actual} (9 bytes). ` +
      "Restore it with: git checkout -- datasets/letters",
  );
});

test("a list without the file's line is named", () => {
  checksums(`${"0".repeat(64)}  other.csv\n`);
  expect(refusal(file)).toBe(
    `${join(folder, "SHA256SUMS")}: has no line for letters.csv. Restore it with: git checkout -- datasets/letters`,
  );
});

test("a missing file, and a folder in its place, are told apart", () => {
  rmSync(file);
  expect(refusal(file)).toBe(
    `${file}: there is no such file. Restore it with: git checkout -- datasets/letters`,
  );
  mkdirSync(file);
  expect(refusal(file)).toBe(`${file}: expected a file, got a folder.`);
});

test("a file that may not be read is named", () => {
  chmodSync(file, 0);
  chmodSync(join(folder, "..", ".."), 0o755);
  const user = process.geteuid!();
  if (user === 0) process.seteuid!(65534); // root may read anything
  try {
    expect(refusal(file)).toBe(`${file}: no permission to read it. Try: chmod u+r '${file}'`);
  } finally {
    process.seteuid!(user);
  }
});

test("a digit sheet cut off while being copied is named by loadMnist", async () => {
  cpSync(datasetFolder("mnist"), folder, { recursive: true });
  const sheet = join(folder, "digits.png");
  const expected = sha256(readFileSync(sheet));
  truncateSync(sheet, 10_000);
  await expect(loadMnist({ folder })).rejects.toThrow(DataError);
  await expect(loadMnist({ folder })).rejects.toThrow(
    `${sheet}: the file is damaged or was changed: expected SHA-256 ${expected}, got ${sha256(readFileSync(sheet))} (10000 bytes).`,
  );
});
