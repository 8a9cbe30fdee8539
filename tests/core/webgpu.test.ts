/**
 * WebGPU in Node, on the software device that Debian's chromium brings (SwiftShader) where it is there, else on this machine's
 * own: which device it names, and that without one the choice falls back. What it computes is tested in tests/parity.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { hasSwiftShader, webGpuEnvironment } from "../webgpu-environment.ts";

const root = join(import.meta.dirname, "../..");
function run(program: string, environment: Record<string, string>): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=commonjs", "-e", program], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, ...environment },
  });
  if (status !== 0) throw new Error(stderr);
  return stdout.trim();
}

const choice = `
  const { useBackend } = require("@actl/generative");
  useBackend().then((report) => console.log(String(report)));`;

test("it says which device it uses, and that a software one is slow", () => {
  const said = run(choice, webGpuEnvironment);
  expect(said).toMatch(/^backend webgpu \(WebGPU, .+\)/);
  if (hasSwiftShader)
    expect(said).toMatch(/swiftshader.*, in software\)\nThis adapter is software: right for tests/i);
});

test("without a device it falls back, with one line that says why and what is missing", () => {
  const said = run(choice, {
    ...webGpuEnvironment,
    VK_ICD_FILENAMES: "/nowhere.json",
    VK_DRIVER_FILES: "/nowhere.json",
  });
  expect(said).toMatch(
    /^backend tensorflow \(TensorFlow .*\)\nwebgpu was asked for, but Dawn finds no GPU \(.*libvulkan1\)\. tensorflow is used instead\.$/,
  );
});
