/** What a check found, as HTML and as text: pure functions of the outcomes. */
import type { MimeBundle } from "./display";
import { escapeHtml } from "./wording";

/** How one check of the notebook ended. */
export type CheckOutcome =
  | { kind: "passed" }
  | { kind: "failed"; reason: string; hint?: string }
  /** The function still throws NotImplemented. */
  | { kind: "unwritten"; functionName: string }
  | { kind: "crashed"; error: string }
  | { kind: "timed-out"; error: string }
  /** Waits for another check, whose sentence this is. */
  | { kind: "skipped"; after: string }
  /** The check itself is at fault, not the answer. */
  | { kind: "faulty"; error: string };

export interface JudgedCheck {
  id: string;
  sentence: string;
  hint?: string;
  outcome: CheckOutcome;
}

/** A sign and a word say it; the colours (of the charts' palette) only help. */
const looks: Record<CheckOutcome["kind"], { sign: string; word: string; colour: string }> = {
  passed: { sign: "✓", word: "passed", colour: "#009e73" },
  failed: { sign: "✗", word: "not yet", colour: "#d55e00" },
  unwritten: { sign: "○", word: "not yet", colour: "#808080" },
  crashed: { sign: "!", word: "stopped with an error", colour: "#d55e00" },
  "timed-out": { sign: "!", word: "ran out of time", colour: "#d55e00" },
  skipped: { sign: "–", word: "skipped", colour: "#808080" },
  faulty: { sign: "?", word: "could not be checked", colour: "#e69f00" },
};

const furtherInputs = "Marking also tries inputs that are not shown here.";

/** While a check runs, which may be for ever. */
export function drawPending(question: string): MimeBundle {
  const text = `${question}: checking … (■ stops it)`;
  return { "text/plain": text, "text/html": `<div style="${font};opacity:0.8">${escapeHtml(text)}</div>` };
}

export function drawText(question: string, checks: JudgedCheck[]): string {
  const lines = describeAll(checks).flatMap(({ check, reason, hint }) => {
    const { sign, word } = looks[check.outcome.kind];
    return [`${sign} ${check.sentence}: ${word}`, indent(reason), hint && indent(`Hint: ${hint}`)];
  });
  return [summarise(question, checks), ...lines, furtherNote(checks)].filter(Boolean).join("\n");
}

export function drawCard(question: string, checks: JudgedCheck[]): string {
  const items = describeAll(checks).map(({ check, reason, hint }) => {
    const { sign, word, colour } = looks[check.outcome.kind];
    return (
      `<li style="position:relative;padding:0.3em 0 0.3em 1.7em;list-style:none;margin:0">` +
      `<span aria-hidden="true" style="position:absolute;left:0;width:1.2em;text-align:center;font-weight:700;` +
      `color:${colour}">${sign}</span>${escapeHtml(capitalise(check.sentence))}: ` +
      `<b style="font-weight:600">${word}</b>${paragraph(reason)}` +
      (hint === ""
        ? ""
        : `<div style="margin-top:0.2em;padding:0.2em 0.6em;border-radius:4px;background:rgba(128,128,128,0.13)">` +
          `<b style="font-weight:600">Hint.</b> ${escapeHtml(hint)}</div>`) +
      `</li>`
    );
  });
  const { colour } = looks[worst(checks)];
  return (
    `<div style="${font};max-width:46em;border-left:4px solid ${colour};padding:0.1em 0 0.1em 0.9em">` +
    `<div style="font-weight:600">${escapeHtml(summarise(question, checks))}</div>` +
    `<ul style="margin:0.2em 0;padding:0">${items.join("")}</ul>${paragraph(furtherNote(checks))}</div>`
  );
}

const font =
  "font-family:var(--jp-ui-font-family,system-ui,sans-serif);font-size:14px;line-height:1.5;" +
  "font-variant-numeric:tabular-nums;overflow-wrap:anywhere";

function paragraph(text: string): string {
  return text === "" ? "" : `<div style="opacity:0.85;white-space:pre-wrap">${escapeHtml(text)}</div>`;
}

/** Checks that ended alike for the same reason (an answer that is not written yet) share one line of reason. */
function describeAll(checks: JudgedCheck[]): { check: JudgedCheck; reason: string; hint: string }[] {
  let told = "";
  return checks.map((check) => {
    const reason = explain(check.outcome);
    const hint = hintOf(check);
    const isRepeated = told === `${reason}\n${hint}`;
    told = `${reason}\n${hint}`;
    return isRepeated ? { check, reason: "", hint: "" } : { check, reason, hint };
  });
}

function explain(outcome: CheckOutcome): string {
  switch (outcome.kind) {
    case "passed":
      return "";
    case "failed":
      return cut(outcome.reason);
    case "unwritten":
      return `${outcome.functionName} is not written yet: replace the line that throws by your answer, run its cell, then this one again.`;
    case "crashed":
      return `Your code stopped with ${cut(outcome.error)}`;
    case "timed-out":
      return `${cut(outcome.error)}.`;
    case "skipped":
      return `Waits until this passes: ${outcome.after}.`;
    case "faulty":
      return `The check itself failed, which is not your answer's fault; please tell your tutor: ${cut(outcome.error)}`;
  }
}

function hintOf({ outcome, hint = "" }: JudgedCheck): string {
  switch (outcome.kind) {
    case "failed":
      return outcome.hint ?? hint;
    case "crashed":
      return hint;
    case "timed-out":
      return "Look for a loop that never ends, or a promise that is never resolved.";
    case "passed":
    case "unwritten":
    case "skipped":
    case "faulty":
      return "";
  }
}

function summarise(question: string, checks: JudgedCheck[]): string {
  const passed = checks.filter(({ outcome }) => outcome.kind === "passed").length;
  if (passed === checks.length)
    return checks.length === 1
      ? `${question}: passes`
      : `${question}: ${checks.length === 2 ? "both" : `all ${checks.length}`} checks pass`;
  if (checks.every(({ outcome }) => outcome.kind === "unwritten" || outcome.kind === "skipped"))
    return `${question}: not yet, and nothing is lost`;
  return checks.length === 1
    ? `${question}: not yet`
    : `${question}: ${passed} of ${checks.length} checks pass`;
}

function furtherNote(checks: JudgedCheck[]): string {
  return checks.every(({ outcome }) => outcome.kind === "passed") ? furtherInputs : "";
}

/** The kind that gives the card its colour. */
function worst(checks: JudgedCheck[]): CheckOutcome["kind"] {
  const order: CheckOutcome["kind"][] = ["crashed", "timed-out", "failed", "faulty", "unwritten", "skipped"];
  return order.find((kind) => checks.some(({ outcome }) => outcome.kind === kind)) ?? "passed";
}

function capitalise(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, "    ");
}

/** An error may carry a whole tensor. */
function cut(text: string): string {
  return text.length > 800 ? `${text.slice(0, 800)} …` : text;
}
