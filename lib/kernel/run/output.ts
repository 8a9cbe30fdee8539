/** What cells print: attributed to the cell whose code prints it, sent in pieces, and cut at a limit. */
import { Writable } from "node:stream";
import type { FromRunner, StreamName } from "../protocol";
import { cellOfNow, type Cell } from "./cell";

/** A page that holds more than this stops responding; GENERATIVE_OUTPUT_LIMIT (megabytes) moves the limit. */
const DEFAULT_LIMIT_MB = 10;
/** A piece this long is sent at once, anything shorter waits a moment for more. */
const PIECE = 1 << 16;
const WAIT_MS = 20;

export interface Output {
  stdout: Writable;
  stderr: Writable;
  /** Sends what still waits; before a cell's end and before each picture, so that the order stays right. */
  flush(): void;
  /** Sends what has waited long enough; from every turn of a cell's loops, which may keep the timer from ever running. */
  flushWhenDue(): void;
}

export function outputLimit(setting = process.env["GENERATIVE_OUTPUT_LIMIT"]): number {
  const megabytes = Number(setting);
  return (setting !== undefined && megabytes > 0 ? megabytes : DEFAULT_LIMIT_MB) * 1_000_000;
}

export function captureOutput(send: (message: FromRunner) => void, limit = outputLimit()): Output {
  let waiting: { cell: Cell; name: StreamName; texts: string[]; length: number } | undefined;
  let lastSent = 0;
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (waiting === undefined) return;
    const { cell, name, texts } = waiting;
    waiting = undefined;
    lastSent = performance.now();
    send({ type: "stream", id: cell.id, name, text: texts.join("") });
  }

  function flushWhenDue(): void {
    if (waiting !== undefined && performance.now() - lastSent > WAIT_MS) flush();
  }

  function add(cell: Cell, name: StreamName, text: string): void {
    if (waiting !== undefined && (waiting.cell !== cell || waiting.name !== name)) flush();
    waiting ??= { cell, name, texts: [], length: 0 };
    waiting.texts.push(text);
    waiting.length += text.length;
    // By the clock as well: a loop that never yields to timers still shows what it prints.
    if (waiting.length >= PIECE || performance.now() - lastSent > WAIT_MS) flush();
    else timer ??= setTimeout(flush, WAIT_MS);
  }

  function print(name: StreamName, text: string): void {
    const cell = cellOfNow();
    if (cell === undefined || text === "" || cell.printed > limit) return;
    const room = limit - cell.printed;
    cell.printed += text.length;
    if (text.length <= room) {
      add(cell, name, text);
      return;
    }
    for (let at = 0; at < room; at += PIECE) add(cell, name, text.slice(at, Math.min(at + PIECE, room)));
    const megabytes = limit / 1_000_000;
    add(
      cell,
      "stderr",
      `\n… output cut: this cell has printed more than ${megabytes} MB; the rest is not shown.\n`,
    );
    flush();
  }

  function stream(name: StreamName): Writable {
    const decoder = new TextDecoder();
    const writable = new Writable({
      decodeStrings: false,
      write(chunk: string | Uint8Array, _encoding, done) {
        print(name, typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true }));
        done();
      },
    });
    // `stream.pipeline(…, process.stdout)` ends its target; the notebook's output has to outlive that.
    writable.end = () => writable;
    writable.destroy = () => writable;
    return Object.assign(writable, { fd: name === "stdout" ? 1 : 2, isTTY: false });
  }

  return { stdout: stream("stdout"), stderr: stream("stderr"), flush, flushWhenDue };
}
