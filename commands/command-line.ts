/** What the commands share: reading arguments, and saying what is wrong with them in words. */
import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import { nearestName } from "./nearest-name.ts";

/** Something the person at the keyboard can mend. Anything else is a fault of ours and shows its stack. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** Runs a command; its result is the exit code. What the person at the keyboard can mend becomes one line instead of a stack. */
export async function runCommand(
  name: string,
  command: (args: string[]) => number | Promise<number>,
): Promise<void> {
  try {
    process.exitCode = await command(process.argv.slice(2));
  } catch (error) {
    const message = messageFor(error);
    if (message === undefined) throw error;
    console.error(`${name}: ${message}`);
    process.exitCode = 1;
  }
}

/** What this person can mend, in words; undefined for a fault of ours. */
function messageFor(error: unknown): string | undefined {
  if (error instanceof UsageError || (error instanceof Error && error.name === "DataError"))
    return error.message;
  const { code, path } = error as NodeJS.ErrnoException;
  const trouble = diskTroubles[code ?? ""];
  if (trouble === undefined) return undefined;
  return `${path === undefined ? "" : `${path}: `}${trouble}`;
}

const diskTroubles: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full. Free some space, then run it again.",
  EROFS: "the disk is read-only. Choose another folder, or mount it for writing.",
  EACCES: "no permission to write there. Choose another folder, or mend its permissions.",
};

/** parseArgs of node:util. Throws UsageError for an unknown option (naming the nearest) or a missing value. */
export function readArguments<T extends ParseArgsOptionsConfig>(args: string[], options: T) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code?.startsWith("ERR_PARSE_ARGS") !== true) throw error;
    const name = /'(--?[\w-]+)/.exec(message)?.[1];
    if (code !== "ERR_PARSE_ARGS_UNKNOWN_OPTION" || name === undefined) throw new UsageError(`${message}.`);
    const nearest = nearestName(name.replace(/^-+/, ""), Object.keys(options));
    throw new UsageError(
      `unknown option ${name}. ${nearest === undefined ? `Known: ${listOptions(options)}.` : `Did you mean --${nearest}?`}`,
    );
  }
}

function listOptions(options: ParseArgsOptionsConfig): string {
  return Object.keys(options)
    .map((name) => `--${name}`)
    .join(", ");
}

/** ` Did you mean lectures/01-gan.ipynb?`, from the folder in which the missing file was looked for; else nothing. */
export function nearestFile(path: string): string {
  const folder = dirname(path);
  if (!existsSync(folder)) return "";
  const nearest = nearestName(basename(path), readdirSync(folder));
  return nearest === undefined ? "" : ` Did you mean ${join(folder, nearest)}?`;
}
