/** What `useBackend` does where parts are missing: in a copy of the built package, by child processes. */
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { bindingPath } from "../../lib/native/binding.ts";
import { copyPackage, runProgram, type PackageCopy } from "../lib/package-copy.ts";

/** Prints the report or the error, and one product computed on the backend. */
const report = (argument = "") => `
  const generative = require("@actl/generative");
  (async () => {
    console.log(String(await generative.useBackend(${argument})));
    const { tf } = generative;
    console.log("on", tf.getBackend(), tf.matMul([[1, 2]], [[3], [4]]).arraySync());
  })().catch((error) => console.log(error.name + ": " + error.message));
`;
const notBuilt = "the native addon has not been built (./course doctor says why)";

const copies: PackageCopy[] = [];
function copy(without?: string[]): PackageCopy {
  const made = copyPackage(without);
  copies.push(made);
  return made;
}
afterAll(() => copies.forEach((each) => each.remove()));

describe("without the native addon", () => {
  let here: PackageCopy;
  beforeAll(() => (here = copy()));

  test("wasm is taken, with a notice, and nothing is said on stderr", async () => {
    expect(await here.run(report())).toEqual({
      stdout:
        "backend wasm (WebAssembly with SIMD)\n" +
        `Slower than it could be: ${notBuilt}. Everything works; a step of the lecture's GAN takes about 70 times as long ` +
        "(./course bench backends).\n" +
        "on wasm [ [ 11 ] ]\n",
      stderr: "",
    });
  });

  test("cpu serves until useBackend is called", async () => {
    const program = `const { tf } = require("@actl/generative"); console.log(tf.getBackend(), tf.sum([1, 2]).arraySync())`;
    expect(await here.run(program)).toEqual({ stdout: "cpu 3\n", stderr: "" });
  });

  test.each([
    ["an argument", '"tensorflow"', {}],
    ["GENERATIVE_BACKEND", "", { GENERATIVE_BACKEND: "tensorflow" }],
  ])("tensorflow asked for by %s is refused, with the reason", async (_, argument, environment) => {
    const { stdout } = await here.run(report(argument), environment);
    expect(stdout).toBe(
      `OptionError: backend tensorflow: cannot run on this machine: ${notBuilt}. ` +
        "Leave the choice open, or take cpu, which always works.\n",
    );
  });

  test("wasm asked for by name gives no notice: it is what was wanted", async () => {
    const { stdout } = await here.run(report('"wasm"'));
    expect(stdout).toBe("backend wasm (WebAssembly with SIMD)\non wasm [ [ 11 ] ]\n");
  });
});

test("without the wasm package either, cpu is taken", async () => {
  const { stdout } = await copy(["@tensorflow/tfjs-backend-wasm"]).run(report());
  expect(stdout).toContain("backend cpu (plain JavaScript)\nSlower than it could be: ");
  expect(stdout).toContain("on cpu [ [ 11 ] ]");
});

test("wasm asked for without its package is refused, with the reason", async () => {
  const { stdout } = await copy(["@tensorflow/tfjs-backend-wasm"]).run(report('"wasm"'));
  expect(stdout).toMatch(
    /^OptionError: backend wasm: cannot run on this machine: @tensorflow\/tfjs-backend-wasm does not load: Cannot find/,
  );
});

test.each<[string, (addon: string) => void, string]>([
  [
    "is no library",
    (addon) => writeFileSync(addon, "not an addon, but long enough to be read as one".repeat(9)),
    "invalid ELF header",
  ],
  ["is a library of something else", (addon) => cpSync(plainLibrary(), addon), "self-register"],
  ["has lost its TensorFlow", (addon) => cpSync(bindingPath(), addon), "libtensorflow"],
])("an addon that %s is named, and the next backend taken", async (_, place, reason) => {
  const here = copy();
  const addon = join(here.lib, "native", "build", basename(bindingPath()));
  mkdirSync(join(addon, ".."), { recursive: true });
  place(addon);
  const { stdout } = await here.run(report());
  expect(stdout).toContain("on wasm [ [ 11 ] ]");
  const notice = stdout.split("\n")[1]!;
  expect(notice).toMatch(/^Slower than it could be: the native addon does not load: \S/);
  expect(notice).toContain(reason);
  expect(notice).toContain("Build it again: rm -r lib/native/build && ./course");
});

/** The C library of mathematics, which this process has loaded: a library, but no addon. */
function plainLibrary(): string {
  const { sharedObjects } = process.report.getReport() as { sharedObjects: string[] };
  return sharedObjects.find((path) => /\blibm[.-]/.test(path))!;
}

describe("GENERATIVE_BACKEND", () => {
  test.each(["wasm", "cpu"])("%s is taken without looking for the addon", async (backend) => {
    const { stdout } = await runProgram(report(), undefined, { GENERATIVE_BACKEND: backend });
    expect(stdout).toContain(`on ${backend} [ [ 11 ] ]`);
    expect(stdout).not.toContain("Slower");
  });

  test("yields to the argument", async () => {
    const { stdout } = await runProgram(report('"cpu"'), undefined, { GENERATIVE_BACKEND: "wasm" });
    expect(stdout).toContain("backend cpu");
  });

  test("of an unknown backend is refused at the first use, with the names there are", async () => {
    const { stdout } = await runProgram(report(), undefined, { GENERATIVE_BACKEND: "cuda" });
    expect(stdout).toBe(
      'OptionError: GENERATIVE_BACKEND: expected one of tensorflow, webgpu, wasm, cpu; got "cuda".\n',
    );
  });

  test("that is empty leaves the choice open", async () => {
    const { stdout } = await runProgram(report(), undefined, { GENERATIVE_BACKEND: "" });
    expect(stdout).toContain("on tensorflow");
  });
});
