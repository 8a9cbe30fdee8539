/**
 * The notebooks in a zip upload, unpacked into memory only: no name in the archive ever becomes a path, so there is
 * nowhere to slip to, and sizes are counted while unpacking, whatever the archive says of itself.
 */
import { fromBuffer, type Entry, type ZipFile } from "yauzl";
import { submissionLimits, Unreadable } from "./read-file.ts";

export interface ZippedFile {
  name: string;
  bytes: Buffer;
}

export function isZip(bytes: Buffer): boolean {
  return (
    bytes.subarray(0, 4).equals(Buffer.from([0x50, 0x4b, 3, 4])) ||
    bytes.subarray(0, 4).equals(Buffer.from([0x50, 0x4b, 5, 6]))
  );
}

/** All files in the archive that end in .ipynb. Throws Unreadable where it is broken, protected, or a bomb. */
export async function readZippedNotebooks(bytes: Buffer, name: string): Promise<ZippedFile[]> {
  try {
    const zip = await openZip(bytes);
    return await collect(zip, name);
  } catch (error) {
    if (error instanceof Unreadable) throw error;
    throw new Unreadable(
      `${name}: not a zip archive that can be read (${error instanceof Error ? error.message : String(error)})`,
    );
  }
}

async function openZip(bytes: Buffer): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    fromBuffer(bytes, { lazyEntries: true, strictFileNames: true }, (error, zip) => {
      if (error === null) resolve(zip);
      else reject(error);
    });
  });
}

async function collect(zip: ZipFile, name: string): Promise<ZippedFile[]> {
  const found: ZippedFile[] = [];
  let left = submissionLimits.fileBytes;
  let seen = 0;
  await new Promise<void>((resolve, reject) => {
    zip.on("error", reject);
    zip.on("end", resolve);
    zip.on("entry", (entry: Entry) => {
      if (++seen > submissionLimits.entries) {
        reject(new Unreadable(`${name}: more than ${submissionLimits.entries} files in the archive`));
        return;
      }
      if (!isNotebookName(entry.fileName)) {
        zip.readEntry();
        return;
      }
      unpack(zip, entry, left, name).then((bytes) => {
        left -= bytes.length;
        found.push({ name: entry.fileName, bytes });
        zip.readEntry();
      }, reject);
    });
    zip.readEntry();
  });
  return found;
}

async function unpack(zip: ZipFile, entry: Entry, left: number, name: string): Promise<Buffer> {
  if (entry.isEncrypted()) throw new Unreadable(`${name}: ${entry.fileName} is protected by a password`);
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => {
      if (error !== null) {
        reject(error);
        return;
      }
      const parts: Buffer[] = [];
      let size = 0;
      stream.on("error", reject);
      stream.on("end", () => resolve(Buffer.concat(parts)));
      stream.on("data", (part: Buffer) => {
        size += part.length;
        parts.push(part);
        if (size <= left) return;
        stream.destroy();
        reject(
          new Unreadable(`${name}: unpacks to more than ${Math.round(submissionLimits.fileBytes / 1e6)} MB`),
        );
      });
    });
  });
}

/** A notebook by its name, and not one that an operating system or Jupyter left behind. */
export function isNotebookName(path: string): boolean {
  return path.endsWith(".ipynb") && !path.split("/").some(isJunk);
}

/** Files and folders that systems leave in uploads. */
export function isJunk(name: string): boolean {
  return name.startsWith(".") || ["__MACOSX", "Thumbs.db", "desktop.ini", "node_modules"].includes(name);
}
