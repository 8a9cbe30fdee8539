/** Runs one notebook in its kernel, from the outside: which cell it is at, and how it ended. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { UsageError } from "../command-line.ts";
import { jupyterEnvironment, python } from "../jupyter.ts";

export interface Execution {
  /** The notebook. */
  file: string;
  /** Where the executed one goes; the notebook itself to execute in place. */
  target: string;
  /** Where it goes, with the error in its place, when a cell fails. */
  failed: string;
  /** Lectures do what they show at its real size instead of the size for class. */
  full: boolean;
  /** Time limit of one cell. */
  secondsPerCell: number;
  /** A cell begins, out of so many (text cells count: it is the number that JupyterLab's reader would count to). */
  onCell?: (cell: number, cells: number) => void;
}

/** How a notebook ended that did not run through. */
export type Fault = { cell: number } & (
  | { kind: "error"; name: string; message: string }
  | { kind: "timeout"; seconds: number }
  | { kind: "dead" }
  | { kind: "no-kernel"; name: string }
  | { kind: "write"; name: string; path: string }
);

type Report = { event: "start"; cell: number; cells: number } | ({ event: "fault" } & Fault);

/** Executes the notebook; undefined where every cell ran. Throws UsageError where Python itself does not start. */
export async function executeNotebook(execution: Execution): Promise<Fault | undefined> {
  const { file, target, failed, full, secondsPerCell, onCell } = execution;
  const script = join(import.meta.dirname, "execute.py");
  const child = spawn(python, [script, file, target, failed, String(secondsPerCell)], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...jupyterEnvironment(), ...(full ? { GENERATIVE_RUN: "full" } : {}) },
  });
  // nbclient shuts its kernel down on SIGINT and SIGTERM; a Ctrl-C in the terminal reaches it anyway.
  const stop = () => child.kill("SIGTERM");
  process.once("SIGTERM", stop);
  let fault: Fault | undefined;
  let complaint = "";
  child.stderr
    .setEncoding("utf8")
    .on("data", (text: string) => (complaint = (complaint + text).slice(-4000)));
  createInterface({ input: child.stdout }).on("line", (line) => {
    const report = JSON.parse(line) as Report;
    if (report.event === "start") onCell?.(report.cell, report.cells);
    else fault = report;
  });
  try {
    const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
    if (fault === undefined && (code !== 0 || signal !== null))
      throw new UsageError(
        `${file}: the program that runs notebooks ended with ${signal ?? `code ${code}`}: ${complaint.trim().split("\n").at(-1) ?? ""}. Try ./course doctor`,
      );
    return fault;
  } finally {
    process.off("SIGTERM", stop);
  }
}

/** One sentence for the lecturer. */
export function describeFault(fault: Fault): string {
  switch (fault.kind) {
    case "error":
      return `cell ${fault.cell} ended in an error: ${fault.name}: ${fault.message.split("\n")[0]!}`;
    case "timeout":
      return `cell ${fault.cell} took longer than ${fault.seconds} s and was stopped. Allow more with --timeout SECONDS.`;
    case "dead":
      return `cell ${fault.cell}: the kernel died. Is there enough memory?`;
    case "no-kernel":
      return `the TypeScript kernel is not registered (${fault.name}). Try ./course doctor`;
    case "write":
      return `${fault.path} cannot be written: ${fault.name}. Choose another folder with --out DIR.`;
  }
}
