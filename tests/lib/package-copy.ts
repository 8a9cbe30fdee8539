/** A copy of the built library in a folder of its own, so that parts of it or of its dependencies can be missing. */
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const root = join(import.meta.dirname, "..", "..");

export interface PackageCopy {
  /** Where the package is: lib of the project. */
  lib: string;
  /** What a CommonJS program beside the package prints. */
  run(program: string, environment?: NodeJS.ProcessEnv): Promise<{ stdout: string; stderr: string }>;
  remove(): void;
}

/** Copies lib/dist without the native addon, and links the npm packages but for those named. */
export function copyPackage(without: readonly string[] = []): PackageCopy {
  const folder = mkdtempSync(join(tmpdir(), "generative-"));
  const lib = join(folder, "node_modules", "@actl", "generative");
  cpSync(join(root, "lib", "dist"), join(lib, "dist"), { recursive: true });
  cpSync(join(root, "lib", "package.json"), join(lib, "package.json"));
  for (const name of installedPackages()) {
    if (without.includes(name)) continue;
    const place = join(folder, "node_modules", name);
    mkdirSync(join(place, ".."), { recursive: true });
    symlinkSync(join(root, "node_modules", name), place);
  }
  return {
    lib,
    run: (program, environment) => runProgram(program, folder, environment),
    remove: () => rmSync(folder, { recursive: true }),
  };
}

function installedPackages(): string[] {
  return readdirSync(join(root, "node_modules"))
    .filter((name) => !name.startsWith(".") && name !== "@actl")
    .flatMap((name) =>
      name.startsWith("@")
        ? readdirSync(join(root, "node_modules", name)).map((inner) => `${name}/${inner}`)
        : [name],
    );
}

/** Runs a CommonJS program in a folder, without this process's settings of the library. */
export async function runProgram(
  program: string,
  folder: string = root,
  environment: NodeJS.ProcessEnv = {},
): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, ["--input-type=commonjs", "-e", program], {
    cwd: folder,
    env: { ...process.env, GENERATIVE_BACKEND: "", ...environment },
  });
}
