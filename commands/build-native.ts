/**
 * Compiles @tensorflow/tfjs-node-gpu's own addon sources against the TensorFlow wheel in .venv/tensorflow. The npm package's
 * installer would download TensorFlow 2.9 instead, which neither works offline nor knows today's GPUs.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const root = join(import.meta.dirname, "..");
const require = createRequire(import.meta.url);
const NAPI_VERSION = 8;

type Outcome =
  { kind: "built"; seconds: number } | { kind: "current" } | { kind: "unavailable"; reason: string };

/** Builds the addon if it is not there for this wheel and platform. Never throws: without it the course runs on wasm. */
export function buildNative(): Outcome {
  try {
    return build();
  } catch (error) {
    return { kind: "unavailable", reason: `the addon cannot be written: ${(error as Error).message}` };
  }
}

function build(): Outcome {
  const folder = join(root, "lib", "native", "build");
  const target = join(folder, `tfjs_binding-napi${NAPI_VERSION}-${process.platform}-${process.arch}.node`);
  const wheel = join(root, ".venv", "tensorflow", "tensorflow");
  const cc = libraryNamed(wheel, "tensorflow_cc");
  const framework = libraryNamed(wheel, "tensorflow_framework");
  if (cc === undefined || framework === undefined)
    return {
      kind: "unavailable",
      reason: "the TensorFlow wheel is not installed (no network at set-up, or no wheel for this platform)",
    };
  const sources = join(dirname(require.resolve("@tensorflow/tfjs-node-gpu/package.json")), "binding");
  const stamp = stampOf(wheel);
  const stampFile = `${target}.built-for`;
  if (existsSync(target) && existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp)
    return { kind: "current" };

  const compiler = [process.env.CXX, "g++", "clang++", "c++"].find(
    (name) => name !== undefined && runs(name),
  );
  if (compiler === undefined)
    return {
      kind: "unavailable",
      reason:
        "no C++ compiler was found (Debian/Ubuntu: sudo apt-get install g++; macOS: xcode-select --install)",
    };
  const started = performance.now();
  mkdirSync(folder, { recursive: true });
  // Relative to the addon, so that the folder can be moved.
  const origin = process.platform === "darwin" ? "@loader_path" : "$ORIGIN";
  const args = [
    ...["-O2", "-std=c++17", "-fPIC", "-shared", `-DNAPI_VERSION=${NAPI_VERSION}`],
    // initfirst: TensorFlow greets from its own initialisers, and quiet.cc's has to come before them.
    ...(process.platform === "darwin" ? ["-undefined", "dynamic_lookup"] : ["-Wl,-z,initfirst"]),
    `-I${(require("node-api-headers") as { include_dir: string }).include_dir}`,
    `-I${join(wheel, "include")}`,
    ...["tfjs_backend.cc", "tfjs_binding.cc"].map((file) => join(sources, file)),
    join(root, "lib", "native", "quiet.cc"),
    ...["-o", `${target}.new`, cc, framework, `-Wl,-rpath,${origin}/../../../.venv/tensorflow/tensorflow`],
  ];
  const { status, signal, stderr } = spawnSync(compiler, args, { encoding: "utf8" });
  if (status !== 0) {
    rmSync(`${target}.new`, { force: true });
    const reason = signal === null ? firstErrors(stderr) : `ended by ${signal} (too little memory?)`;
    return { kind: "unavailable", reason: `${compiler} failed: ${reason}` };
  }
  renameSync(`${target}.new`, target);
  writeFileSync(stampFile, stamp);
  return { kind: "built", seconds: (performance.now() - started) / 1000 };
}

/** Warnings and "In file included from …" come before what matters. */
function firstErrors(stderr: string): string {
  const lines = stderr.trim().split("\n");
  const errors = lines.filter((line) => /\berror\b/i.test(line));
  return (errors.length > 0 ? errors : lines).slice(0, 5).join(" | ");
}

function libraryNamed(folder: string, name: string): string | undefined {
  return [`lib${name}.so.2`, `lib${name}.2.dylib`]
    .map((file) => join(folder, file))
    .find((file) => existsSync(file));
}

/** What the binary depends on: the wheel's version, and how we compile. */
function stampOf(wheel: string): string {
  const info = readdirSync(join(wheel, "..")).find(
    (name) => name.startsWith("tensorflow") && name.endsWith(".dist-info"),
  );
  const ours =
    readFileSync(import.meta.filename, "utf8") +
    readFileSync(join(root, "lib", "native", "quiet.cc"), "utf8");
  return `${info ?? "unknown wheel"} ${createHash("sha256").update(ours).digest("hex")}\n`;
}

function runs(command: string): boolean {
  return spawnSync(command, ["--version"], { stdio: "ignore" }).status === 0;
}

if (import.meta.main) console.log(buildNative());
