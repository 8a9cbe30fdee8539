/** Looks at what a child sent before anyone uses it: known form, bounded size and depth, tensors that add up. */
import type { Wire } from "../contract.ts";
import type { Reply } from "./protocol.ts";
import { wireLimits } from "./wire.ts";

const kinds = ["loaded", "returned", "missing", "undefined", "threw", "unsettled", "unsendable"] as const;

/** The reply to request `id`, rebuilt from known parts; or what is wrong with it. */
export function parseReply(text: string, id: string): Reply | { kind: "malformed"; reason: string } {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return { kind: "malformed", reason: "its answer is not JSON" };
  }
  if (!isRecord(raw) || raw.id !== id)
    return { kind: "malformed", reason: "its answer does not belong to the question asked" };
  const kind = kinds.find((each) => each === raw.kind);
  if (kind === undefined) return { kind: "malformed", reason: "its answer is of no known kind" };
  switch (kind) {
    case "loaded":
    case "undefined":
    case "unsettled":
      return { id, kind };
    case "returned": {
      const fault = findFault(raw.value);
      return fault === undefined
        ? { id, kind, value: raw.value as Wire }
        : { kind: "malformed", reason: fault };
    }
    case "missing":
      return {
        id,
        kind,
        present: Array.isArray(raw.present) ? raw.present.slice(0, 100).map((each) => cut(each, 60)) : [],
      };
    case "threw":
      return { id, kind, error: cut(raw.error, 2000), stack: cut(raw.stack, 8000) };
    case "unsendable":
      return { id, kind, reason: cut(raw.reason, 500) };
  }
}

/** What makes a value unfit to be compared with, or undefined. */
function findFault(value: unknown): string | undefined {
  let left = wireLimits.values * 2;

  function visit(value: unknown, depth: number): string | undefined {
    if (--left < 0) return "it returned too many values";
    if (depth > wireLimits.depth + 2) return "it returned something nested too deeply";
    if (Array.isArray(value)) return firstFault(value, depth);
    if (!isRecord(value)) return undefined;
    if (Object.hasOwn(value, "__proto__")) return "it returned a record with a key called __proto__";
    return Object.hasOwn(value, "$tensor") ? tensorFault(value) : firstFault(Object.values(value), depth);
  }

  function firstFault(list: unknown[], depth: number): string | undefined {
    for (const each of list) {
      const fault = visit(each, depth + 1);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  return visit(value, 0);
}

function tensorFault(value: Record<string, unknown>): string | undefined {
  const { $tensor: tensor } = value;
  const fault = "it returned a tensor whose parts do not add up";
  if (Object.keys(value).length !== 1 || !isRecord(tensor)) return fault;
  const { dtype, shape, values } = tensor;
  if (dtype !== "float32" && dtype !== "int32" && dtype !== "bool") return fault;
  if (!Array.isArray(shape) || shape.length > 8 || !Array.isArray(values)) return fault;
  if (values.length > wireLimits.values || !shape.every(isSize)) return fault;
  if ((shape as number[]).reduce((product, size) => product * size, 1) !== values.length) return fault;
  const isValue = (each: unknown) => typeof each === "number" || nonFinite.has(each);
  return values.every(isValue) ? undefined : fault;
}

const isSize = (each: unknown) => Number.isSafeInteger(each) && (each as number) >= 0;
const nonFinite = new Set<unknown>(["NaN", "Infinity", "-Infinity"]);

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function cut(text: unknown, length: number): string {
  return typeof text === "string" ? text.slice(0, length) : "";
}
