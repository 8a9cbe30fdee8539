/** The checks of the code itself, each a program of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

export interface StepResult {
  name: string;
  passed: boolean;
  seconds: number;
  output: string;
}

const root = join(import.meta.dirname, "../..");
const inModules = (path: string) => join(root, "node_modules", path);

/** By path, not through node_modules/.bin: there `tsc` is the kernel's older TypeScript. */
const steps: [name: string, ...command: string[]][] = [
  ["types", inModules("typescript/bin/tsc"), "-p", "."],
  ["lint", inModules("eslint/bin/eslint.js"), ".", "--max-warnings", "0"],
  ["format", inModules("prettier/bin/prettier.cjs"), "--check", "."],
  [
    "layers",
    inModules("dependency-cruiser/bin/dependency-cruiser.mjs"),
    "lib",
    "grading",
    "lectures",
    "commands",
    "--no-progress",
  ],
  ["dead code", inModules("knip/bin/knip.js"), "--no-progress"],
  ["notebooks' types", join(import.meta.dirname, "notebook-types.ts")],
];

/** Runs them one after the other: two at a time would only fight for the processors. */
export async function* runSteps(): AsyncGenerator<StepResult> {
  for (const [name, ...command] of steps) {
    const started = performance.now();
    const child = spawn(process.execPath, command, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => (output += text));
    const [code] = (await once(child, "close")) as [number | null];
    yield { name, passed: code === 0, seconds: (performance.now() - started) / 1000, output: output.trim() };
  }
}

/** One line, and where it failed what the program said. */
export function describeStep({ name, passed, seconds, output }: StepResult): string {
  const line = `${passed ? "ok" : "FAILED"}  ${name} (${Math.round(seconds)} s)`;
  return passed ? line : `${line}\n${output}\n`;
}
