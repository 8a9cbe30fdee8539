/** The cells run so far, for consoles that page through them with the arrow keys. */

export type HistoryEntry = [
  session: number,
  line: number,
  input: string | [input: string, output: string | null],
];

export interface History {
  add(line: number, input: string): void;
  answer(request: Record<string, unknown>): { status: "ok"; history: HistoryEntry[] };
}

const SESSION = 0;

export function createHistory(): History {
  const entries: { line: number; input: string }[] = [];
  return {
    add(line, input) {
      entries.push({ line, input });
    },
    answer(request) {
      const { output, hist_access_type: access, n, start, stop, pattern, unique } = request;
      let chosen = entries;
      if (access === "range") {
        const [from, to] = [
          Number(start ?? 0),
          stop === null || stop === undefined ? Infinity : Number(stop),
        ];
        chosen = entries.filter(({ line }) => line >= from && line < to);
      } else {
        if (access === "search") {
          const matches = compileGlob(typeof pattern === "string" ? pattern : "*");
          chosen = entries.filter(({ input }) => matches.test(input));
          if (unique === true) chosen = [...new Map(chosen.map((entry) => [entry.input, entry])).values()];
        }
        if (typeof n === "number") chosen = chosen.slice(Math.max(0, chosen.length - n));
      }
      const history = chosen.map(({ line, input }): HistoryEntry => [
        SESSION,
        line,
        output === true ? [input, null] : input,
      ]);
      return { status: "ok", history };
    },
  };
}

/** `*` and `?`, as in a shell. */
function compileGlob(pattern: string): RegExp {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", "[^]*")
    .replaceAll("?", "[^]");
  return new RegExp(`^${escaped}$`);
}
