/** `./course test [PATTERN …]`: the checks of the code, then every test; the last line is "N passed, N failed". */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describeStep, runSteps } from "./check/steps.ts";
import { readArguments, runCommand } from "./command-line.ts";

const usage = `Runs the course's checks and tests.

  ./course test [PATTERN …]

  PATTERN   only the test files whose path has it, without the checks, for example tests/kernel
  --help    this text

Needs Chromium (browser tests) and bubblewrap (sandbox tests): sudo apt-get install chromium bubblewrap.`;

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

const root = join(import.meta.dirname, "..");

await runCommand("test", async (args) => {
  const { values, positionals } = readArguments(args, { help: { type: "boolean", short: "h" } });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const checks = positionals.length > 0 ? { passed: 0, failed: 0, skipped: 0 } : await countSteps();
  const tests = await runJest(positionals);
  const sum = (kind: keyof Count) => checks[kind] + tests[kind];
  const skipped = sum("skipped") === 0 ? "" : `, ${sum("skipped")} skipped`;
  console.log(`${sum("passed")} passed, ${sum("failed")} failed${skipped}`);
  return sum("failed") === 0 && sum("passed") > 0 ? 0 : 1;
});

async function countSteps(): Promise<Count> {
  const count = { passed: 0, failed: 0, skipped: 0 };
  for await (const step of runSteps()) {
    console.log(describeStep(step));
    count[step.passed ? "passed" : "failed"]++;
  }
  return count;
}

/** What of jest's report is counted. */
interface JestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  numRuntimeErrorTestSuites: number;
}

async function runJest(patterns: string[]): Promise<Count> {
  const report = join(root, ".cache", "jest-report.json");
  mkdirSync(join(root, ".cache"), { recursive: true });
  rmSync(report, { force: true });
  const jest = join(root, "node_modules/jest/bin/jest.js");
  const args = [jest, "--json", `--outputFile=${report}`, "--maxWorkers=2", ...patterns];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  await once(child, "close");
  // A jest that died wrote nothing, and is one failure.
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 };
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numRuntimeErrorTestSuites } =
    JSON.parse(readFileSync(report, "utf8")) as JestReport;
  return {
    passed: numPassedTests,
    failed: numFailedTests + numRuntimeErrorTestSuites,
    skipped: numPendingTests + numTodoTests,
  };
}
