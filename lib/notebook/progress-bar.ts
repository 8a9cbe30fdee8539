/** What a progress bar shows at one moment: pure functions of its state, as HTML and as a line of text. */
import { escapeHtml, sayCount, sayDuration, sayPlural, sayRate } from "./wording";

/** How a loop stands; "ended" is when the source ran dry before its total. */
export type ProgressOutcome = "running" | "done" | "ended" | "stopped" | "failed";

export interface ProgressState {
  label: string;
  unit: string;
  done: number;
  total: number | undefined;
  /** Seconds since the start. */
  seconds: number;
  /** Steps a second of late; undefined before the first step. */
  rate: number | undefined;
  outcome: ProgressOutcome;
  /** The caller's own words about the latest value. */
  note: string;
}

/** The bar as a block of HTML: its colours are the theme's where there is one, and show on white and on black. */
export function drawBar(state: ProgressState): string {
  const { done, total, label } = state;
  const numbers = describeNumbers(state);
  const share = total === undefined ? undefined : Math.min(1, done / Math.max(1, total));
  const value =
    total === undefined
      ? ""
      : ` aria-valuemin="0" aria-valuemax="${total}" aria-valuenow="${Math.min(done, total)}"`;
  const filled = share ?? (state.outcome === "running" ? 0 : 1);
  const fill =
    `<div style="height:100%;border-radius:4px;width:${(100 * filled).toFixed(1)}%;` +
    `background:${barColour[state.outcome]}"></div>`;
  const bar =
    `<div role="progressbar" aria-label="${escapeHtml(label)}"${value} aria-valuetext="${escapeHtml(numbers)}" ` +
    `style="flex:1 1 12em;max-width:24em;min-width:6em;height:8px;border-radius:4px;` +
    `background:rgba(128,128,128,0.3)">${fill}</div>`;
  const note = state.note === "" ? "" : `<div style="opacity:0.8">${escapeHtml(state.note)}</div>`;
  return (
    `<div style="font-family:var(--jp-ui-font-family,system-ui,sans-serif);font-size:13px;line-height:1.5;` +
    `font-variant-numeric:tabular-nums"><div style="display:flex;flex-wrap:wrap;align-items:center;gap:0 0.8em">` +
    `<span style="font-weight:600">${escapeHtml(label)}</span>${bar}<span>${escapeHtml(numbers)}</span></div>${note}</div>`
  );
}

// Told apart by their words first; the colours (of the charts' palette) only help.
const barColour: Record<ProgressOutcome, string> = {
  running: "#1f86c9",
  done: "#009e73",
  ended: "#e69f00",
  stopped: "#e69f00",
  failed: "#d55e00",
};

/** The same in one line of text. */
export function drawLine(state: ProgressState): string {
  return `${state.label}: ${describeNumbers(state)}${state.note === "" ? "" : ` | ${state.note}`}`;
}

function describeNumbers(state: ProgressState): string {
  const { done, total, seconds, rate, unit, outcome } = state;
  const counted = total === undefined ? sayCount(done) : `${sayCount(done)} of ${sayCount(total)}`;
  const units = (total ?? done) === 1 ? unit : sayPlural(unit);
  switch (outcome) {
    case "running":
      return [`${counted} ${units}`, ...estimate(state)].join(", ");
    case "done": {
      const speed = rate === undefined || done === 0 ? "" : `, ${sayRate(rate, unit)}`;
      return `done in ${sayDuration(seconds)}: ${sayCount(done)} ${done === 1 ? unit : sayPlural(unit)}${speed}`;
    }
    case "ended":
      return `ended early, after ${counted} ${units} in ${sayDuration(seconds)}`;
    case "stopped":
      return `stopped after ${counted} ${units} in ${sayDuration(seconds)}`;
    case "failed":
      return `failed after ${counted} ${units} in ${sayDuration(seconds)}`;
  }
}

function estimate({ done, total, rate, unit }: ProgressState): string[] {
  if (rate === undefined || rate <= 0) return [];
  const speed = sayRate(rate, unit);
  return total === undefined || done >= total
    ? [speed]
    : [speed, `${sayDuration((total - done) / rate)} left`];
}
