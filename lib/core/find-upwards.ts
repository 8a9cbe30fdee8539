/** Finding what lies beside the library: it runs from lib/dist/… and, in its tests, from lib/…, so walk up instead of counting. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** The first `path` that exists in `from` or a folder above it; undefined where there is none. */
export function findUpwards(path: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, path);
    if (existsSync(candidate)) return candidate;
    if (folder === dirname(folder)) return undefined;
  }
}
