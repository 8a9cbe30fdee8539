/** What the checks of every exercise compare with: they read an answer off the wire and throw a Mismatch where it is wrong. */
import { type Json, Mismatch, type Wire, type WireTensor } from "../../grading/contract.ts";

/** An answer as shape and numbers; a plain number has the shape (). */
export type Numbers = { shape: number[]; values: number[] };

/** What is needed to send an array of numbers as a tensor. */
export function tensor(values: number[], shape: number[] = [values.length]): WireTensor {
  return { $tensor: { dtype: "float32", shape, values } };
}

export function column(values: number[]): WireTensor {
  return tensor(values, [values.length, 1]);
}

/** A tensor, a number or an array of numbers, however nested. */
export function readNumbers(answer: Wire, what: string): Numbers {
  const read = tryNumbers(answer);
  if (read === undefined) throw new Mismatch(`${what} to be numbers`, describe(answer));
  return read;
}

/** One number, be it plain or the only value of a tensor. */
export function readNumber(answer: Wire, what: string): number {
  const { values } = readNumbers(answer, what);
  if (values.length !== 1)
    throw new Mismatch(`${what} to be one number`, describe(answer), "Did you forget to take the mean?");
  return values[0]!;
}

export function readRecord(answer: Wire, what: string): { [key: string]: Json } {
  if (typeof answer !== "object" || answer === null || Array.isArray(answer) || isTensor(answer))
    throw new Mismatch(`${what} to be a record`, describe(answer));
  return answer;
}

export function expectShape(answer: Numbers, shape: number[], what: string, hint?: string): void {
  if (answer.shape.length !== shape.length || answer.shape.some((size, i) => size !== shape[i]))
    throw new Mismatch(`${what} of shape ${showShape(shape)}`, `shape ${showShape(answer.shape)}`, hint);
}

/** |actual − expected| ≤ tolerance · max(1, |expected|); never true of NaN. */
export function isNear(actual: number, expected: number, tolerance = 1e-4): boolean {
  return Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected));
}

export function expectNear(actual: number, expected: number, what: string, hint?: string): void {
  if (!isNear(actual, expected)) throw new Mismatch(`${what} to be ${show(expected)}`, show(actual), hint);
}

export function expectAllNear(actual: number[], expected: number[], what: string, hint?: string): void {
  if (actual.length !== expected.length)
    throw new Mismatch(`${what}: ${expected.length} numbers`, `${actual.length} numbers`, hint);
  if (actual.some((value, i) => !isNear(value, expected[i]!)))
    throw new Mismatch(`${what} to be ${showList(expected)}`, showList(actual), hint);
}

/** Five significant digits are enough to see a mistake. */
export function show(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(5))) : String(value);
}

function showList(values: number[]): string {
  return values.length === 1
    ? show(values[0]!)
    : `[${values.slice(0, 8).map(show).join(", ")}${values.length > 8 ? ", …" : ""}]`;
}

function showShape(shape: number[]): string {
  return `(${shape.join(", ")})`;
}

function describe(answer: Wire): string {
  if (answer === null) return "null";
  if (Array.isArray(answer)) return `an array of ${answer.length}`;
  if (typeof answer === "object") {
    return isTensor(answer)
      ? `a tensor of shape ${showShape(answer.$tensor.shape)}`
      : `a record of ${Object.keys(answer).join(", ")}`;
  }
  return typeof answer === "string" ? `the text "${answer.slice(0, 60)}"` : String(answer);
}

function isTensor(answer: Wire): answer is WireTensor {
  return typeof answer === "object" && answer !== null && "$tensor" in answer;
}

function tryNumbers(answer: Wire): Numbers | undefined {
  if (typeof answer === "number") return { shape: [], values: [answer] };
  // The wire's way to say NaN and the infinities.
  if (typeof answer === "string")
    return /^(NaN|-?Infinity)$/.test(answer) ? { shape: [], values: [Number(answer)] } : undefined;
  if (typeof answer !== "object" || answer === null) return undefined;
  if (isTensor(answer)) return { shape: answer.$tensor.shape, values: answer.$tensor.values.map(Number) };
  if (!Array.isArray(answer)) return undefined;
  const parts = answer.map(tryNumbers);
  const inner = parts[0]?.shape ?? [];
  const values: number[] = [];
  for (const part of parts) {
    if (part === undefined || part.shape.join() !== inner.join()) return undefined;
    values.push(...part.values);
  }
  return { shape: [parts.length, ...inner], values };
}
