/** Lines over the channel, read without letting the event loop turn: the process does one thing at a time. */
import { readSync, writeSync } from "node:fs";
import { channel } from "./protocol.ts";

const chunk = Buffer.alloc(65_536);
let pending = Buffer.alloc(0);

/** The next line, waited for; undefined once the grader has hung up. */
export function readLine(): string | undefined {
  for (;;) {
    const end = pending.indexOf(10);
    if (end >= 0) {
      const line = pending.toString("utf8", 0, end);
      pending = pending.subarray(end + 1);
      return line;
    }
    const size = readSync(channel, chunk);
    if (size === 0) return undefined;
    pending = Buffer.concat([pending, chunk.subarray(0, size)]);
  }
}

export function writeLine(text: string): void {
  const bytes = Buffer.from(`${text}\n`);
  for (let from = 0; from < bytes.length;) from += writeSync(channel, bytes, from);
}
