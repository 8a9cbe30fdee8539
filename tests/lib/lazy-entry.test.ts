/** A notebook's first cell has to answer at once: the built entry loads each part on first use. */
import { runProgram } from "./package-copy.ts";

const heavy = ["@tensorflow", "sharp", "nodejs-polars", "vega"] as const;

/** Which heavy packages and which files of the library a program has loaded at its end. */
async function loadedBy(program: string): Promise<{ packages: string[]; files: string[] }> {
  const list = `
    const paths = Object.keys(require.cache).map((path) => path.replaceAll("\\\\", "/"));
    const packages = ${JSON.stringify(heavy)}.filter((name) => paths.some((path) => path.includes("/node_modules/" + name + "/")));
    const files = paths.flatMap((path) => /\\/lib\\/dist\\/(.*)\\.js$/.exec(path)?.[1] ?? []);
    console.log(JSON.stringify({ packages, files }));`;
  const { stdout, stderr } = await runProgram(
    `const generative = require("@actl/generative");${program};${list}`,
  );
  expect(stderr).toBe("");
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as { packages: string[]; files: string[] };
}

test("the import alone loads nothing but the entry", async () => {
  expect(await loadedBy("")).toEqual({ packages: [], files: ["index"] });
});

test("taking nothing out of it, and listing its names, loads nothing either", async () => {
  expect(
    (await loadedBy("Object.keys(generative); const {} = generative; 'tf' in generative")).files,
  ).toEqual(["index"]);
});

test.each<[string, readonly (typeof heavy)[number][]]>([
  ["DataError", []],
  ["Random", []],
  ["shuffledBatches", []],
  ["display", []],
  ["progress", []],
  ["readTable", ["nodejs-polars"]],
  ["imageGrid", ["sharp"]],
  ["loadSpriteSheet", ["sharp"]],
  ["selectImages", []],
  ["loadMnist", ["sharp", "nodejs-polars"]],
  ["lossCurve", ["vega"]],
  ["scatter", ["vega"]],
  ["tf", ["@tensorflow"]],
  ["useBackend", ["@tensorflow"]],
  ["buildGan", ["@tensorflow"]],
  ["trainGan", ["@tensorflow"]],
])("%s loads %j", async (name, expected) => {
  const { packages } = await loadedBy(
    `if (generative.${name} === undefined) throw new Error("${name} is missing")`,
  );
  expect(packages.sort()).toEqual([...expected].sort());
});

test("a name that is not there is undefined, and a name taken twice is the same", async () => {
  const { stdout } = await runProgram(
    `const g = require("@actl/generative"); console.log(g.nothing, g.Random === g.Random, new g.Random(1) instanceof g.Random)`,
  );
  expect(stdout).toBe("undefined true true\n");
});
