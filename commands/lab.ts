/** `./course lab [FOLDER | NOTEBOOK]`: JupyterLab with the TypeScript kernel. */
import { spawn } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { nearestFile, readArguments, runCommand, UsageError } from "./command-line.ts";
import { jupyterEnvironment, labArguments, python } from "./jupyter.ts";

const usage = `Opens JupyterLab with the course's TypeScript kernel, in your browser.

  ./course lab [FOLDER | NOTEBOOK] [--no-browser] [--port N]

  FOLDER        what JupyterLab shows (the course's folder unless told)
  NOTEBOOK      opens this one, for example exercises/01-gan.ipynb
  --no-browser  only prints the address
  --port N      listens on this port (8888, or the next free one)
  --help        this text

It listens on this machine only. Ctrl-C ends it, with its kernels; JupyterLab has saved what you did.`;

const options = {
  "no-browser": { type: "boolean" },
  port: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

const root = join(import.meta.dirname, "..");

await runCommand("lab", async (args) => {
  const { values, positionals } = readArguments(args, options);
  if (values.help) {
    console.log(usage);
    return 0;
  }
  if (positionals.length > 1)
    throw new UsageError(`${positionals.slice(1).join(" ")}: one folder or notebook at a time.`);
  const { folder, notebook } = findPlace(positionals[0]);
  return startLab([
    ...labArguments(folder),
    ...(notebook === undefined ? [] : [`--LabApp.default_url=/lab/tree/${encodeURI(notebook)}`]),
    ...(values["no-browser"] ? ["--no-browser"] : []),
    ...(values.port === undefined ? [] : [`--ServerApp.port=${checkPort(values.port)}`]),
    // In a container everybody is root, which Jupyter otherwise refuses.
    ...(process.getuid?.() === 0 ? ["--allow-root"] : []),
  ]);
});

/** A notebook of the course is shown in the course's folder, one from elsewhere in its own. */
function findPlace(path: string | undefined): { folder: string; notebook?: string } {
  if (path === undefined) return { folder: root };
  const full = resolve(path);
  if (!existsSync(full))
    throw new UsageError(`${path}: there is no such folder or notebook.${nearestFile(path)}`);
  if (statSync(full).isDirectory()) return { folder: full };
  const inside = relative(root, full);
  if (inside.startsWith("..")) return { folder: dirname(full), notebook: basename(full) };
  return { folder: root, notebook: inside };
}

function checkPort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new UsageError(`--port: expected a number from 1 to 65535, got ${JSON.stringify(text)}.`);
}

function startLab(args: string[]): Promise<number> {
  const child = spawn(python, args, { stdio: "inherit", env: jupyterEnvironment() });
  // The terminal sends Ctrl-C to both; JupyterLab asks what is meant, so stay until it has ended.
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  return new Promise((done, fail) => {
    child.on("error", (error) =>
      fail(new UsageError(`JupyterLab does not start: ${error.message}. Try ./course doctor`)),
    );
    child.on("close", (code) => done(code ?? 0));
  });
}
