/** What the trainings of shipped models share: their form, and how results are put beside each other. */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import sharp from "sharp";

/** A module of this folder exports one as `training`. */
export interface ModelTraining {
  /** Length of the shipped training. */
  steps: number;
  /** Below that there is nothing to publish. */
  leastSteps: number;
  /** Trains, on from the last snapshot in `work`, and writes what is shipped to `out`; both folders exist. */
  train(options: { steps: number; work: string; out: string }): Promise<void>;
}

export function machine(device: string): string {
  return `${availableParallelism()} cores, ${device}`;
}

/** Writes the files' checksums beside them and prints the facts for the card. */
export function publishFiles(
  folder: string,
  files: readonly string[],
  facts: Readonly<Record<string, string>>,
): void {
  const sums = files.map((file) => {
    const sum = createHash("sha256")
      .update(readFileSync(join(folder, file)))
      .digest("hex");
    return `${sum}  ${file}`;
  });
  writeFileSync(join(folder, "SHA256SUMS"), `${sums.join("\n")}\n`);
  for (const [name, value] of Object.entries(facts)) console.log(`${name}: ${value}`);
  console.log(`wrote ${files.join(", ")} and SHA256SUMS to ${folder}; its README is written by hand`);
}

/** Pictures of one width below each other, as a PNG of at most 256 colours. */
export async function stackPictures(files: readonly string[], colours = 64): Promise<Buffer> {
  const gap = 6;
  const pictures = await Promise.all(files.map((file) => sharp(file).metadata()));
  const { width, height } = pictures[0]!;
  return sharp({
    create: { width, height: files.length * (height + gap) - gap, channels: 4, background: "#00000000" },
  })
    .composite(files.map((input, i) => ({ input, left: 0, top: i * (height + gap) })))
    .png({ palette: true, colours })
    .toBuffer();
}
