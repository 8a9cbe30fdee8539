/** `./course bench`: what the course costs on this machine, as medians, beside what there is to compare with. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { readArguments, runCommand, UsageError } from "../../commands/command-line.ts";
import { benchBackends } from "./backends.ts";
import { benchCompile } from "./compile.ts";
import { benchCost } from "./cost.ts";
import { benchKernel } from "./kernel.ts";
import { benchLibrary, type BenchRow } from "./library.ts";
import { benchMemory } from "./memory.ts";
import { benchModes } from "./modes/compare.ts";
import { mixtureNames } from "./modes/variants.ts";
import { benchScale } from "./scale.ts";
import { benchTraining } from "./training/compare.ts";

const usage = `What the course costs on this machine.

  ./course bench [kernel | library | compile | scale | cost | memory] [--out DIR]
  ./course bench training | backends [WORKLOAD …] [--out DIR]
  ./course bench modes [ring | grid] [--seeds N] [--out DIR]
  ./course bench --install-peers

  kernel      start and cells of the TypeScript kernel, beside ipykernel
  library     import, backends, a step of the lecture's GAN
  compile     calls and recordings of compiled steps, and memory over many of them
  scale       how cost grows with batch, width and length
  cost        days that a StyleGAN2-ADA takes on each backend, beside the authors' table
  memory      what 10,000 steps of each trainer add
  training    gan (the lecture's), cgan (the conditional one of houses), dcgan, pix2pix, stylegan2 (R1 in every step), tabular (the WGAN-GP of
              insurance policies), ring, char-rnn, gpt and generation (127 tokens), beside Keras and PyTorch where they are installed
  backends    the same trainings on TensorFlow, on wasm and in plain JavaScript, about twenty minutes
  modes       mode collapse: GAN, unrolled GAN, PacGAN and WGAN-GP on a ring and a grid of Gaussians, ten seeds of each, beside
              published numbers; goes on where it was stopped
  --seeds N   only so many seeds of each
  --out DIR   numbers and loss curves of the trainings (out/bench)
  --install-peers   Keras and PyTorch of requirements-bench.txt into .venv/bench (about 6 GB)
  --help      this text

Without a name kernel, library, compile and scale run, in about three minutes; the trainings take about twenty, modes half an hour.`;

const root = join(import.meta.dirname, "../..");
const peersPython = join(root, ".venv/bench/bin/python");
const tables: Record<string, { title: string; measure: () => Promise<BenchRow[]> }> = {
  kernel: { title: "Kernel, beside ipykernel", measure: benchKernel },
  library: { title: "Library", measure: benchLibrary },
  compile: { title: "Compiled steps", measure: benchCompile },
};

await runCommand("bench", async (args) => {
  const { values, positionals } = readArguments(args, {
    out: { type: "string", default: join(root, "out/bench") },
    "install-peers": { type: "boolean", default: false },
    seeds: { type: "string" },
    help: { type: "boolean", short: "h" },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  if (values["install-peers"]) return installPeers();
  const [section, ...rest] = positionals;
  const known = [...Object.keys(tables), "scale", "cost", "memory", "training", "backends", "modes"];
  if (section !== undefined && !known.includes(section))
    throw new UsageError(`expected one of ${known.join(", ")}; got "${section}".`);
  const { model = "unknown processor" } = cpus()[0] ?? {};
  console.log(`${availableParallelism()} cores, ${model}, Node ${process.version}\n`);
  for (const [name, { title, measure }] of Object.entries(tables))
    if (section === undefined || section === name) {
      console.log(title);
      printTable(await measure());
      console.log();
    }
  if (section === undefined || section === "scale") {
    console.log("Cost of a training step");
    await benchScale();
  }
  if (section === "backends") await benchBackends(rest);
  if (section === "cost") await benchCost();
  if (section === "memory") await benchMemory();
  if (section === "modes") {
    const unknown = rest.find((name) => !(mixtureNames as string[]).includes(name));
    if (unknown !== undefined)
      throw new UsageError(`modes: expected ${mixtureNames.join(" or ")}, got "${unknown}".`);
    const seeds = values.seeds === undefined ? undefined : Number(values.seeds);
    if (seeds !== undefined && !(Number.isInteger(seeds) && seeds > 0))
      throw new UsageError(`--seeds: expected a positive whole number, got "${values.seeds}".`);
    await benchModes(rest.length === 0 ? mixtureNames : (rest as typeof mixtureNames), values.out, seeds);
  }
  if (section === "training") {
    const python = process.env.BENCH_PYTHON ?? (existsSync(peersPython) ? peersPython : undefined);
    if (python === undefined)
      console.log("Ours alone; Keras and PyTorch beside it: ./course bench --install-peers");
    await benchTraining(rest, python, values.out);
  }
  return 0;
});

function installPeers(): number {
  const uv = join(root, ".venv/bin/uv");
  for (const command of [
    ["venv", "--quiet", "--allow-existing", join(root, ".venv/bench")],
    ["pip", "install", "--quiet", "--python", peersPython, "-r", join(root, "requirements-bench.txt")],
  ]) {
    const { status } = spawnSync(uv, command, { stdio: "inherit" });
    if (status !== 0) throw new UsageError("the peers could not be installed: see above.");
  }
  console.log("Keras and PyTorch are in .venv/bench.");
  return 0;
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
