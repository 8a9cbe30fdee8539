/** Showing something now, and in the same place again: the library's side of the notebook. */
import { randomUUID } from "node:crypto";
import { inspect } from "node:util";
import { sendDisplay } from "./front-end";

/** An object with a method of this name knows how to draw itself; Deno's convention, which Polars follows too. */
export const jupyterDisplay: unique symbol = Symbol.for("Jupyter.display");

/** One output in several forms, by MIME type; a front end draws the richest it knows. */
export type MimeBundle = Record<string, unknown>;

/** Something that draws itself: the last value of a cell, or an argument of `display`. */
export interface Displayable {
  [jupyterDisplay](): MimeBundle | Promise<MimeBundle>;
  /** What goes with each form, by MIME type: an image's `{ width, height }` in pixels. */
  readonly displayMetadata?: Record<string, Record<string, unknown>>;
}

/** A place in the output that can be drawn again. */
export interface DisplayHandle {
  readonly id: string;
  /** Draws the value in this place, replacing what was there. */
  update(value: unknown): Promise<void>;
}

/** Shows a value: a chart, an image grid, a Polars frame, a tensor, a MIME bundle, or anything else as text. */
export async function display(value: unknown): Promise<void> {
  await displayHandle().update(value);
}

/** A place for something to come: its first `update` shows, the next ones replace. */
export function displayHandle(): DisplayHandle {
  const id = randomUUID();
  let shown = false;
  let last: Promise<void> = Promise.resolve();
  async function draw(value: unknown): Promise<void> {
    const bundle = await describe(value);
    const metadata = isDisplayable(value) ? value.displayMetadata : undefined;
    sendDisplay({ bundle, metadata: metadata ?? {}, id, update: shown });
    shown = true;
  }
  return {
    id,
    // One after the other, or a slow chart would overwrite the newer one that was drawn faster.
    update: (value) => (last = last.catch(() => undefined).then(() => draw(value))),
  };
}

async function describe(value: unknown): Promise<MimeBundle> {
  if (isDisplayable(value)) {
    const bundle = await value[jupyterDisplay]();
    return "text/plain" in bundle ? bundle : { "text/plain": inspect(value), ...bundle };
  }
  if (isMimeBundle(value)) return value;
  return { "text/plain": typeof value === "string" ? value : inspect(value) };
}

function isDisplayable(value: unknown): value is Displayable {
  return typeof (value as Partial<Displayable> | null | undefined)?.[jupyterDisplay] === "function";
}

/** A plain record whose every key looks like "text/html". */
function isMimeBundle(value: unknown): value is MimeBundle {
  if (typeof value !== "object" || value === null) return false;
  const keys = Object.keys(value);
  return keys.length > 0 && keys.every((key) => /^[a-z]+\/[\w.+-]+$/.test(key));
}
