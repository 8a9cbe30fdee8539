/**
 * The command line that starts a confined Node process: Node's permission model always, bubblewrap and prlimit where the
 * machine has them and they work.
 */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync, readlinkSync, realpathSync } from "node:fs";
import type { Limits } from "./limits.ts";

/** How children are confined on this machine; `notice` says what is missing and what would mend it. */
export interface Confinement {
  bubblewrap?: string;
  prlimit?: string;
  notice?: string;
}

export interface Program {
  /** The script, inside one of `folders`. */
  script: string;
  args: string[];
  /** All that the process may read. */
  folders: string[];
  environment: Record<string, string>;
}

const missing =
  "bubblewrap is not used: answers run under Node's permission model alone, which stops files and processes but is a " +
  "thinner wall. On Debian or Ubuntu: sudo apt-get install bubblewrap.";

/** Tries bubblewrap and prlimit once with the very flags that answers will run under. */
export function probeConfinement(program: Program, limits: Limits): Confinement {
  const prlimit = findTool("prlimit");
  const bubblewrap = findTool("bwrap");
  const withLimits: Confinement = prlimit === undefined ? {} : { prlimit };
  if (bubblewrap === undefined) return { ...withLimits, notice: missing };
  try {
    const [command, ...args] = commandLine({ ...program, args: ["--version"] }, limits, {
      ...withLimits,
      bubblewrap,
    });
    execFileSync(command!, args.slice(0, args.indexOf("--permission")).concat("--version"), {
      stdio: "pipe",
      timeout: 10_000,
    });
    return { ...withLimits, bubblewrap };
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split("\n")[1] ?? error.message) : String(error);
    return {
      ...withLimits,
      notice: `${missing} (It is installed here, but does not start: ${reason.trim()})`,
    };
  }
}

/** Starts the program; its descriptor 3 is a socket to us, its standard input is empty. */
export function launch(program: Program, limits: Limits, confinement: Confinement): ChildProcess {
  const [command, ...args] = commandLine(program, limits, confinement);
  return spawn(command!, args, {
    cwd: "/",
    env: confinement.bubblewrap === undefined ? program.environment : {},
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
}

function commandLine(program: Program, limits: Limits, confinement: Confinement): string[] {
  const node = [
    process.execPath,
    "--permission",
    ...program.folders.map((folder) => `--allow-fs-read=${folder}`),
    `--max-old-space-size=${limits.heapMegabytes}`,
    "--disallow-code-generation-from-strings",
    "--disable-warning=SecurityWarning",
    "--no-deprecation",
    program.script,
    ...program.args,
  ];
  return [
    ...(confinement.bubblewrap === undefined ? [] : [confinement.bubblewrap, ...walls(program)]),
    ...(confinement.prlimit === undefined
      ? []
      : [confinement.prlimit, ...ceilings(limits, confinement), "--"]),
    ...node,
  ];
}

/** Own namespaces for everything (network, processes, users …), no /proc, and only what is needed of the disk. */
function walls({ folders, environment }: Program): string[] {
  return [
    "--unshare-all",
    "--die-with-parent",
    "--new-session",
    "--clearenv",
    ...["--uid", "65534", "--gid", "65534", "--hostname", "sandbox", "--chdir", "/"],
    // Before the course's own files, which may themselves lie below /tmp.
    ...["--dev", "/dev", "--size", "8388608", "--tmpfs", "/tmp"],
    ...["/lib", "/lib64", "/lib32"].flatMap(systemFolder),
    ...["/usr/lib", "/usr/lib64", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d"].flatMap(
      (path) => ["--ro-bind-try", path, path],
    ),
    ...(findTool("prlimit") === undefined
      ? []
      : ["--ro-bind-try", findTool("prlimit")!, findTool("prlimit")!]),
    ...["--ro-bind", process.execPath, process.execPath],
    ...folders.flatMap((folder) => ["--ro-bind", folder, folder]),
    ...Object.entries(environment).flatMap(([name, value]) => ["--setenv", name, value]),
    "--remount-ro",
    "/",
    "--",
  ];
}

function systemFolder(path: string): string[] {
  if (!existsSync(path)) return [];
  return realpathSync(path) === path ? ["--ro-bind", path, path] : ["--symlink", readlinkSync(path), path];
}

function ceilings(limits: Limits, { bubblewrap }: Confinement): string[] {
  const seconds = Math.ceil(limits.loadSeconds + limits.questionSeconds) * 2;
  return [
    `--data=${limits.dataMegabytes * 1_048_576}`,
    "--fsize=8388608",
    "--core=0",
    "--nofile=256",
    `--cpu=${seconds}`,
    // Counted per user namespace: without one it would count the tutor's own processes.
    ...(bubblewrap === undefined ? [] : ["--nproc=128"]),
  ];
}

function findTool(name: "bwrap" | "prlimit"): string | undefined {
  if (process.platform !== "linux") return undefined;
  return ["/usr/bin", "/bin", "/usr/local/bin"]
    .map((folder) => `${folder}/${name}`)
    .find((path) => existsSync(path));
}
