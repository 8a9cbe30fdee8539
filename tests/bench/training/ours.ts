/** One of the bench's trainings, ours: speaks as peers.py does. `node ours.ts WORKLOAD traced|eager|xla FILE [SHARE]` */
import { createInterface } from "node:readline";
import {
  buildGpt,
  compile,
  type GenerationName,
  gptLanguageModel,
  setTracing,
  textGenerator,
  useBackend,
  type Workload,
  type WorkloadName,
  workloads,
} from "./workloads.ts";
import { writeWorkload } from "./exchange.ts";

const [name, engine, file, share = "1"] = process.argv.slice(2) as [
  WorkloadName | GenerationName,
  "traced" | "eager" | "xla",
  string,
  string?,
];
const started = performance.now();
await useBackend();
if (engine === "eager") setTracing(false);
const { takeStep, flops } = name === "generation" ? prepareGeneration() : await prepareTraining(name);

async function prepareTraining(workloadName: WorkloadName) {
  const workload: Workload = await workloads[workloadName](Number(share));
  writeWorkload(workload, file);
  const step = compile(workload.step, { name: workloadName, xla: engine === "xla", eagerFirst: false });
  return {
    flops: workload.flops,
    takeStep: async () => {
      const loss = step(workload.inputs);
      const [value] = await loss.data<"float32">();
      loss.dispose();
      return value!;
    },
  };
}

/** One step: 127 tokens. */
function prepareGeneration() {
  const gpt = buildGpt({ vocabulary: 65 });
  writeWorkload({ parameters: gpt.weights, inputs: {} }, file);
  const generator = textGenerator(gptLanguageModel(gpt), { tokens: 127, xla: engine === "xla" });
  const perToken = 2 * (4 * (12 * 128 * 128 + 2 * 128 * 128) + 128 * 65);
  return {
    flops: 127 * perToken,
    takeStep: async () => {
      let made = 0;
      for await (const token of generator.generate([1])) made += token >= 0 ? 1 : 0;
      return made;
    },
  };
}

const first = await takeStep();
answer({ ready: (performance.now() - started) / 1000, losses: [first], flops });
for await (const line of createInterface({ input: process.stdin })) {
  const losses: number[] = [];
  const before = performance.now();
  for (let i = 0; i < Number(line); i++) losses.push(await takeStep());
  const milliseconds = performance.now() - before;
  answer({ milliseconds, losses, peak: process.resourceUsage().maxRSS / 1024 });
}

function answer(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
