/** The page a tutor opens first: who has what, what needs a look, and which checks went wrong most. */
import type { Question } from "../marking/assignment.ts";
import type { Marked } from "../marking/marked.ts";
import { neutraliseLine } from "../results/plain-text.ts";
import { describeStatus, isFinal, sumChecks, sumSubmission } from "../results/points.ts";
import { buildPage, type Html, html, nothing } from "./html.ts";
import { style } from "./style.ts";

export interface Summary {
  title: string;
  questions: Question[];
  /** Each submission with the folder of its files, relative to the page. */
  entries: { marked: Marked; folder: string }[];
  notices: string[];
}

export function buildSummaryPage({ title, questions, entries, notices }: Summary): string {
  const final = entries.map(({ marked }) => marked).filter(isFinal);
  const open = entries.length - final.length;
  const scores = final.map((marked) => sumSubmission(marked).earned).sort((a, b) => a - b);
  const outOf = questions.reduce(
    (sum, { checks }) => sum + checks.reduce((total, { points }) => total + points, 0),
    0,
  );
  const middle = scores.length === 0 ? "–" : median(scores);
  const body = html`<main class="wide">
    <h1>${title}</h1>
    <p>
      ${final.length} of ${entries.length} submissions marked, out of ${outOf} points; median ${middle}.
      ${open === 0 ? "Nothing needs a look." : `${open} could not be graded completely and need a look: they are first in the list.`}
      The same numbers are in <a href="gradebook.csv">gradebook.csv</a>.
    </p>
    ${notices.map((notice) => html`<p class="note">${neutraliseLine(notice, 600)}</p>`)}
    <section class="card scroll">${showTable(entries, questions)}</section>
    <section class="card scroll">
      <h2>Check by check</h2>
      ${showRates(
        questions,
        entries.map(({ marked }) => marked),
      )}
    </section>
  </main>`;
  return buildPage({ title, style, body });
}

function showTable(entries: Summary["entries"], questions: Question[]): Html {
  const sorted = entries.toSorted((a, b) => Number(isFinal(a.marked)) - Number(isFinal(b.marked)));
  return html`<table>
    <thead>
      <tr>
        <th>Submission</th>
        <th class="n">Points</th>
        ${questions.map(({ id, title }) => html`<th class="n" title="${title}">${id}</th>`)}
        <th>Status</th>
      </tr>
    </thead>
    <tbody>
      ${sorted.map((entry) => showRow(entry, questions))}
    </tbody>
  </table>`;
}

function showRow({ marked, folder }: Summary["entries"][number], questions: Question[]): Html {
  const isDone = isFinal(marked);
  const { earned } = sumSubmission(marked);
  const cells = questions.map(({ id }) => {
    const sum = sumChecks(marked.questions.find((each) => each.id === id)?.checks ?? []);
    return html`<td class="n">${sum.open > 0 ? "?" : sum.earned}</td>`;
  });
  return html`<tr class="${isDone ? "done" : "open"}">
    <td class="name"><a href="${encodeURI(folder)}/feedback.html">${neutraliseLine(marked.name)}</a></td>
    <td class="n">${isDone ? earned : "?"}</td>
    ${cells}
    <td class="status">
      ${neutraliseLine(describeStatus(marked), 400)}${marked.notes.length > 0 ? html` <span>(notes)</span>` : nothing}
    </td>
  </tr>`;
}

function showRates(questions: Question[], all: Marked[]): Html {
  const rows = questions.flatMap(({ checks }) =>
    checks.map((check) => {
      const kinds = all
        .flatMap(({ questions }) => questions.flatMap((each) => each.checks))
        .filter(({ id }) => id === check.id)
        .map(({ verdict }) => verdict.kind);
      const count = (...some: string[]) => kinds.filter((kind) => some.includes(kind)).length;
      return html`<tr>
        <td>
          ${check.id}${check.visibility === "hidden" ? html` <span class="meta">(hidden)</span>` : nothing}
        </td>
        <td>${check.sentence}</td>
        <td class="n">${count("passed")}</td>
        <td class="n">${count("failed")}</td>
        <td class="n">${count("crashed", "timed-out")}</td>
        <td class="n">${count("skipped")}</td>
      </tr>`;
    }),
  );
  return html`<table>
    <thead>
      <tr>
        <th>Check</th>
        <th>Sentence</th>
        <th class="n">passed</th>
        <th class="n">failed</th>
        <th class="n">crashed</th>
        <th class="n">skipped</th>
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}

function median(sorted: number[]): number {
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
