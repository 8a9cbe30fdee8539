/** Writing files that a crash, a full disk or a second process never leaves half written. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { DataError } from "./errors";

/**
 * Writes the whole file beside its place, then moves it there.
 *
 * @throws DataError where the folder cannot be written to or the disk is full; what stood there before is untouched
 */
export function writeWholeFile(path: string, bytes: Uint8Array | string): void {
  const temporary = `${path}.${process.pid}.new`;
  try {
    makeFolder(dirname(path));
    const file = openSync(temporary, "w");
    try {
      const data = typeof bytes === "string" ? Buffer.from(bytes) : bytes;
      for (let written = 0; written < data.length;) written += writeSync(file, data, written);
      fsyncSync(file); // or a power cut could leave the new name with the old disk's zeros
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (cause) {
    removeQuietly(temporary);
    throw new DataError(`${path}: cannot be written: ${reasonFor(cause)}`, { cause });
  }
}

/** Not mkdirSync's `recursive`: Node 24 tries for ever where a folder cannot be made, as below /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    if (!existsSync(folder)) throw error; // else another program made it in the meantime
  }
}

/** The first fault is the one to report. */
function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // its folder is not there, or is not ours
  }
}

function reasonFor(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  return reasons[code ?? ""] ?? message;
}

const noPermission = "no permission. Choose another folder, or mend the permissions of this one.";
const notAFolder = "a part of the path is a file, not a folder.";

/** In plain words, by the system's code. */
const reasons: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full. Free some space, then run it again.",
  EROFS: "the disk is read-only. Choose another folder.",
  EACCES: noPermission,
  EPERM: noPermission,
  ENOTDIR: notAFolder,
  EEXIST: notAFolder,
  EISDIR: "there is a folder of this name. Choose another name.",
};
