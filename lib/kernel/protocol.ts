/**
 * What the kernel's two threads say to each other. The main thread runs the notebook's code and may be busy for
 * minutes; the server thread owns Jupyter's sockets and the TypeScript compiler, and always answers.
 */
import type { Script, SideModule } from "./language/convert";

/** MIME type → content, as Jupyter shows it. */
export type Bundle = Record<string, unknown>;

export interface DisplayMessage {
  data: Bundle;
  metadata?: object;
  transient?: { display_id?: string };
}
export interface ErrorContent {
  ename: string;
  evalue: string;
  traceback: string[];
}
export type Outcome =
  | { kind: "ok"; result?: Bundle }
  /** `unset`: the cell's top-level names that never got a value. */
  | { kind: "failed"; error: ErrorContent; unset: string[] };

export interface RunRequest {
  type: "run";
  /** Names the cell in every answer: the id of the execute_request. */
  id: string;
  count: number;
  /** How often the notebook had been interrupted when the cell was sent: a stop pressed before it starts counts too. */
  interrupts: number;
  source: string;
  script: Script;
  isAsync: boolean;
  names: string[];
  modules: SideModule[];
}
export type ToRunner = RunRequest | { type: "interrupt" } | { type: "exit" };
export type StreamName = "stdout" | "stderr";
export type FromRunner =
  | { type: "stream"; id: string; name: StreamName; text: string }
  | { type: "display"; id: string; message: DisplayMessage; update: boolean }
  | { type: "ended"; id: string; outcome: Outcome }
  /** An exception after the cell's end: a timer, a forgotten promise. */
  | { type: "late-error"; id: string; error: ErrorContent }
  | { type: "interrupted" };

/** What the server thread is started with. */
export interface ServerSettings {
  connectionFile: string;
  /** The notebook's folder. */
  folder: string;
  /** The course's folder, where packages are found that the notebook's folder lacks. */
  repo: string;
  /** One Int32: how often the notebook was interrupted. Running loops watch it. */
  interrupts: SharedArrayBuffer;
}
