/** Files that are there whole or not at all. */
import { randomUUID } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { makeFolder } from "../../commands/make-folder.ts";

/** The results cannot be written: the tutor's disk, not a submission. */
export class OutputError extends Error {
  override name = "OutputError";
}

/** Writes beside the target, then renames. Throws OutputError with what to do about it. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID().slice(0, 8)}.tmp`);
  try {
    makeFolder(dirname(path));
    await writeFile(temporary, text, { flag: "wx" });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new OutputError(`${path}: cannot be written: ${describeDisk(error)}`);
  }
}

export function describeDisk(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return "the disk is full. Make room and run the command again: it goes on where it stopped.";
    case "EROFS":
      return "the disk is read-only. Choose another folder with --out.";
    case "EACCES":
    case "EPERM":
      return "no permission. Choose another folder with --out.";
    case "ENOTDIR":
    case "EEXIST":
    case "EISDIR":
      return "there is already something else of this name. Choose another folder with --out.";
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
