/** `./course lock`: pins every package anew, Python's with their hashes, after requirements*.in or package.json were changed. */
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { join } from "node:path";
import { readArguments, runCommand, UsageError } from "./command-line.ts";

const root = join(import.meta.dirname, "..");

await runCommand("lock", (args) => {
  const { values } = readArguments(args, { help: { type: "boolean", short: "h" } });
  if (values.help) {
    console.log(
      "Pins the versions of requirements*.txt and package-lock.json anew, from requirements*.in and package.json.",
    );
    return 0;
  }
  for (const file of globSync("requirements*.in", { cwd: root }).sort()) {
    const target = file.replace(/\.in$/, ".txt");
    // Universal: the same lock serves every platform and Python; without annotations nothing in it names an index.
    run(join(root, ".venv/bin/uv"), [
      "pip",
      "compile",
      "--quiet",
      "--universal",
      "--generate-hashes",
      "--python-version",
      pythonFor(file),
      "--no-emit-index-url",
      "--no-header",
      file,
      "-o",
      target,
    ]);
    console.log(`${target}: pinned`);
  }
  const npm = join(process.execPath, "../../lib/node_modules/npm/bin/npm-cli.js");
  run(process.execPath, [npm, "install", "--package-lock-only", "--no-audit", "--no-fund"]);
  console.log("package-lock.json: pinned");
  return 0;
});

/** The TensorFlow wheel is taken for its libraries only, of the Python that steps.sh names; the rest serves Python 3.10 on. */
function pythonFor(file: string): string {
  return file.includes("tensorflow") ? "3.12" : "3.10";
}

function run(command: string, args: string[]): void {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  if (error !== undefined)
    throw new UsageError(`${command} does not start: ${error.message}. Try ./course doctor`);
  if (status !== 0)
    throw new UsageError(`${command.split("/").at(-1)!} ended with code ${status ?? "none"}: see above`);
}
