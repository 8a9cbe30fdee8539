/**
 * Values on the wire (see grading/contract.ts): JSON in which tensors may stand anywhere. Both directions read each
 * property of what they are given exactly once, so that a getter or Proxy that changes its mind has no second chance.
 */
import type { Json, Wire, WireTensor } from "../contract.ts";

/** What is needed of a tensor of TensorFlow.js to send it. */
export interface TensorLike {
  dtype: string;
  shape: number[];
  dataSync(): ArrayLike<number>;
}

/** What is needed of TensorFlow.js to make one. */
export interface TensorMaker<T extends TensorLike> {
  Tensor: abstract new (...parameters: never[]) => T;
  tensor(values: number[], shape: number[], dtype: "float32" | "int32" | "bool"): T;
}

export const wireLimits = { values: 1_000_000, depth: 16 };

/** Thrown where a value cannot cross: a model, a function, something endless. */
export class WireError extends Error {
  override name = "WireError";
}

// Taken before any answer is loaded: one that replaces them must not be able to break the rest.
const { isArray } = Array;
const { isFinite, isNaN } = Number;
const { entries, getPrototypeOf, prototype: plain } = Object;

function isWireTensor(value: Wire): value is WireTensor {
  return typeof value === "object" && value !== null && !isArray(value) && "$tensor" in value;
}

/** JSON to live values: each `$tensor` becomes a `tf.Tensor`, reported to `made` so that it can be disposed of. */
export function decode<T extends TensorLike>(value: Wire, tf: TensorMaker<T>, made: T[] = []): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (isArray(value)) return value.map((each) => decode(each, tf, made));
  if (!isWireTensor(value))
    return Object.fromEntries(entries(value).map(([key, each]) => [key, decode(each, tf, made)]));
  const { values, shape, dtype } = value.$tensor;
  made.push(tf.tensor(values.map(Number), shape, dtype));
  return made.at(-1);
}

/** Live values to JSON. Throws WireError where something cannot cross, and says what. */
export function encode<T extends TensorLike>(value: unknown, tf: Pick<TensorMaker<T>, "Tensor">): Wire {
  let left = wireLimits.values;

  function visit(value: unknown, where: string, depth: number): Wire {
    if (--left < 0) throw new WireError(`${where}: more than ${wireLimits.values} values are returned`);
    if (depth > wireLimits.depth)
      throw new WireError(`${where}: nested deeper than ${wireLimits.depth}, or contains itself`);
    switch (typeof value) {
      case "string":
      case "boolean":
        return value;
      case "number":
        return encodeNumber(value);
      case "undefined":
        return null;
      case "bigint":
      case "symbol":
      case "function":
        throw new WireError(
          `${where} is a ${typeof value}; return numbers, text, arrays, records or tensors`,
        );
      case "object":
        return value === null ? null : visitObject(value, where, depth);
    }
  }

  function visitObject(value: object, where: string, depth: number): Wire {
    if (value instanceof tf.Tensor) return encodeTensor(value, where);
    if (ArrayBuffer.isView(value)) return visitList([...(value as Float32Array)], where, depth);
    if (isArray(value)) return visitList([...(value as unknown[])], where, depth);
    const prototype: unknown = getPrototypeOf(value);
    if (prototype !== plain && prototype !== null)
      throw new WireError(
        `${where} is a ${className(value)}; return numbers, text, arrays, records or tensors`,
      );
    const record: { [key: string]: Json } = {};
    for (const [key, each] of entries(value)) {
      if (key === "__proto__" || key === "$tensor")
        throw new WireError(`${where}: a key may not be called ${key}`);
      record[key] = visit(each, `${where}.${key}`, depth + 1) as Json;
    }
    return record;
  }

  function visitList(list: unknown[], where: string, depth: number): Json[] {
    return list.map((each, index) => visit(each, `${where}[${index}]`, depth + 1) as Json);
  }

  function encodeTensor(tensor: T, where: string): WireTensor {
    const { dtype, shape } = tensor;
    if (dtype !== "float32" && dtype !== "int32" && dtype !== "bool")
      throw new WireError(`${where} is a tensor of ${dtype}; expected float32, int32 or bool`);
    const values = tensor.dataSync();
    if ((left -= values.length) < 0)
      throw new WireError(`${where}: more than ${wireLimits.values} values are returned`);
    return { $tensor: { dtype, shape: [...shape], values: Array.from(values, encodeNumber) } };
  }

  return visit(value, "the result", 0);
}

function encodeNumber(value: number): number | string {
  return isFinite(value) ? value : isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
}

function className(value: object): string {
  const maker: unknown = (value as { constructor?: unknown }).constructor;
  return typeof maker === "function" && maker.name !== "" ? maker.name : "special object";
}
