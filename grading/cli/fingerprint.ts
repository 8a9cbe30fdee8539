/** What a mark depends on, as a hash: the same key means the same mark, so it need not be made again. */
import { createHash, type Hash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { FoundSubmission } from "../submissions/find.ts";
import { readStrangersFile } from "../submissions/read-file.ts";

const root = resolve(import.meta.dirname, "../..");

/** The exercise, its checks, the library and the grader itself. */
export async function fingerprintAssignment(id: string): Promise<string> {
  const hash = createHash("sha256");
  await addFile(hash, join(root, "exercises", `${id}.ipynb`));
  await addFolder(hash, join(root, "tests/exercises", id), /./);
  await addFolder(hash, join(root, "lib/dist"), /\.(js|d\.ts)$/);
  await addFolder(hash, import.meta.dirname.replace(/cli$/, ""), /\.ts$/);
  return hash.digest("hex");
}

export async function fingerprintSubmission(found: FoundSubmission, assignment: string): Promise<string> {
  const hash = createHash("sha256")
    .update(assignment)
    .update(found.problem ?? "");
  for (const path of found.candidates) {
    hash.update(path);
    const bytes = await readStrangersFile(path, path).catch((error: unknown) => String(error));
    hash.update(bytes);
  }
  return hash.digest("hex");
}

async function addFolder(hash: Hash, folder: string, wanted: RegExp): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && wanted.test(entry.name));
  for (const path of files.map((entry) => join(entry.parentPath, entry.name)).sort())
    await addFile(hash, path);
}

async function addFile(hash: Hash, path: string): Promise<void> {
  hash.update(path).update(await readFile(path));
}
