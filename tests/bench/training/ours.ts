/** One of the bench's trainings, ours: speaks as peers.py does. `node ours.ts WORKLOAD traced|eager|xla FILE` */
import { createInterface } from "node:readline";
import { type Workload, type WorkloadName, compile, setTracing, workloads } from "./workloads.ts";
import { writeWorkload } from "./exchange.ts";

const [name, engine, file] = process.argv.slice(2) as [WorkloadName, "traced" | "eager" | "xla", string];
const started = performance.now();
const workload: Workload = workloads[name]();
if (engine === "eager") setTracing(false);
writeWorkload(workload, file);
const step = compile(workload.step, { name, xla: engine === "xla", eagerFirst: false });

function takeStep(): number {
  const loss = step(workload.inputs);
  const [value] = loss.dataSync<"float32">();
  loss.dispose();
  return value!;
}

const first = takeStep();
answer({ ready: (performance.now() - started) / 1000, losses: [first], flops: workload.flops });
for await (const line of createInterface({ input: process.stdin })) {
  const losses: number[] = [];
  const before = performance.now();
  for (let i = 0; i < Number(line); i++) losses.push(takeStep());
  const milliseconds = performance.now() - before;
  answer({ milliseconds, losses, peak: process.resourceUsage().maxRSS / 1024 });
}

function answer(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
