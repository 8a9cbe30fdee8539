/** How Jupyter starts this kernel. */
import { join } from "node:path";

export interface KernelSpec {
  argv: string[];
  display_name: string;
  language: string;
  interrupt_mode: "message" | "signal";
  metadata: { debugger: boolean };
}

/**
 * The contents of kernel.json. Interrupts come as messages: the server thread hears them while the notebook's code
 * blocks the main thread. Without async-hook checks Node survives a loop that has to be stopped by force.
 */
export function kernelSpec({ node, repo }: { node: string; repo: string }): KernelSpec {
  const main = join(repo, "lib", "dist", "kernel", "main.js");
  return {
    argv: [node, "--no-force-async-hooks-checks", main, "--connection", "{connection_file}"],
    display_name: "TypeScript",
    language: "typescript",
    interrupt_mode: "message",
    metadata: { debugger: false },
  };
}
