/** The page a student reads: what was right, what was not yet, why, and where to look next. */
import type { CheckResult, Marked, QuestionResult } from "../marking/marked.ts";
import { neutralise, neutraliseLine } from "../results/plain-text.ts";
import { isFinal, type Points, sumChecks, sumSubmission } from "../results/points.ts";
import { sentencesOf, viewForStudent } from "../results/student-view.ts";
import { buildPage, type Content, type Html, html, nothing } from "./html.ts";
import { style } from "./style.ts";

/** One self-contained page of HTML. */
export function buildStudentPage(marked: Marked, title: string): string {
  const sentences = sentencesOf(marked.questions);
  const name = neutraliseLine(marked.name);
  const body = html`<main>
    <header>
      <p class="over">${name}</p>
      <h1>${title}</h1>
      ${marked.fault === undefined ? showMark(marked) : showFault(marked.fault)}
      ${marked.notes.map((note) => html`<p class="note">${neutraliseLine(note, 400)}</p>`)}
    </header>
    ${marked.fault === undefined ? marked.questions.map((each) => showQuestion(each, sentences)) : nothing}
    <footer>
      Checks marked “not shown” use inputs that stay secret, so that the next class can be asked the same;
      what they say about your answer is kept general for that reason. If you think a verdict is wrong, ask
      your tutor: they see it all.
    </footer>
  </main>`;
  return buildPage({ title: `${title}: ${name}`, style, body });
}

function showMark(marked: Marked): Html {
  const points = sumSubmission(marked);
  const share = points.outOf === 0 ? 0 : Math.round((100 * points.earned) / points.outOf);
  return html`<p class="mark"><b>${points.earned}</b> <span>of ${points.outOf} points</span></p>
    <div class="bar" role="img" aria-label="${share} per cent"><i style="width: ${share}%"></i></div>
    <p>${greet(marked, points)}</p>`;
}

function greet(marked: Marked, { earned, outOf, open }: Points): string {
  if (!isFinal(marked))
    return `This mark is not final: checks worth ${open} points could not be graded, which is not your answer's fault. Your tutor has been told.`;
  if (marked.questions.every((each) => each.checks.every(({ verdict }) => isUntouched(verdict))))
    return "Every cell is still as it was handed out. If that is not what you meant to hand in, tell your tutor: perhaps the file was not saved.";
  if (earned === outOf) return "Everything passes. Well done!";
  const whole = marked.questions.filter(({ checks }) =>
    checks.every(({ verdict }) => verdict.kind === "passed"),
  ).length;
  const count = whole === 0 ? "" : ` ${whole} of ${marked.questions.length} questions are completely right.`;
  if (earned / outOf >= 0.7) return `Most of it works.${count} Below is what is missing.`;
  if (earned === 0)
    return "Nothing passes yet. Begin with the first question below: its reason and hint say where to look.";
  return `A good part is there.${count} Below is what is missing, and why.`;
}

function isUntouched(verdict: CheckResult["verdict"]): boolean {
  return verdict.kind === "failed" && verdict.actual === "the cell as it was handed out";
}

function showFault(fault: string): Html {
  return html`<section class="card">
    <h2>This could not be graded yet</h2>
    <p class="reason">${neutralise(fault.split("\n")[0]!, 800)}.</p>
    <p>
      That is not a zero. Your tutor has been told; hand in the right file, or ask if you do not see what is
      wrong.
    </p>
  </section>`;
}

function showQuestion(question: QuestionResult, sentences: ReadonlyMap<string, string>): Html {
  const { earned, outOf } = sumChecks(question.checks);
  const { problems, notes, output } = question;
  return html`<section class="card" id="${question.id}">
    <div class="head">
      <h2>${question.title}</h2>
      <span class="points">${earned} / ${outOf}</span>
    </div>
    ${problems.length > 0 ? showProblems(question) : nothing}
    ${problems.length > 0 ? nothing : showChecks(question, sentences)}
    ${notes.map((note) => html`<p class="note">${neutraliseLine(note, 400)}</p>`)}
    ${
      output.trim() === ""
        ? nothing
        : html`<details>
            <summary>What your code printed</summary>
            <pre>${neutralise(output)}</pre>
          </details>`
    }
  </section>`;
}

function showProblems({ problems, checks }: QuestionResult): Html {
  const [first] = checks;
  const isOwn = first?.verdict.kind !== "crashed" || first.verdict.error.startsWith("does not compile");
  const lead = isOwn
    ? "This cell does not compile, so none of its checks could run; the other questions are not affected."
    : "This answer uses another one that does not compile.";
  return html`<p class="reason">${lead}</p>
    ${problems.slice(0, 5).map(
      ({ line, column, message, text }) =>
        html`<pre><span class="no">${line} │ </span>${neutralise(text)}
<span class="no">${" ".repeat(String(line).length)} │ </span>${" ".repeat(Math.min(column - 1, 120))}^
${neutralise(message, 800)}</pre>`,
    )}
    ${problems.length > 5 ? html`<p class="note">… and ${problems.length - 5} more.</p>` : nothing}`;
}

const signs = {
  passed: "✓",
  failed: "✗",
  crashed: "!",
  "timed-out": "⧗",
  skipped: "–",
  ungraded: "?",
} as const;

/** Checks that ended alike for the same reason (an untouched cell, a cell that stops at once) share one line of reason. */
function showChecks({ checks }: QuestionResult, sentences: ReadonlyMap<string, string>): Html {
  const views = checks.map((check) => ({ check, view: viewForStudent(check, sentences) }));
  let told = "";
  const items = views.map(({ check, view }): Content => {
    const why = [...view.reasons, view.hint ?? ""].join("\n");
    const isRepeated = why === told && why.trim() !== "";
    told = why;
    const tail = `${check.points} ${check.points === 1 ? "point" : "points"}${check.visibility === "hidden" ? ", not shown" : ""}`;
    return html`<li class="${check.verdict.kind}">
      <span class="sign" aria-hidden="true">${signs[check.verdict.kind]}</span>
      ${capitalise(check.sentence)} <span class="meta">(${tail})</span> <span class="word">${view.word}</span>
      ${isRepeated ? nothing : view.reasons.map((reason) => html`<p class="reason">${reason}</p>`)}
      ${isRepeated || view.hint === undefined ? nothing : html`<p class="hint"><b>Hint.</b> ${view.hint}</p>`}
    </li>`;
  });
  return html`<ul class="checks">
    ${items}
  </ul>`;
}

function capitalise(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
