/**
 * `./course doctor`: what the course runs on here, and for each thing that is missing the one command that mends it.
 * It is for broken set-ups too, so it imports nothing but Node and files that do the same.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statfsSync } from "node:fs";
import { arch, availableParallelism, freemem, platform, release, totalmem } from "node:os";
import { join } from "node:path";
import { findChromium } from "../lectures/slides/find-chromium.ts";

const root = join(import.meta.dirname, "..");
const gigabytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

/** One line of the report; `remedy` stands where something is missing. */
interface Finding {
  what: string;
  found: string;
  remedy?: string;
  /** Without it a part of the course does not work; else it is only slower, or a choice. */
  needed?: boolean;
}

const findings: Finding[] = [
  machine(),
  disk(),
  {
    what: "Node",
    found: `${process.version.slice(1)} (${process.execPath.startsWith(root) ? "the course's own" : process.execPath})`,
  },
  ...packages(),
  kernel(),
  ...backends(),
  ...(existsSync(join(root, ".cache/gpu")) ? [nvidia()] : []),
  tool("Chromium", "slides are checked and printed with it", browser(), "sudo apt-get install chromium"),
  ...(platform() === "linux"
    ? [
        tool(
          "bubblewrap",
          "the second wall around submissions that are marked",
          onPath("bwrap"),
          "sudo apt-get install bubblewrap",
        ),
      ]
    : []),
];

for (const { what, found, remedy, needed } of findings) {
  const mark = remedy === undefined ? "ok" : needed === true ? "missing" : "could be";
  console.log(`${mark.padEnd(9)}${what.padEnd(14)}${found}`);
  if (remedy !== undefined) console.log(`${" ".repeat(23)}→ ${remedy}`);
}
process.exitCode = findings.some(({ remedy, needed }) => remedy !== undefined && needed === true) ? 1 : 0;

function machine(): Finding {
  const memory = `${gigabytes(totalmem())} of memory, ${gigabytes(freemem())} free`;
  return {
    what: "machine",
    found: `${platform()} ${release()} ${arch()}, ${availableParallelism()} cores, ${memory}`,
  };
}

function disk(): Finding {
  const { bavail, bsize } = statfsSync(root);
  const free = bavail * bsize;
  const found = `${gigabytes(free)} free`;
  return free > 2 ** 29
    ? { what: "disk", found }
    : {
        what: "disk",
        found,
        needed: true,
        remedy: "free some space: trainings and slides need about 0.5 GiB",
      };
}

/** The packages that come ready-made for each platform are the ones that can be missing. */
function packages(): Finding[] {
  const native = ["nodejs-polars", "sharp", "zeromq"];
  const python = ["jupyterlab", "nbclient", "nbconvert"];
  return [
    ...python.map((name): Finding => {
      const run = spawnSync(
        join(root, ".venv/bin/python"),
        ["-c", `import importlib.metadata as m; print(m.version("${name}"))`],
        { encoding: "utf8" },
      );
      const version = run.status === 0 ? run.stdout.trim() : undefined;
      return version === undefined
        ? { what: name, found: "not installed", needed: true, remedy: "rm -rf .venv/setup && ./course" }
        : { what: name, found: version };
    }),
    ...native.map((name): Finding => {
      const { status, stderr } = spawnSync(process.execPath, ["-e", `require(${JSON.stringify(name)})`], {
        cwd: root,
        encoding: "utf8",
      });
      if (status === 0) return { what: name, found: versionOf(name) };
      const reason =
        stderr
          .split("\n")
          .find((line) => /Error/.test(line))
          ?.trim() ?? "it does not load";
      return { what: name, found: reason, needed: true, remedy: "rm -rf node_modules && ./course" };
    }),
  ];
}

function versionOf(name: string): string {
  return (
    JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8")) as { version: string }
  ).version;
}

function kernel(): Finding {
  const spec = join(root, ".venv/share/jupyter/kernels/tslab/kernel.json");
  const what = "kernel";
  if (!existsSync(spec))
    return { what, found: "not registered", needed: true, remedy: "./course lab (which registers it)" };
  const { argv } = JSON.parse(readFileSync(spec, "utf8")) as { argv: string[] };
  const lost = argv.filter((part) => part.startsWith("/") && !existsSync(part));
  if (lost.length > 0)
    return {
      what,
      found: `registered, but ${lost.join(", ")} is gone`,
      needed: true,
      remedy: "rm -rf .venv/share/jupyter/kernels/tslab && ./course",
    };
  return { what, found: "TypeScript (tslab), registered in .venv" };
}

/** Each backend in a process of its own: one that fails must not take the others with it. */
function backends(): Finding[] {
  const ask = (name: string) =>
    spawnSync(
      process.execPath,
      [
        "-e",
        `require("@actl/generative").useBackend(${JSON.stringify(name)}).then((report) => console.log(JSON.stringify(report)))`,
      ],
      {
        cwd: root,
        encoding: "utf8",
        env: { ...process.env, GENERATIVE_BACKEND: "" },
      },
    );
  return ["tensorflow", "webgpu", "wasm", "cpu"].map((name): Finding => {
    const { status, stdout, stderr } = ask(name);
    if (status === 0) {
      const report = JSON.parse(stdout.trim().split("\n").at(-1)!) as {
        backend: string;
        device: string;
        notice?: string;
      };
      // Not everybody has a GPU: no fault, and nothing to mend.
      if (report.backend !== name)
        return { what: name, found: /but (.*)\. \w+ is used/.exec(report.notice ?? "")?.[1] ?? "not here" };
      return { what: name, found: `backend works: ${report.device}` };
    }
    const error = /(?:Error: )(.*)/.exec(stderr)?.[1] ?? "it does not load";
    return {
      what: name,
      found: error,
      needed: name === "cpu",
      remedy: remedyFor(name),
    };
  });
}

/** After ./course --gpu: what the driver says. TensorFlow's own line above says whether it computes there. */
function nvidia(): Finding {
  const what = "NVIDIA";
  const query = ["--query-gpu=name,memory.total,memory.used,driver_version", "--format=csv,noheader"];
  const { status, stdout } = spawnSync("nvidia-smi", query, { encoding: "utf8" });
  if (status === 0) {
    const devices = stdout
      .trim()
      .split("\n")
      .map((line) => {
        const [name, total, used, driver] = line.split(", ");
        return `${name}, ${total} (${used} in use), driver ${driver}`;
      });
    return { what, found: devices.join("; ") };
  }
  return {
    what,
    found: "no driver answers (nvidia-smi), so TensorFlow computes on the processor",
    remedy:
      "install NVIDIA's driver, 525 or newer; in a container start it with --gpus all; without a GPU: ./course --cpu",
  };
}

function remedyFor(backend: string): string {
  if (backend !== "tensorflow") return "rm -rf node_modules && ./course";
  if (onPath("g++") === undefined && onPath("clang++") === undefined && onPath("c++") === undefined)
    return platform() === "darwin"
      ? "xcode-select --install, then ./course doctor"
      : "sudo apt-get install g++ && ./course doctor";
  return `./course doctor (tries again; its log: .cache/setup/${existsSync(join(root, ".venv/tensorflow/tensorflow")) ? "native" : "tensorflow"}.log)`;
}

function tool(what: string, purpose: string, path: string | undefined, remedy: string): Finding {
  return path === undefined ? { what, found: `not found; ${purpose}`, remedy } : { what, found: path };
}

function browser(): string | undefined {
  try {
    return findChromium();
  } catch {
    return undefined; // CHROME_PATH names no program
  }
}

function onPath(command: string): string | undefined {
  return (process.env.PATH ?? "")
    .split(":")
    .map((folder) => join(folder, command))
    .find((path) => existsSync(path));
}
