/** `./course bench`: what the course costs on this machine, as medians, beside what there is to compare with. */
import { availableParallelism, cpus } from "node:os";
import { benchKernel } from "./kernel.ts";
import { benchLibrary, type BenchRow } from "./library.ts";

const { model = "unknown processor" } = cpus()[0] ?? {};
console.log(`${availableParallelism()} cores, ${model}, Node ${process.version}\n`);
for (const [title, measure] of [
  ["Kernel, beside ipykernel", benchKernel],
  ["Library", benchLibrary],
] as const) {
  console.log(title);
  printTable(await measure());
  console.log();
}

/** Ratios, since milliseconds say more of the machine than of the course. */
function printTable(rows: BenchRow[]): void {
  const width = Math.max(...rows.map(({ what }) => what.length));
  for (const { what, ours, peer, unit } of rows) {
    const ratio = peer === null ? "" : `  beside ${format(peer)} ${unit}, ratio ${(ours / peer).toFixed(2)}`;
    console.log(`  ${what.padEnd(width)}  ${format(ours).padStart(8)} ${unit}${ratio}`);
  }
}

function format(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
