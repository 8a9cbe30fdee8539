import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseOptions } from "../../lectures/slides/options.ts";
import { nearestName } from "../../commands/nearest-name.ts";
import { readNotebook } from "../../lectures/slides/read-notebook.ts";
import { makeNotebook, markdownCell } from "./notebook-cells.ts";

const folder = mkdtempSync(join(tmpdir(), "notebooks-"));
const good = JSON.stringify(makeNotebook([markdownCell("slide", "# T\n\ntext")]));
const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
beforeAll(() => {
  write("01-gan.ipynb", good);
  mkdirSync(join(folder, "empty"));
});
afterAll(() => rmSync(folder, { recursive: true }));

test("a notebook's lines are joined", () => {
  expect(readNotebook(join(folder, "01-gan.ipynb")).cells[0]?.source).toBe("# T\n\ntext");
});

test.each([
  [
    "a missing file, with the nearest",
    () => "01-gna.ipynb",
    /01-gna\.ipynb does not exist\. Did you mean .*01-gan\.ipynb\?/,
  ],
  [
    "a missing file unlike any, with what there is",
    () => "quite-another-thing.ipynb",
    /does not exist\. There: .*01-gan\.ipynb/,
  ],
  [
    "a file in a folder without notebooks",
    () => "empty/a.ipynb",
    /does not exist\. There is no notebook in .*empty/,
  ],
  ["a folder", () => "empty", /is a folder: name a notebook/],
  ["no JSON", () => write("a.ipynb", "hello") && "a.ipynb", /a\.ipynb is not a notebook: no valid JSON/],
  ["an unresolved merge", () => write("m.ipynb", `<<<<<<< HEAD\n${good}`) && "m.ipynb", /git conflict/],
  ["other JSON", () => write("b.ipynb", "[1]") && "b.ipynb", /is not a Jupyter notebook of format 4/],
  [
    "an old format",
    () => write("c.ipynb", '{"nbformat":3,"worksheets":[],"metadata":{}}') && "c.ipynb",
    /format 4/,
  ],
  [
    "broken cells",
    () => write("d.ipynb", '{"nbformat":4,"metadata":{},"cells":[3]}') && "d.ipynb",
    /format 4/,
  ],
  [
    "another language",
    () => write("p.ipynb", JSON.stringify(makeNotebook([], "python"))) && "p.ipynb",
    /p\.ipynb is a notebook in python.*TypeScript.*jupyter nbconvert/,
  ],
])("%s is explained", (_, make, message) => {
  const name = make();
  expect(() => readNotebook(join(folder, name))).toThrow(message);
});

test.each([
  [["--pfd"], /unknown option --pfd\. Did you mean --pdf\?/],
  [["--transition=zoom"], /unknown option --transition\. Known: --out DIR, --pdf, --help\./],
  [["a.ipynb", "--out"], /--out needs a folder/],
  [["a.ipynb", "--out", "--pdf"], /--out needs a folder/],
  [["--pdf=yes"], /--pdf takes no value, got "yes"/],
])("options %j are refused", (args, message) => {
  expect(() => parseOptions(args, folder)).toThrow(message);
});

test("without a file, every lecture is meant", () => {
  mkdirSync(join(folder, "lectures"));
  expect(() => parseOptions([], folder)).toThrow(/no notebook in .*lectures/);
  for (const name of ["02-b.ipynb", "01-a.ipynb", "README.md"])
    writeFileSync(join(folder, "lectures", name), good);
  expect(parseOptions(["--pdf"], folder)).toEqual({
    files: [join(folder, "lectures/01-a.ipynb"), join(folder, "lectures/02-b.ipynb")],
    out: join(folder, "out/slides"),
    pdf: true,
    help: false,
  });
});

test("a name is proposed only when it is near", () => {
  expect(nearestName("Lecures", ["lectures", "exercises"])).toBe("lectures");
  expect(nearestName("zzz", ["lectures", "exercises"])).toBeUndefined();
});
