/**
 * Compiles @tensorflow/tfjs-node-gpu's addon, with our additions in lib/native, against the TensorFlow wheel in
 * .venv/tensorflow. The npm package's installer would download TensorFlow 2.9 instead, which neither works offline nor knows
 * today's GPUs.
 */
import { execFile, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { basename, dirname, join } from "node:path";
import { patchSources } from "./patch-sources.ts";

const root = join(import.meta.dirname, "../..");
const native = join(root, "lib/native");
const require = createRequire(import.meta.url);
const NAPI_VERSION = 8;

type Outcome =
  { kind: "built"; seconds: number } | { kind: "current" } | { kind: "unavailable"; reason: string };

/** Why the addon cannot be built here; not a fault of ours. */
class Unavailable extends Error {}

/** Builds the addon if it is not there for this wheel and platform. Never throws: without it the course runs on wasm. */
export async function buildNative(): Promise<Outcome> {
  try {
    return await build();
  } catch (error) {
    const { message } = error as Error;
    return {
      kind: "unavailable",
      reason: error instanceof Unavailable ? message : `the addon cannot be written: ${message}`,
    };
  }
}

async function build(): Promise<Outcome> {
  const folder = join(native, "build");
  const target = join(folder, `tfjs_binding-napi${NAPI_VERSION}-${process.platform}-${process.arch}.node`);
  const wheel = join(root, ".venv", "tensorflow", "tensorflow");
  const libraries = ["tensorflow_cc", "tensorflow_framework"].map((name) => libraryNamed(wheel, name));
  const stamp = stampOf(wheel);
  const stampFile = `${target}.built-for`;
  if (existsSync(target) && existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp)
    return { kind: "current" };

  const compiler = findCompiler();
  const started = performance.now();
  const work = join(folder, `work-${process.pid}`);
  try {
    const sources = join(work, "sources");
    patchSources(
      join(dirname(require.resolve("@tensorflow/tfjs-node-gpu/package.json")), "binding"),
      sources,
    );
    const units = [
      join(sources, "tfjs_backend.cc"),
      join(sources, "tfjs_binding.cc"),
      ...globSync(["*.cc", "{graph,kernels}/*.cc"], { cwd: native }).map((file) => join(native, file)),
    ];
    const includes = [
      sources,
      ...["graph", "kernels"].map((each) => join(native, each)),
      (require("node-api-headers") as { include_dir: string }).include_dir,
      join(wheel, "include"),
    ];
    const objects = await compileAll(compiler, units, includes, work);
    await run(compiler, [
      "-shared",
      // initfirst: TensorFlow greets from its own initialisers, and quiet.cc's has to come before them.
      ...(process.platform === "darwin" ? ["-undefined", "dynamic_lookup"] : ["-Wl,-z,initfirst"]),
      ...objects,
      ...libraries,
      // Relative to the addon, so that the folder can be moved.
      `-Wl,-rpath,${process.platform === "darwin" ? "@loader_path" : "$ORIGIN"}/../../../.venv/tensorflow/tensorflow`,
      ...["-o", join(work, "addon.node")],
    ]);
    renameSync(join(work, "addon.node"), target);
    writeFileSync(stampFile, stamp);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return { kind: "built", seconds: (performance.now() - started) / 1000 };
}

/** As many at a time as there are cores; returns the object files. */
async function compileAll(
  compiler: string,
  units: readonly string[],
  includes: readonly string[],
  work: string,
): Promise<string[]> {
  const objects = units.map((unit) => join(work, `${basename(unit, ".cc")}.o`));
  const waiting = units.map((unit, i) => [
    ...["-c", "-O2", "-std=c++17", "-fPIC", `-DNAPI_VERSION=${NAPI_VERSION}`],
    ...(unit.startsWith(join(native, "kernels")) ? kernelFlags : []),
    ...includes.map((folder) => `-I${folder}`),
    ...[unit, "-o", objects[i]!],
  ]);
  const worker = async () => {
    try {
      for (let args = waiting.shift(); args !== undefined; args = waiting.shift()) await run(compiler, args);
    } finally {
      waiting.length = 0; // after one that fails no other is begun
    }
  };
  // All of them, also after a failure: one that still writes would be in the way of clearing up.
  const ends = await Promise.allSettled(Array.from({ length: availableParallelism() }, worker));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
  return objects;
}

// Sums in any order, so that loops become vector code, for our loops alone. Not -ffast-math: with it NaN would be undefined, and
// a link with it has the whole process flush denormals to zero.
const kernelFlags = [
  "-O3",
  ...[
    "-fno-math-errno",
    "-fno-trapping-math",
    "-fno-signed-zeros",
    "-fassociative-math",
    "-freciprocal-math",
  ],
];

async function run(compiler: string, args: string[]): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    execFile(compiler, args, { maxBuffer: 64e6 }, (error, _stdout, stderr) => {
      if (error === null) {
        resolve();
        return;
      }
      const reason =
        typeof error.signal === "string"
          ? `ended by ${error.signal} (too little memory?)`
          : firstErrors(stderr);
      reject(new Unavailable(`${compiler} failed: ${reason}`));
    });
  });
}

/** Warnings and "In file included from …" come before what matters. */
function firstErrors(stderr: string): string {
  const lines = stderr.trim().split("\n");
  const errors = lines.filter((line) => /\berror\b/i.test(line));
  return (errors.length > 0 ? errors : lines).slice(0, 5).join(" | ");
}

function findCompiler(): string {
  const compiler = [process.env.CXX, "g++", "clang++", "c++"].find(
    (name) => name !== undefined && spawnSync(name, ["--version"], { stdio: "ignore" }).status === 0,
  );
  if (compiler !== undefined) return compiler;
  throw new Unavailable(
    "no C++ compiler was found (Debian/Ubuntu: sudo apt-get install g++; macOS: xcode-select --install)",
  );
}

function libraryNamed(folder: string, name: string): string {
  const found = [`lib${name}.so.2`, `lib${name}.2.dylib`]
    .map((file) => join(folder, file))
    .find((file) => existsSync(file));
  if (found !== undefined) return found;
  throw new Unavailable(
    "the TensorFlow wheel is not installed (no network at set-up, or no wheel for this platform)",
  );
}

/** What the binary depends on: the wheel's version, our sources, and how we compile. */
function stampOf(wheel: string): string {
  const info = readdirSync(join(wheel, "..")).find(
    (name) => name.startsWith("tensorflow") && name.endsWith(".dist-info"),
  );
  const hash = createHash("sha256");
  const ours = globSync(["*.cc", "{graph,kernels}/*.{cc,h}"], { cwd: native })
    .sort()
    .map((file) => join(native, file));
  for (const file of [import.meta.filename, join(import.meta.dirname, "patch-sources.ts"), ...ours])
    hash.update(readFileSync(file));
  return `${info ?? "unknown wheel"} ${hash.digest("hex")}\n`;
}

if (import.meta.main) console.log(await buildNative());
