/**
 * Reading and writing safetensors, the Hugging Face format for weights: eight bytes with the length of a JSON header
 * (little-endian), the header {name: {dtype, shape, data_offsets}}, then the raw numbers. Nothing in such a file is code.
 * https://huggingface.co/docs/safetensors
 */
import { DataError } from "./errors";

/** Numbers with a shape, outside of any backend. */
export interface NamedTensor {
  shape: number[];
  values: Float32Array;
}

export interface Safetensors {
  tensors: Map<string, NamedTensor>;
  /** Free text by name, as the format allows. */
  metadata: Record<string, string>;
}

const bytesPerValue = { F32: 4, F16: 2 } as const;
export type StoredType = keyof typeof bytesPerValue;

interface HeaderEntry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

const LENGTH_BYTES = 8;
/** The format's own limit: a header beyond it is an attack or a damaged file. */
const LONGEST_HEADER = 100_000_000;

/** The bytes of a file. "F16" halves its size and keeps about three digits of each number. */
export function encodeSafetensors({ tensors, metadata }: Safetensors, dtype: StoredType = "F32"): Buffer {
  const header: Record<string, HeaderEntry | Record<string, string>> = {};
  if (Object.keys(metadata).length > 0) header.__metadata__ = metadata;
  let end = 0;
  for (const [name, { shape, values }] of tensors) {
    const start = end;
    end += values.length * bytesPerValue[dtype];
    header[name] = { dtype, shape, data_offsets: [start, end] };
  }
  const text = Buffer.from(JSON.stringify(header));
  // Padded with spaces, so that the numbers start at a multiple of eight.
  const padded = Buffer.concat([text, Buffer.alloc(-text.length & 7, " ")]);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([
    length,
    padded,
    ...[...tensors.values()].map(({ values }) => encodeValues(values, dtype)),
  ]);
}

function encodeValues(values: Float32Array, dtype: StoredType): Buffer {
  const bytes = Buffer.alloc(values.length * bytesPerValue[dtype]);
  values.forEach((value, i) => {
    if (dtype === "F32") bytes.writeFloatLE(value, i * 4);
    else bytes.writeUInt16LE(toHalf(value), i * 2);
  });
  return bytes;
}

/**
 * The tensors of a file's bytes, as 32-bit numbers.
 *
 * @param origin the file's name, for the error
 * @throws DataError where the bytes are no safetensors, are cut off, or hold a type other than F32 and F16
 */
export function decodeSafetensors(bytes: Buffer, origin: string): Safetensors {
  const damaged = (what: string) =>
    new DataError(`${origin}: not a whole safetensors file: ${what}. Was it cut off while being copied?`);
  if (bytes.length < LENGTH_BYTES) throw damaged(`it has ${bytes.length} bytes`);
  const length = Number(bytes.readBigUInt64LE());
  const start = LENGTH_BYTES + length;
  if (length > LONGEST_HEADER || start > bytes.length)
    throw damaged(`its header says ${length} bytes, the file has ${bytes.length}`);
  let header: Record<string, HeaderEntry> & { __metadata__?: Record<string, string> };
  try {
    header = JSON.parse(bytes.toString("utf8", LENGTH_BYTES, start)) as typeof header;
  } catch {
    throw damaged("its header is not JSON");
  }
  const { __metadata__: metadata = {}, ...entries } = header;
  const tensors = new Map<string, NamedTensor>();
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(entries)) {
    if (dtype !== "F32" && dtype !== "F16")
      throw new DataError(`${origin}: ${name}: expected F32 or F16, got ${dtype}. Convert it first.`);
    const [from, to] = data_offsets;
    const size = shape.reduce((product, side) => product * side, 1);
    if (to - from !== size * bytesPerValue[dtype] || from < 0 || start + to > bytes.length)
      throw damaged(`${name} (${shape.join(", ")}) does not fit its place`);
    const raw = bytes.subarray(start + from, start + to);
    tensors.set(name, { shape, values: decodeValues(raw, size, dtype) });
  }
  return { tensors, metadata };
}

function decodeValues(raw: Buffer, size: number, dtype: StoredType): Float32Array {
  const read =
    dtype === "F32"
      ? (i: number) => raw.readFloatLE(i * 4)
      : (i: number) => fromHalf(raw.readUInt16LE(i * 2));
  return Float32Array.from({ length: size }, (_, i) => read(i));
}

const floatBits = new DataView(new ArrayBuffer(4));

/** IEEE 754 half precision, rounded to the nearest, ties to even. */
function toHalf(value: number): number {
  floatBits.setFloat32(0, value);
  const bits = floatBits.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // NaN
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // 65520 and beyond round to infinity
  if (magnitude < 0x38800000) return sign | roundToEven(Math.abs(value) * 2 ** 24); // subnormal: steps of 2^-24
  // Half has 13 bits less of the mantissa and an exponent that starts at 15 instead of 127.
  const half = magnitude - 0x38000000;
  return sign | ((half + 0xfff + ((half >>> 13) & 1)) >>> 13);
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
