/** A JupyterLab of our own for a test: a free port, a token, and nothing written outside the repository's .cache. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { jupyterEnvironment, labArguments, python } from "../../commands/jupyter.ts";

const root = join(import.meta.dirname, "../..");

export interface LabServer {
  /** The folder JupyterLab shows. Inside the repository, so that notebooks there find the library as students' do. */
  folder: string;
  /** The address of a notebook in that folder, with the token. */
  addressOf(notebook: string): string;
  stop(): Promise<void>;
}

/** Starts JupyterLab and waits until it answers. Throws with its log if it ends or says nothing for a minute. */
export async function startJupyterLab(): Promise<LabServer> {
  mkdirSync(join(root, ".cache"), { recursive: true });
  const home = mkdtempSync(join(root, ".cache", "lab-test-"));
  const folder = join(home, "notebooks");
  mkdirSync(folder);
  const inHome = (name: string): string => join(home, name);
  const child = spawn(
    python,
    [
      ...labArguments(folder),
      "--no-browser",
      "--allow-root",
      "--ServerApp.port=0",
      "--ServerApp.ip=127.0.0.1",
    ],
    // A group of its own, so that its kernels end with it.
    { detached: true, stdio: ["ignore", "pipe", "pipe"], env: jupyterEnvironment(home) },
  );
  let log = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (log += text));
  const stop = async (): Promise<void> => {
    await endGroup(child);
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  };
  // The test process may be stopped from outside: do not leave a server behind.
  process.once("exit", () => signalGroup(child, "SIGKILL"));
  for (let tries = 0; tries < 240; tries++) {
    const server = readServerFile(inHome("runtime"));
    if (server !== undefined && (await answers(server)))
      return {
        folder,
        stop,
        addressOf: (notebook) => `${server.url}lab/tree/${encodeURI(notebook)}?token=${server.token}&reset`,
      };
    if (child.exitCode !== null) break;
    await delay(250);
  }
  await stop();
  throw new Error(`JupyterLab did not start:\n${log.slice(-3000)}`);
}

interface ServerFile {
  url: string;
  token: string;
}

/** The server writes down its own address: with port 0 nobody else knows it. */
function readServerFile(folder: string): ServerFile | undefined {
  if (!existsSync(folder)) return undefined;
  const name = readdirSync(folder).find((file) => /^jpserver-\d+\.json$/.test(file));
  if (name === undefined) return undefined;
  try {
    return JSON.parse(readFileSync(join(folder, name), "utf8")) as ServerFile;
  } catch {
    return undefined; // half written
  }
}

async function answers({ url, token }: ServerFile): Promise<boolean> {
  try {
    return (await fetch(`${url}api/status?token=${token}`)).ok;
  } catch {
    return false;
  }
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // it has ended already
  }
}

/** Asks politely, which shuts the kernels down; then not. */
async function endGroup(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    signalGroup(child, "SIGTERM");
    await Promise.race([ended, delay(10_000, undefined, { ref: false })]);
  }
  signalGroup(child, "SIGKILL");
}
