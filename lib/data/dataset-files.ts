/** Where the course's data files are, and reading them whole and unharmed. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { DataError } from "../core/errors";
import { findUpwards } from "../core/find-upwards";

const CHECKSUMS = "SHA256SUMS";

/**
 * The folder of a dataset of the course: `datasets/<name>` beside the library, whichever folder the notebook is in.
 *
 * @throws DataError where there is none
 */
export function datasetFolder(name: string): string {
  const found = findUpwards(join("datasets", name), __dirname);
  if (found !== undefined) return found;
  throw new DataError(
    `datasets/${name}: not found beside the library (looked upwards from ${__dirname}). ` +
      `Restore it with: git checkout -- datasets/${name}`,
  );
}

/**
 * The bytes of a data file, after comparing them with their SHA-256 in the `SHA256SUMS` of the same folder.
 * A folder without `SHA256SUMS` is the reader's own data, which is taken as it is.
 *
 * @throws DataError where the file is missing, unreadable or not the one the checksum was made of
 */
export function readDataFile(path: string): Buffer {
  const bytes = readBytes(path);
  const expected = expectedChecksum(path);
  if (expected === undefined) return bytes;
  const actual = createHash("sha256").update(bytes).digest("hex");
  if (actual !== expected)
    throw new DataError(
      `${path}: the file is damaged or was changed: expected SHA-256 ${expected}, got ${actual} ` +
        `(${bytes.length} bytes). ${restore(path)}`,
    );
  return bytes;
}

/** The bytes of any file, with the reason in plain words where it cannot be read. */
export function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new DataError(`${path}: there is no such file. ${restore(path)}`, { cause });
    if (code === "EISDIR") throw new DataError(`${path}: expected a file, got a folder.`, { cause });
    if (code === "EACCES" || code === "EPERM")
      throw new DataError(`${path}: no permission to read it. Try: chmod u+r '${path}'`, { cause });
    throw cause;
  }
}

/** Reads the line of a file in the format of sha256sum(1): "<64 hex digits>  <name>". */
function expectedChecksum(path: string): string | undefined {
  const list = join(dirname(path), CHECKSUMS);
  if (!existsSync(list)) return undefined;
  const name = basename(path);
  for (const line of readFileSync(list, "utf8").split(/\r?\n/)) {
    const [, checksum, file] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? [];
    if (file === name) return checksum;
  }
  throw new DataError(`${list}: has no line for ${name}. ${restore(path)}`);
}

/** What to do about a lost or damaged file: git has the course's own data, nobody has the reader's. */
function restore(path: string): string {
  const [, ours] = /[/\\](datasets[/\\][^/\\]+)[/\\][^/\\]+$/.exec(resolve(path)) ?? [];
  return ours === undefined
    ? "Check the path and the current folder."
    : `Restore it with: git checkout -- ${ours.replaceAll("\\", "/")}`;
}
