/** A folder name for each student: whatever they are called, it is one plain name, and no two share one. */
import { createHash } from "node:crypto";

export function chooseFolderNames(names: string[]): Map<string, string> {
  const taken = new Set<string>();
  const chosen = new Map<string, string>();
  for (const name of names) {
    const plain = plainName(name);
    // Some disks take "Ana" and "ana", or two ways of writing é, for one.
    const isFree = plain === name.normalize("NFC") && !taken.has(plain.toLowerCase());
    const folder = isFree
      ? plain
      : `${plain.slice(0, 60)}-${createHash("sha256").update(name).digest("hex").slice(0, 6)}`;
    taken.add(folder.toLowerCase());
    chosen.set(name, folder);
  }
  return chosen;
}

function plainName(name: string): string {
  const plain = name
    .normalize("NFC")
    .replaceAll(/[^\p{L}\p{N}\p{M} ._-]+/gu, "-")
    .replaceAll(/^[. -]+|[. ]+$/g, "")
    .slice(0, 80);
  return plain === "" || plain === "index.html" || plain === "gradebook.csv" ? `submission-${plain}` : plain;
}
