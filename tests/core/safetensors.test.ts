import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DataError } from "../../lib/core/errors.ts";
import { decodeSafetensors, encodeSafetensors } from "../../lib/core/safetensors.ts";

/** Written by Hugging Face's own package: tests/fixtures/gan/make-gan.py. */
const bytes = readFileSync(join(import.meta.dirname, "..", "fixtures", "gan", "half.safetensors"));
const { tensors, metadata } = decodeSafetensors(bytes, "half.safetensors");
const exact = tensors.get("exact")!;
const half = tensors.get("half")!;

test("a file of the Python package is read", () => {
  expect(metadata).toEqual({ made: "by NumPy" });
  expect([...tensors.keys()].sort()).toEqual(["exact", "half"]);
  expect(exact.shape).toEqual([21]);
  expect(exact.values[14]).toBe(Math.fround(0.1));
});

test("halves are rounded as NumPy rounds them, to the bit", () => {
  const encoded = encodeSafetensors({ tensors: new Map([["half", exact]]), metadata: {} }, "F16");
  const { tensors: again } = decodeSafetensors(encoded, "again");
  expect(Array.from(again.get("half")!.values)).toEqual(Array.from(half.values));
  expect(Array.from(half.values).slice(0, 8)).toEqual([0, -0, 1, -1, 65504, 65504, Infinity, Infinity]);
});

test("what is written is read back bit for bit, with its metadata", () => {
  const written = new Map([
    ["a", { shape: [2, 3], values: Float32Array.of(1, -2, 0.1, 1e-40, Infinity, NaN) }],
    ["empty", { shape: [0, 4], values: new Float32Array(0) }],
    ["scalar", { shape: [], values: Float32Array.of(7) }],
  ]);
  const encoded = encodeSafetensors({ tensors: written, metadata: { note: "a „note“" } });
  expect(decodeSafetensors(encoded, "x")).toEqual({ tensors: written, metadata: { note: "a „note“" } });
  expect(Number(encoded.readBigUInt64LE()) % 8).toBe(0);
});

test.each([0, 4, 60, bytes.length - 1])("a file cut off at %p bytes is damaged", (length) => {
  expect(() => decodeSafetensors(bytes.subarray(0, length), "cut.safetensors")).toThrow(DataError);
  expect(() => decodeSafetensors(bytes.subarray(0, length), "cut.safetensors")).toThrow(
    /^cut\.safetensors: not a whole/,
  );
});

test("another kind of file is named", () => {
  expect(() => decodeSafetensors(Buffer.from("\u0089PNG and so on, and on"), "digits.png")).toThrow(
    /^digits\.png: not a whole/,
  );
});

test("other types of numbers are named", () => {
  const header = JSON.stringify({ ids: { dtype: "I64", shape: [1], data_offsets: [0, 8] } });
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const file = Buffer.concat([length, Buffer.from(header), Buffer.alloc(8)]);
  expect(() => decodeSafetensors(file, "ids")).toThrow("ids: ids: expected F32 or F16, got I64");
});
