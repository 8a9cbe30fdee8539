/** An exception as Jupyter's `error` message: name, message, and a traceback that points into the cell. */
import { inspect } from "node:util";
import type { ErrorContent } from "../protocol";
import { placeOf } from "./stack";

const RED = "\u001b[31m";
const GREEN = "\u001b[32m";
const DIM = "\u001b[2m";
const OFF = "\u001b[0m";
const DEEPEST_CAUSE = 3;
const MOST_FRAMES = 20;

/** Never throws, whatever was thrown: a student may throw a Proxy. */
export function describeError(thrown: unknown): ErrorContent {
  try {
    const { ename, evalue } = nameError(thrown);
    return { ename, evalue, traceback: tracebackOf(thrown, 0) };
  } catch {
    const evalue = "the thrown value cannot be shown: reading it throws again";
    return { ename: "Error", evalue, traceback: [`${RED}Error${OFF}: ${evalue}`] };
  }
}

function isError(thrown: unknown): thrown is Error {
  return thrown instanceof Error || Object.prototype.toString.call(thrown) === "[object Error]";
}

function nameError(thrown: unknown): { ename: string; evalue: string } {
  if (!isError(thrown)) return { ename: "Thrown", evalue: `${inspect(thrown)} (not an Error)` };
  const name = thrown.name as unknown;
  const message = thrown.message as unknown;
  return {
    ename: typeof name === "string" && name !== "" ? name : "Error",
    evalue: (typeof message === "string" ? message : inspect(message)) + remedy(thrown),
  };
}

function remedy(error: Error & { code?: unknown }): string {
  if (error.code === "ERR_REQUIRE_ASYNC_MODULE")
    return '\nThis package can only be loaded with: const name = await import("…");';
  return "";
}

function tracebackOf(thrown: unknown, depth: number): string[] {
  const { ename, evalue } = nameError(thrown);
  const lines = [`${RED}${ename}${OFF}: ${evalue}`];
  if (!isError(thrown)) return lines;
  const place = placeOf(thrown);
  if (place !== undefined) lines.push(pointAt(place));
  const frames = framesOf(thrown);
  // A single frame says no more than the picture of the line above it.
  if (frames.length > (place === undefined ? 0 : 1))
    lines.push(...frames.map((frame) => `${DIM}${frame}${OFF}`));
  if (depth >= DEEPEST_CAUSE) return lines;
  const inner = [...(thrown instanceof AggregateError ? (thrown.errors as unknown[]) : []), thrown.cause];
  for (const cause of inner)
    if (cause !== undefined && cause !== null) lines.push("caused by:", ...tracebackOf(cause, depth + 1));
  return lines;
}

function framesOf(error: Error): string[] {
  const stack = error.stack as unknown;
  if (typeof stack !== "string") return [];
  const frames = stack.split("\n").filter((line) => /^ {4}at /.test(line));
  const more = frames.length - MOST_FRAMES;
  return more > 0 ? [...frames.slice(0, MOST_FRAMES), `    … and ${more} more`] : frames;
}

/** The line with its neighbours, and a caret below the column: errors of types and of running code look alike. */
export function pointAt(place: {
  label: string;
  line: number;
  column: number;
  source: string;
  length?: number;
}): string {
  const { label, line, column, source, length = 1 } = place;
  const lines = source.split("\n");
  const shown = [line - 1, line, line + 1].filter((number) => number >= 1 && number <= lines.length);
  const width = String(shown.at(-1) ?? line).length;
  const pictures = shown.map((number) => {
    const text = lines[number - 1]!;
    const gutter = `${number === line ? "→" : " "} ${String(number).padStart(width)} | `;
    if (number !== line) return `${DIM}${gutter}${text}${OFF}`;
    // Tabs are kept, so that the caret stands right whatever their width.
    const indent = text.slice(0, column - 1).replace(/[^\t]/g, " ");
    return `${gutter}${text}\n${" ".repeat(width + 3)}| ${indent}${RED}${"^".repeat(length)}${OFF}`;
  });
  return [`${GREEN}${label}, line ${line}, column ${column}${OFF}`, ...pictures].join("\n");
}
