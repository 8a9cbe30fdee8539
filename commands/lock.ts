/** `./course lock`: pins every package anew, Python's with their hashes, after requirements*.in or package.json were changed. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { readArguments, runCommand, UsageError } from "./command-line.ts";

const root = join(import.meta.dirname, "..");

const lists = [
  { name: "requirements", python: "3.10", options: [] },
  // Installed into the same environment as the first.
  { name: "requirements-test", python: "3.10", options: ["--constraint", "requirements.txt"] },
  // Unpacked for its libraries alone (steps.sh names the Python), so what its Python code needs is not installed.
  { name: "requirements-tensorflow", python: "3.12", options: ["--no-deps"] },
  {
    name: "requirements-tensorflow-gpu",
    python: "3.12",
    options: ["--no-deps", "--python-platform", "x86_64-unknown-linux-gnu"],
  },
];

await runCommand("lock", (args) => {
  const { values } = readArguments(args, { help: { type: "boolean", short: "h" } });
  if (values.help) {
    console.log(
      "Pins the versions of requirements*.txt and package-lock.json anew, from requirements*.in and package.json.",
    );
    return 0;
  }
  for (const { name, python, options } of lists) {
    run(join(root, ".venv/bin/uv"), [
      ...["pip", "compile", "--quiet", "--custom-compile-command", "./course lock"],
      // Universal: the same lock serves every platform. Versions stay as they are unless the .in file asks for others.
      ...(options.includes("--python-platform") ? [] : ["--universal"]),
      ...["--generate-hashes", "--no-emit-index-url", "--python-version", python],
      ...options,
      ...[`${name}.in`, "-o", `${name}.txt`],
    ]);
    console.log(`${name}.txt: pinned`);
  }
  const npm = join(process.execPath, "../../lib/node_modules/npm/bin/npm-cli.js");
  run(process.execPath, [npm, "install", "--package-lock-only", "--no-audit", "--no-fund"]);
  console.log("package-lock.json: pinned");
  return 0;
});

function run(command: string, args: string[]): void {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  if (error !== undefined)
    throw new UsageError(`${command} does not start: ${error.message}. Try ./course doctor`);
  if (status !== 0)
    throw new UsageError(`${command.split("/").at(-1)!} ended with code ${status ?? "none"}: see above`);
}
