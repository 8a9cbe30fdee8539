/** Reads a file that a stranger handed in: an ordinary file, of bounded size, and not a way to another one. */
import { constants, type Stats } from "node:fs";
import { open } from "node:fs/promises";

export const submissionLimits = {
  /** A notebook with pictures in its outputs can be large; one beyond this is not read, bytes. */
  fileBytes: 30_000_000,
  /** Files and folders looked at in one submission. */
  entries: 2000,
  /** Folders within folders. */
  depth: 6,
};

/** A submission that cannot be marked, in words for tutor and student. */
export class Unreadable extends Error {
  override name = "Unreadable";
}

export async function readStrangersFile(path: string, name: string): Promise<Buffer> {
  // Without O_NONBLOCK opening a FIFO waits for a writer, for ever.
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (error: unknown) => {
      throw new Unreadable(`${name}: ${describeRefusal(error)}`);
    },
  );
  try {
    const stats = await file.stat();
    if (!stats.isFile())
      throw new Unreadable(`${name}: expected a file, got ${kindOf(stats)}; it is not opened`);
    if (stats.size > submissionLimits.fileBytes) throw new Unreadable(tooLarge(name, stats.size));
    return await file.readFile();
  } finally {
    await file.close();
  }
}

function tooLarge(name: string, bytes: number): string {
  const megabytes = (value: number) => Math.round(value / 1e6);
  return `${name}: ${megabytes(bytes)} MB are more than the ${megabytes(submissionLimits.fileBytes)} MB a notebook may have; clear its outputs and hand it in again`;
}

/** What stands where a file should: for people. */
export function kindOf(entry: Pick<Stats, "isSymbolicLink" | "isDirectory" | "isFIFO" | "isSocket">): string {
  if (entry.isSymbolicLink()) return "a symbolic link";
  if (entry.isDirectory()) return "a folder";
  if (entry.isFIFO()) return "a named pipe";
  if (entry.isSocket()) return "a socket";
  return "a device";
}

function describeRefusal(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  switch (code) {
    case "ELOOP":
      return "is a symbolic link; links are not followed, hand in the file itself";
    case "ENXIO":
      return "is a socket or a named pipe, not a file";
    case "EACCES":
      return "may not be read (permissions)";
    default:
      return `cannot be read (${code})`;
  }
}
