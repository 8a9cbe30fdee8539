/** Who draws: the course's kernel (it publishes a function under a global symbol), a plain tslab, or a terminal. */
import { createRequire } from "node:module";

export interface Output {
  bundle: Record<string, unknown>;
  metadata: Record<string, unknown>;
  /** Outputs of one id share one place. */
  id: string;
  /** Replace what that place shows. */
  update: boolean;
}

interface DisplayMessage {
  data: Record<string, unknown>;
  metadata?: object;
  transient?: { display_id?: string };
}
type KernelDisplay = (message: DisplayMessage, options?: { update?: boolean }) => void;

/** tslab's public interface, as far as it is used here; each message carries one MIME type. */
interface Tslab {
  newDisplay(): TslabDisplay;
}
interface TslabDisplay {
  raw(contentType: string, content: unknown): void;
}

/** What a plain tslab gets, the first that there is: it cannot choose among several forms. */
const tslabOrder = ["text/html", "image/png", "image/svg+xml", "text/plain"];
const tslabPlaces = new Map<string, TslabDisplay>();

/** Sends one output to whoever draws. */
export function sendDisplay({ bundle, metadata, id, update }: Output): void {
  const kernel = kernelDisplay();
  if (kernel !== undefined) {
    kernel({ data: bundle, metadata, transient: { display_id: id } }, { update });
    return;
  }
  if (isTslab() && sendToTslab(bundle, id)) return;
  console.log(bundle["text/plain"] ?? `[${Object.keys(bundle).join(", ")}]`);
}

/** Whether outputs can be drawn in place; otherwise each is a line of text. */
export function hasRichFrontEnd(): boolean {
  return kernelDisplay() !== undefined || isTslab();
}

function kernelDisplay(): KernelDisplay | undefined {
  const hook = (globalThis as Record<symbol, unknown>)[Symbol.for("jupyter.display")];
  return typeof hook === "function" ? (hook as KernelDisplay) : undefined;
}

function isTslab(): boolean {
  return "__tslab__" in globalThis;
}

function sendToTslab(bundle: Record<string, unknown>, id: string): boolean {
  const type = tslabOrder.find((candidate) => candidate in bundle);
  if (type === undefined) return false;
  try {
    let place = tslabPlaces.get(id);
    if (place === undefined) {
      place = (createRequire(__filename)("tslab") as Tslab).newDisplay();
      tslabPlaces.set(id, place);
    }
    const content = bundle[type];
    place.raw(type, type === "image/png" ? Buffer.from(String(content), "base64") : content);
    return true;
  } catch {
    return false; // the running tslab is installed elsewhere, so that ours is not connected to a front end
  }
}
