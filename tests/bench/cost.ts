/**
 * `./course bench cost`: what a StyleGAN2-ADA costs here, in the columns of its authors' table (1024 × 1024 pixels on V100s): days
 * for 1,000 and 25,000 thousands of images, seconds per thousand, memory.
 */
import { runProgram } from "../lib/package-copy.ts";

interface Run {
  backend: string;
  resolution: number;
  batchSize: number;
}

/** A batch takes what it takes: the slow backends get a small one. */
const runs: readonly Run[] = [
  { backend: "tensorflow", resolution: 32, batchSize: 32 },
  { backend: "tensorflow", resolution: 64, batchSize: 16 },
  { backend: "wasm", resolution: 32, batchSize: 4 },
  { backend: "cpu", resolution: 32, batchSize: 4 },
];

/** NVIDIA's own, from the README of stylegan2-ada-pytorch. */
const published = [
  ["1 × V100, 1024 px", "1d 20h", "46d 03h", "158", "8.1 GB", "5.3 GB"],
  ["2 × V100, 1024 px", "23h 09m", "24d 02h", "83", "8.6 GB", "11.9 GB"],
  ["4 × V100, 1024 px", "11h 36m", "12d 02h", "40", "8.4 GB", "21.9 GB"],
  ["8 × V100, 1024 px", "5h 54m", "6d 03h", "20", "8.3 GB", "44.7 GB"],
];

export async function benchCost(): Promise<void> {
  const rows = [
    ["device, image", "1,000 kimg", "25,000 kimg", "sec/kimg", "GPU mem", "CPU mem"],
    ["---", "---:", "---:", "---:", "---:", "---:"],
    ...published,
  ];
  for (const run of runs) {
    const { secondsPerKimg, memory, device } = await measure(run);
    rows.push([
      `${device}, ${run.resolution} px`,
      describeDuration(secondsPerKimg * 1_000),
      describeDuration(secondsPerKimg * 25_000),
      secondsPerKimg < 100 ? secondsPerKimg.toFixed(1) : secondsPerKimg.toFixed(0),
      "–",
      `${(memory / 1e9).toFixed(1)} GB`,
    ]);
  }
  for (const row of rows) console.log(`| ${row.join(" | ")} |`);
}

/**
 * Seconds a step takes on average: the plain one, a quarter of what path lengths add, a sixteenth of what R1 adds. Step 0 has
 * both and records the others, step 16 has both again, steps 4, 8 and 12 have path lengths.
 */
async function measure({ backend, resolution, batchSize }: Run) {
  const { stdout } = await runProgram(
    `
    const g = require("@actl/generative");
    (async () => {
      const report = await g.useBackend();
      const { images, labels } = await g.loadHurricane({ side: ${resolution}, count: 500 });
      const networks = g.buildStylegan2({ classes: 2, resolution: ${resolution} });
      const slow = ${backend !== "tensorflow"};
      const last = slow ? 5 : 33;
      const times = [];
      let before = 0;
      for await (const { seconds } of g.trainStylegan2(networks, images, { steps: last, batchSize: ${batchSize}, labels })) {
        times.push(seconds - before);
        before = seconds;
      }
      const median = (indices) => indices.map((i) => times[i]).sort((a, b) => a - b)[indices.length >> 1];
      const plain = slow ? median([1, 2, 3]) : median([17, 18, 19, 21, 22, 23, 25, 26, 27, 29, 30, 31]);
      const lengths = slow ? times[4] : median([20, 24, 28]);
      const both = slow ? times[0] : times[32];
      const mean = plain + Math.max(0, lengths - plain) / 4 + Math.max(0, both - lengths) / 16;
      const device = report.backend === "tensorflow" ? report.device : report.backend;
      console.log(JSON.stringify({ secondsPerKimg: (mean / ${batchSize}) * 1000, memory: process.memoryUsage.rss(), device }));
    })();`,
    undefined,
    { GENERATIVE_BACKEND: backend },
  );
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as {
    secondsPerKimg: number;
    memory: number;
    device: string;
  };
}

/** "46d 03h", "5h 54m", as in the authors' table. */
function describeDuration(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  const two = (value: number) => String(value).padStart(2, "0");
  if (minutes >= 24 * 60) {
    const hours = Math.round(minutes / 60);
    return `${Math.floor(hours / 24)}d ${two(hours % 24)}h`;
  }
  return `${Math.floor(minutes / 60)}h ${two(minutes % 60)}m`;
}
