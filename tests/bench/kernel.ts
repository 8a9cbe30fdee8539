/** What the TypeScript kernel costs, beside ipykernel: both asked by Jupyter's own client, in turns. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { BenchRow } from "./library.ts";

const python = join(import.meta.dirname, "../../.venv/bin/python");

type Measure = "start" | "import" | "cell" | "cell with the library";
/** Medians, in seconds. */
interface Times {
  tslab: Record<Measure, number>;
  python3: Record<"start" | "cell", number>;
}

/** Takes about half a minute. A time is from sending a cell until its reply and "idle" have come. */
export async function benchKernel(): Promise<BenchRow[]> {
  const { stdout } = await promisify(execFile)(python, [join(import.meta.dirname, "kernel_times.py")]);
  const { tslab, python3 } = JSON.parse(stdout) as Times;
  const row = (what: string, ours: number, peer: number | null): BenchRow => ({
    what,
    ours: ours * 1000,
    peer: peer === null ? null : peer * 1000,
    unit: "ms",
  });
  return [
    row("kernel start and first cell", tslab.start, python3.start),
    row("trivial cell", tslab.cell, python3.cell),
    row("trivial cell with the library imported", tslab["cell with the library"], python3.cell),
    row("first import of the library in a cell", tslab.import, null),
  ];
}

if (import.meta.main) console.table(await benchKernel());
