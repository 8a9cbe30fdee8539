/** How a cell's value looks: always as text, and as HTML, a picture or a chart where the value knows how. */
import { inspect } from "node:util";
import type { Bundle } from "../protocol";

/** Deno's convention, which nodejs-polars and this course's library follow: a method that returns a MIME bundle. */
const DISPLAY = Symbol.for("Jupyter.display");
const LONGEST_TEXT = 1_000_000;

/** The bundle for a cell's last value; nothing for undefined. A promise is shown, not awaited, as in tslab. */
export async function describeResult(value: unknown): Promise<Bundle | undefined> {
  if (value === undefined) return undefined;
  const method = ownDisplay(value);
  const own = method === undefined ? {} : await method.call(value);
  if (typeof own !== "object" || own === null)
    throw new TypeError(
      `[Symbol.for("Jupyter.display")]() must return an object of MIME types, got ${inspect(own)}`,
    );
  const bundle = cleanBundle(own as Bundle);
  return "text/plain" in bundle ? bundle : { ...bundle, "text/plain": inspectShort(value) };
}

function ownDisplay(value: unknown): ((this: unknown) => unknown) | undefined {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return undefined;
  const method = (value as Record<symbol, unknown>)[DISPLAY];
  return typeof method === "function" ? (method as (this: unknown) => unknown) : undefined;
}

function inspectShort(value: unknown): string {
  const text = inspect(value);
  if (text.length <= LONGEST_TEXT) return text;
  return `${text.slice(0, LONGEST_TEXT)}\n… cut: ${text.length} characters; show a part of it`;
}

/** Bytes become base64; what JSON cannot carry (a BigInt in a table's data) is left out, the other types remain. */
export function cleanBundle(bundle: Bundle): Bundle {
  const clean: Bundle = {};
  for (const [type, content] of Object.entries(bundle)) {
    if (content === undefined) continue;
    if (content instanceof Uint8Array) {
      clean[type] = Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString("base64");
      continue;
    }
    try {
      const json = JSON.stringify(content) as string | undefined;
      if (json !== undefined) clean[type] = JSON.parse(json);
    } catch {
      // Left out.
    }
  }
  return clean;
}
