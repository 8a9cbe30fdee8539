/** The build of the addon, in a copy of the folders it knows, with stand-ins for the wheel and the compiler. */
import { execFile } from "node:child_process";
import {
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { patchSources } from "../../commands/native/patch-sources.ts";

const root = join(import.meta.dirname, "..", "..");
const addon = `tfjs_binding-napi8-${process.platform}-${process.arch}.node`;

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "build-native-")));
  for (const part of [
    "commands/native",
    "lib/native/quiet.cc",
    "lib/native/graph",
    "lib/native/kernels",
    "package.json",
  ])
    cpSync(join(root, part), join(folder, part), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What `buildNative()` answers, with these programs on the path and nothing else. */
async function build(environment: NodeJS.ProcessEnv = {}): Promise<unknown> {
  const program = `import { buildNative } from "./commands/native/build-native.ts"; console.log(JSON.stringify(await buildNative()));`;
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "-e", program],
    {
      cwd: folder,
      env: { PATH: "", ...environment },
    },
  );
  expect(stderr).toBe("");
  return JSON.parse(stdout);
}

function installWheel(version = "2.21.0"): void {
  const wheel = join(folder, ".venv", "tensorflow");
  rmSync(wheel, { recursive: true, force: true });
  mkdirSync(join(wheel, "tensorflow"), { recursive: true });
  mkdirSync(join(wheel, `tensorflow_cpu-${version}.dist-info`));
  for (const name of ["cc", "framework"])
    for (const file of [`libtensorflow_${name}.so.2`, `libtensorflow_${name}.2.dylib`])
      writeFileSync(join(wheel, "tensorflow", file), "");
}

/** A compiler that adds its arguments to a list and does as told after the case for --version. */
function installCompiler(name: string, action: string): string {
  const bin = join(folder, "bin");
  mkdirSync(bin, { recursive: true });
  const script = `#!/bin/sh\n[ "$1" = --version ] && exit 0\nfor each; do echo "$each"; done >> "${folder}/arguments"\n${action}\n`;
  writeFileSync(join(bin, name), script, { mode: 0o755 });
  return bin;
}
const writesItsOutput = 'while [ "$1" != -o ]; do shift; done; echo compiled > "$2"';

const built = () => readdirSync(join(folder, "lib", "native", "build"));

test("without the wheel it says so", async () => {
  expect(await build()).toEqual({
    kind: "unavailable",
    reason: "the TensorFlow wheel is not installed (no network at set-up, or no wheel for this platform)",
  });
});

test("without a compiler it says which command brings one", async () => {
  installWheel();
  expect(await build()).toEqual({
    kind: "unavailable",
    reason:
      "no C++ compiler was found (Debian/Ubuntu: sudo apt-get install g++; macOS: xcode-select --install)",
  });
});

test("a compiler that fails is named with its first errors, and nothing half made is left", async () => {
  installWheel();
  const bin = installCompiler(
    "clang++",
    `${writesItsOutput}; echo "In file included from x.cc" >&2; echo "x.cc:1: error: no such header" >&2; exit 1`,
  );
  expect(await build({ PATH: bin })).toEqual({
    kind: "unavailable",
    reason: "clang++ failed: x.cc:1: error: no such header",
  });
  expect(built()).toEqual([]);
});

test("a compiler that is killed says so rather than nothing", async () => {
  installWheel();
  const bin = installCompiler("g++", "kill -9 $$");
  expect(await build({ PATH: bin })).toEqual({
    kind: "unavailable",
    reason: "g++ failed: ended by SIGKILL (too little memory?)",
  });
});

test("a folder that cannot be made is named", async () => {
  installWheel();
  writeFileSync(join(folder, "lib", "native", "build"), "a file");
  const outcome = await build({ PATH: installCompiler("g++", writesItsOutput) });
  expect(outcome).toMatchObject({ kind: "unavailable" });
  expect((outcome as { reason: string }).reason).toMatch(
    /^the addon cannot be written: (EEXIST|ENOTDIR).*native\/build/,
  );
});

test("what is built is kept until the wheel changes", async () => {
  installWheel();
  const bin = installCompiler("g++", writesItsOutput);
  expect(await build({ PATH: bin })).toMatchObject({ kind: "built" });
  expect(built()).toEqual([addon, `${addon}.built-for`]);
  expect(readFileSync(join(folder, "lib", "native", "build", addon), "utf8")).toBe("compiled\n");
  expect(await build({ PATH: "" })).toEqual({ kind: "current" }); // no compiler is needed any more
  installWheel("2.22.0");
  expect(await build({ PATH: bin })).toMatchObject({ kind: "built" });
});

test("the compiler gets the npm package's sources and ours, and finds TensorFlow beside the addon wherever that is moved", async () => {
  installWheel();
  await build({ PATH: installCompiler("g++", writesItsOutput) });
  const given = readFileSync(join(folder, "arguments"), "utf8").split("\n");
  const sources = given.filter((argument) => argument.endsWith(".cc")).map((path) => basename(path));
  const ours = globSync("**/*.cc", { cwd: join(root, "lib/native"), exclude: ["build"] }).map((path) =>
    basename(path),
  );
  expect(ours).toContain("lstm_kernel.cc");
  expect(sources.sort()).toEqual([...ours, "tfjs_backend.cc", "tfjs_binding.cc"].sort());
  const [rpath] = given.filter((argument) => argument.startsWith("-Wl,-rpath,"));
  expect(rpath).toMatch(
    /^-Wl,-rpath,(\$ORIGIN|@loader_path)\/\.\.\/\.\.\/\.\.\/\.venv\/tensorflow\/tensorflow$/,
  );
  expect(given).not.toContain("-march=native");
});

test("a change of ours is built, and another version of the npm package is refused by name", async () => {
  installWheel();
  const bin = installCompiler("g++", writesItsOutput);
  await build({ PATH: bin });
  writeFileSync(join(folder, "lib/native/graph/graph_trace.cc"), "// another");
  expect(await build({ PATH: bin })).toMatchObject({ kind: "built" });

  const sources = join(folder, "sources");
  mkdirSync(sources);
  writeFileSync(join(sources, "tfjs_backend.h"), "class TFJSBackend;\n");
  expect(() => patchSources(sources, join(folder, "patched"))).toThrow(
    /^tfjs_backend\.h of @tensorflow\/tfjs-node-gpu has changed: 0 places to patch instead of one.*npm ci$/,
  );
});

test("CXX chooses the compiler", async () => {
  installWheel();
  installCompiler("g++", "exit 1");
  const chosen = join(installCompiler("my-compiler", writesItsOutput), "my-compiler");
  expect(await build({ PATH: join(folder, "bin"), CXX: chosen })).toMatchObject({ kind: "built" });
});
