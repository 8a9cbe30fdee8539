/** gradebook.csv: one row per submission. Points stay empty where the mark is not final. */
import type { Marked } from "../marking/marked.ts";
import { formatCsv } from "./csv.ts";
import { neutraliseLine } from "./plain-text.ts";
import { describeStatus, isFinal, sumChecks, sumSubmission } from "./points.ts";

export function buildGradebook(all: Marked[], questions: { id: string }[]): string {
  const header = ["Name", "Points", "Out of", ...questions.map(({ id }) => id), "Status", "File", "Notes"];
  const rows = all.map((marked) => {
    const { earned, outOf } = sumSubmission(marked);
    const perQuestion = questions.map(({ id }) => {
      const checks = marked.questions.find((each) => each.id === id)?.checks ?? [];
      const sum = sumChecks(checks);
      return sum.open > 0 ? "" : sum.earned;
    });
    const notes = [...marked.notes, ...marked.questions.flatMap((each) => each.notes)].join(" ");
    return [
      neutraliseLine(marked.name),
      isFinal(marked) ? earned : "",
      outOf,
      ...perQuestion,
      neutraliseLine(describeStatus(marked), 500),
      neutraliseLine(marked.file ?? ""),
      neutraliseLine(notes, 1000),
    ];
  });
  return formatCsv([header, ...rows]);
}
