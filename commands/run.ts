/** `./course run NOTEBOOK …`: executes notebooks headless. */
import { accessSync, constants, existsSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { readNotebook } from "../lectures/slides/read-notebook.ts";
import { SlidesError } from "../lectures/slides/slides-error.ts";
import { readArguments, runCommand, UsageError } from "./command-line.ts";
import { makeFolder } from "./make-folder.ts";
import { describeFault, executeNotebook } from "./run/execute-notebook.ts";

const usage = `Executes notebooks from the first cell to the last, without a browser.

  ./course run NOTEBOOK … [--out DIR] [--full] [--timeout SECONDS]

  NOTEBOOK           for example lectures/01-gan.ipynb
  --out DIR          writes the executed notebooks there instead of in place
  --full             trains at the size of the lecture's pictures instead of the size for class (minutes to hours)
  --timeout SECONDS  how long one cell may take (1800; with --full 86400)
  --help             this text

A notebook is replaced only when every cell has run. Where one fails, a copy shows the error in its place.`;

const options = {
  out: { type: "string" },
  full: { type: "boolean", default: false },
  timeout: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

const root = join(import.meta.dirname, "..");

await runCommand("run", async (args) => {
  const { values, positionals } = readArguments(args, options);
  if (values.help) {
    console.log(usage);
    return 0;
  }
  if (positionals.length === 0)
    throw new UsageError("which notebook? For example ./course run lectures/01-gan.ipynb");
  const secondsPerCell = readTimeout(values.timeout, values.full);
  const runs = positionals.map((file) => ({ file, target: chooseTarget(file, values.out) }));
  let failures = 0;
  for (const { file, target } of runs)
    if (!(await run(file, target, values.full, secondsPerCell))) failures++;
  return failures === 0 ? 0 : 1;
});

async function run(file: string, target: string, full: boolean, secondsPerCell: number): Promise<boolean> {
  const started = performance.now();
  const failed = target === resolve(file) ? join(root, "out", "run", basename(file)) : target;
  const fault = await executeNotebook({
    file,
    target,
    failed,
    full,
    secondsPerCell,
    onCell: (cell, cells) => {
      if (process.stdout.isTTY) process.stdout.write(`\r\u001b[K${file}: cell ${cell} of ${cells}`);
    },
  });
  if (process.stdout.isTTY) process.stdout.write("\r\u001b[K");
  const seconds = Math.round((performance.now() - started) / 1000);
  if (fault === undefined) {
    console.log(`${file}: every cell ran, in ${seconds} s; results in ${relative(process.cwd(), target)}`);
    return true;
  }
  console.error(`run: ${file}: ${describeFault(fault)}`);
  if (existsSync(failed)) console.error(`  the cell with its error: ${relative(process.cwd(), failed)}`);
  return false;
}

/** Checks what can be checked before anything runs: the notebook is one of ours, and its place can be written to. */
function chooseTarget(file: string, out: string | undefined): string {
  try {
    readNotebook(file);
  } catch (error) {
    throw error instanceof SlidesError ? new UsageError(error.message) : error;
  }
  const target = out === undefined ? resolve(file) : join(resolve(out), basename(file));
  try {
    makeFolder(dirname(target));
    accessSync(dirname(target), constants.W_OK);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    const reason = {
      EROFS: "the disk is read-only",
      ENOSPC: "the disk is full",
      ENOTDIR: "a file is in the way",
    }[code];
    throw new UsageError(
      `${dirname(target)} cannot be written to: ${reason ?? "no permission"}. Choose another folder with --out DIR.`,
    );
  }
  return target;
}

function readTimeout(text: string | undefined, full: boolean): number {
  if (text === undefined) return full ? 86_400 : 1800;
  const seconds = Number(text);
  if (Number.isInteger(seconds) && seconds >= 1) return seconds;
  throw new UsageError(`--timeout: expected a whole number of seconds from 1, got ${JSON.stringify(text)}.`);
}
