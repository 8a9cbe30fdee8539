/** Arguments and results of a compiled step: a tensor, or lists and records of them to any depth. */
import type * as tf from "@tensorflow/tfjs";
import { TraceError } from "../errors";

export type TensorTree = tf.Tensor | readonly TensorTree[] | { readonly [name: string]: TensorTree };

export interface Leaf {
  /** "0.real": the argument's place, then names and places in it. */
  path: string;
  tensor: tf.Tensor;
}

/** The same tree with other tensors in it, taken in the order of the leaves. */
export type Rebuild = (next: () => tf.Tensor) => TensorTree | undefined;

export interface FlatTree {
  leaves: Leaf[];
  rebuild: Rebuild;
}

/**
 * @param where for the error: "argument" or "result"
 * @throws TraceError where something in it is not a tensor
 */
export function flattenTree(tree: unknown, where: string): FlatTree {
  const leaves: Leaf[] = [];
  return { leaves, rebuild: visit(tree, "", where, leaves) };
}

function visit(tree: unknown, path: string, where: string, leaves: Leaf[]): Rebuild {
  if (isTensor(tree)) {
    leaves.push({ path, tensor: tree });
    return (next) => next();
  }
  const below = (name: string | number) => (path === "" ? String(name) : `${path}.${name}`);
  if (Array.isArray(tree)) {
    const parts = tree.map((each, i) => visit(each, below(i), where, leaves));
    return (next) => parts.map((part) => part(next)!);
  }
  if (tree !== null && typeof tree === "object" && Object.getPrototypeOf(tree) === Object.prototype) {
    const parts = Object.entries(tree).map(
      ([name, each]) => [name, visit(each, below(name), where, leaves)] as const,
    );
    return (next) => Object.fromEntries(parts.map(([name, part]) => [name, part(next)!]));
  }
  if (tree === undefined && path === "") return () => undefined;
  throw new TraceError(
    `compile: ${where} ${path === "" ? "of the step" : path}: expected a tensor, or a list or record of tensors; got ` +
      `${describe(tree)}. ${remedyFor(tree, where)}`,
  );
}

/** Not instanceof: a notebook may hold tensors of the same engine made by another copy of the class. */
function isTensor(value: unknown): value is tf.Tensor {
  return typeof value === "object" && value !== null && "dataId" in value && "dtype" in value;
}

function describe(value: unknown): string {
  if (value === null || typeof value !== "object")
    return typeof value === "string" ? `"${value}"` : String(value);
  const { name } = value.constructor;
  return /^[AEIOU]/.test(name) ? `an ${name}` : `a ${name}`;
}

function remedyFor(value: unknown, where: string): string {
  if (value instanceof Promise) return "A step cannot be async: await before or after it.";
  if (where === "result") return "Return tensors, and read them outside the step.";
  return "Wrap a number that changes from call to call in tf.scalar; let the step close over one that does not.";
}

/** "{real:float32[64,28,28,1]}", equal for arguments that one trace serves. */
export function signatureOf({ leaves }: FlatTree): string {
  let signature = "";
  for (const { path, tensor } of leaves) signature += `${path}:${tensor.dtype}[${tensor.shape.join()}] `;
  return signature;
}
