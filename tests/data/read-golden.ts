/** What Pillow, NumPy and PyArrow read from the same files: tests/fixtures/mnist/make-images.py. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const fixtures = join(import.meta.dirname, "..", "fixtures", "mnist");

export const golden = JSON.parse(readFileSync(join(fixtures, "images.json"), "utf8")) as {
  mnist: {
    shape: [number, number, number, number];
    sha256: string;
    sum: number;
    sample: Record<string, string>;
    labels: Record<string, number>;
    labelCounts: number[];
    trainCounts: number[];
    testMean: number;
  };
  colour: number[];
  palette: number[];
};

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
