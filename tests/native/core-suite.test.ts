/** tfjs-core's own tests, run on the addon. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

interface SuiteResult {
  passed: number;
  failed: { name: string; message: string }[];
  left: number;
}

test("tfjs-core's test-suite passes on our native backend, but for what tfjs-node's own runner leaves out", () => {
  const run = spawnSync(process.execPath, [join(import.meta.dirname, "core-suite/run.cjs")], {
    encoding: "utf8",
    maxBuffer: 64e6,
  });
  if (run.status !== 0) throw new Error(run.stderr);
  const result = JSON.parse(run.stdout.trim().split("\n").at(-1)!) as SuiteResult;
  expect(result.failed).toEqual([]);
  expect(result.passed).toBeGreaterThanOrEqual(3878);
  expect(result.left).toBeLessThanOrEqual(352);
}, 120_000);
