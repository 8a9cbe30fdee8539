/** Runs the kernel's Python tests (jupyter_client is the official client) and reports each as a test of its own. */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

const folder = import.meta.dirname;
const python = join(folder, "..", "..", ".venv", "bin", "python");
const TEN_MINUTES = 600_000;

/** jupyter_kernel_test skips what a kernel does not offer: a pager, and clearing outputs. */
const NOT_OFFERED = ["ConformanceTests.test_pager", "ConformanceTests.test_clear_output"];

interface Report {
  name: string;
  outcome: "passed" | "failed" | "skipped";
  detail: string;
}

function runPython(command: "list" | "run", module: string): string {
  const { stdout, stderr, status, error } = spawnSync(
    python,
    [join(folder, "run_tests.py"), command, module],
    {
      encoding: "utf8",
      timeout: TEN_MINUTES,
      maxBuffer: 1 << 28,
    },
  );
  if (error !== undefined || status !== 0)
    throw new Error(`${python} run_tests.py ${command} ${module}: ${error?.message ?? stderr}`);
  return stdout;
}

const modules = readdirSync(folder)
  .filter((name) => /^test_.*\.py$/.test(name))
  .map((name) => name.replace(/\.py$/, ""));

test("there are Python tests of the kernel", () => {
  expect(modules).toContain("test_conformance");
});

describe.each(modules)("%s", (module) => {
  const names = JSON.parse(runPython("list", module)) as string[];
  let reports: Report[] = [];

  beforeAll(() => {
    reports = runPython("run", module)
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Report);
  }, TEN_MINUTES);

  test("has tests, and all of them ran", () => {
    expect(names.length).toBeGreaterThan(0);
    expect(reports.map(({ name }) => name).sort()).toEqual([...names].sort());
  });

  test.each(names)("%s", (name) => {
    const report = reports.find((candidate) => candidate.name === name);
    const expected = NOT_OFFERED.includes(name) ? "skipped" : "passed";
    expect(report).toEqual({
      name,
      outcome: expected,
      detail: expected === "passed" ? "" : (expect.any(String) as string),
    });
  });
});
