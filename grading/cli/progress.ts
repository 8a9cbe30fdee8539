/** One line per submission, and on a terminal a line below that says how far it is and how long it will take. */
export interface Progress {
  /** A submission is done; `marked` is false where an earlier mark still held. */
  report(line: string, marked: boolean): void;
  finish(): void;
}

export function startProgress(total: number, stream: NodeJS.WriteStream = process.stdout): Progress {
  const started = performance.now();
  let done = 0;
  let worked = 0;

  return {
    report(line, marked) {
      done++;
      if (marked) worked++;
      const each = worked === 0 ? 0 : (performance.now() - started) / worked;
      const left = done === total ? "" : `, ${formatSeconds((each * (total - done)) / 1000)} left`;
      const count = `[${String(done).padStart(String(total).length)}/${total}]`;
      if (stream.isTTY)
        stream.write(`\r\u001b[K${count} ${line}\n${bar(done / total)} ${done} of ${total}${left}`);
      else stream.write(`${count} ${line}${left}\n`);
    },
    finish() {
      if (stream.isTTY) stream.write("\r\u001b[K");
    },
  };
}

function bar(share: number): string {
  const full = Math.round(share * 24);
  return "█".repeat(full) + "░".repeat(24 - full);
}

export function formatSeconds(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
