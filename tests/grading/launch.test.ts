/** The walls around students' code stand wherever the course was cloned. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";

const launcher = join(import.meta.dirname, "../../grading/sandbox/launch.ts");
const limits = join(import.meta.dirname, "../../grading/sandbox/limits.ts");

/** What stands in the way of each tool, as told by this Node. */
function confinementBy(node: string): unknown {
  const script = `
    const { probeConfinement } = await import(${JSON.stringify(launcher)});
    const { defaultLimits } = await import(${JSON.stringify(limits)});
    const program = { script: "none", args: [], folders: [], environment: {} };
    console.log(JSON.stringify(probeConfinement(program, defaultLimits)));`;
  const { stdout, stderr } = spawnSync(node, ["--input-type=module", "--eval", script], { encoding: "utf8" });
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout);
}

test("a course below /tmp, where the sandbox puts a folder of its own, is confined like any other", () => {
  const folder = mkdtempSync("/tmp/course-");
  const node = join(folder, "node");
  try {
    cpSync(process.execPath, node);
    expect(confinementBy(node)).toEqual(confinementBy(process.execPath));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
