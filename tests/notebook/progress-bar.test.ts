import {
  drawBar,
  drawLine,
  type ProgressOutcome,
  type ProgressState,
} from "../../lib/notebook/progress-bar.ts";

const state: ProgressState = {
  label: "training",
  unit: "step",
  done: 250,
  total: 1000,
  seconds: 25,
  rate: 10,
  outcome: "running",
  note: "",
};

/** The width of the filled part. */
const filled = (html: string) => /border-radius:4px;width:([\d.]+%)/.exec(html)![1];
const colour = (html: string) => /background:(#\w{6})/.exec(html)![1];

test("the bar is filled as far as the loop is, and says so to screen readers", () => {
  const html = drawBar(state);
  expect(filled(html)).toBe("25.0%");
  expect(html).toContain(
    'role="progressbar" aria-label="training" aria-valuemin="0" aria-valuemax="1000" aria-valuenow="250"',
  );
  expect(html).toContain('aria-valuetext="250 of 1,000 steps, 10 steps/s, 1 min 15 s left"');
});

test("without a total it is empty while running, and full at its end", () => {
  const open = { ...state, total: undefined };
  expect(filled(drawBar(open))).toBe("0.0%");
  expect(filled(drawBar({ ...open, outcome: "done" }))).toBe("100.0%");
  expect(drawBar(open)).not.toContain("aria-valuenow");
});

test.each([
  [0, 0, "0.0%"],
  [1200, 1000, "100.0%"],
])("%p of %p fill %p", (done, total, width) => {
  expect(filled(drawBar({ ...state, done, total }))).toBe(width);
});

test.each<[ProgressOutcome, string]>([
  ["running", "training: 250 of 1,000 steps, 10 steps/s, 1 min 15 s left"],
  ["done", "training: done in 25 s: 250 steps, 10 steps/s"],
  ["ended", "training: ended early, after 250 of 1,000 steps in 25 s"],
  ["stopped", "training: stopped after 250 of 1,000 steps in 25 s"],
  ["failed", "training: failed after 250 of 1,000 steps in 25 s"],
])("%s is told in words, in the line and in the bar", (outcome, line) => {
  expect(drawLine({ ...state, outcome })).toBe(line);
  expect(drawBar({ ...state, outcome })).toContain(line.replace("training: ", ""));
});

test("the outcomes' colours help: a failure has its own", () => {
  const colours = (["running", "done", "stopped", "failed"] as const).map((outcome) =>
    colour(drawBar({ ...state, outcome })),
  );
  expect(new Set(colours).size).toBe(4);
});

test("label, note and unit cannot become markup", () => {
  const html = drawBar({ ...state, label: '"><script>', note: "<b>", unit: "<i>" });
  expect(html).not.toMatch(/<script>|<b>|<i>/);
});

test("before the first step nothing is estimated", () => {
  expect(drawLine({ ...state, done: 0, rate: undefined })).toBe("training: 0 of 1,000 steps");
  expect(drawLine({ ...state, done: 1, total: 1, rate: undefined })).toBe("training: 1 of 1 step");
});
