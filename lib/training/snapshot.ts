/** A training's whole state in one file, so that what was killed goes on as if it had not been. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DataError } from "../core/errors";
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from "../core/safetensors";
import { writeWholeFile } from "../core/write-file";

/** Named groups of tensors (a network's weights, an optimiser's state), and the rest as JSON. */
export interface Snapshot {
  groups: Record<string, ReadonlyMap<string, NamedTensor>>;
  state: Record<string, number | string | boolean>;
}

const FILE = "snapshot.safetensors";

export function snapshotFile(folder: string): string {
  return join(folder, FILE);
}

/** Replaces the folder's snapshot; a crash while writing leaves the one before. */
export function writeSnapshot(folder: string, { groups, state }: Snapshot): void {
  const tensors = new Map<string, NamedTensor>();
  for (const [group, members] of Object.entries(groups))
    for (const [name, tensor] of members) tensors.set(`${group}/${name}`, tensor);
  const bytes = encodeSafetensors({ tensors, metadata: { state: JSON.stringify(state) } });
  writeWholeFile(snapshotFile(folder), bytes);
}

/**
 * The folder's snapshot, or undefined where there is none yet.
 *
 * @throws DataError where the file is damaged or no snapshot
 */
export function readSnapshot(folder: string): Snapshot | undefined {
  const path = snapshotFile(folder);
  if (!existsSync(path)) return undefined;
  const { tensors, metadata } = decodeSafetensors(readFileSync(path), path);
  if (metadata.state === undefined)
    throw new DataError(
      `${path}: expected a snapshot of a training, got weights without a state. Choose another folder.`,
    );
  const groups: Record<string, Map<string, NamedTensor>> = {};
  for (const [name, tensor] of tensors) {
    const slash = name.indexOf("/");
    (groups[name.slice(0, slash)] ??= new Map()).set(name.slice(slash + 1), tensor);
  }
  return { groups, state: JSON.parse(metadata.state) as Snapshot["state"] };
}
