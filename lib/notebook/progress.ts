/** A bar around a loop: passes the values through and shows how far, how fast and how long still. */
import { performance } from "node:perf_hooks";
import { OptionError } from "../core/errors";
import { stopSignal } from "../core/interrupt";
import { displayHandle } from "./display";
import { hasRichFrontEnd } from "./front-end";
import { drawBar, drawLine } from "./progress-bar";
import type { ProgressOutcome, ProgressState } from "./progress-bar";

export interface ProgressOptions<T> {
  /** How many values will come; taken from an array, a Set or a Map unless told. Without it there is no time left. */
  total?: number;
  /** How many of the total were done before, when a training is resumed. */
  start?: number;
  /** What stands before the bar. */
  label?: string;
  /** What one value is, in the singular. */
  unit?: string;
  /** A few words about the latest value, below the bar: `({ loss }) => "loss " + loss.toFixed(3)`. */
  show?: (value: T) => string;
  /** Stops the loop, as the notebook's stop button does. */
  signal?: AbortSignal;
}

export const progressDefaults = {
  start: 0,
  label: "progress",
  unit: "step",
} satisfies ProgressOptions<unknown>;

/** Seconds between two drawings: an eye sees five a second as motion, a front end draws them with ease. */
const SECONDS_PER_DRAWING = 0.2;
/** Without a place that can be drawn again, each drawing is a line: be sparing. */
const SECONDS_PER_LINE = 10;
/** The rate is that of the latest drawings (about six seconds), for the first steps are slower than the rest. */
const DRAWINGS_FOR_RATE = 30;

/**
 * The same values, one by one, with a progress bar that updates in place:
 *
 *     for await (const { step } of progress(trainGan(gan, images, { steps: 500 }), { total: 500 })) …
 *
 * Leaving the loop early, an error and the notebook's stop button all end the source too (its `finally` runs), and the
 * bar says which it was. A source that goes on after the stop button is ended here, by throwing the signal's reason.
 *
 * @throws OptionError where `total` or `start` is not a whole number ≥ 0
 */
export async function* progress<T>(
  source: Iterable<T> | AsyncIterable<T>,
  options: ProgressOptions<T> = {},
): AsyncGenerator<T, void, undefined> {
  const { label, unit, start, show, total = sizeOf(source) } = { ...progressDefaults, ...options };
  for (const [name, value] of Object.entries({ total: total ?? 0, start }))
    if (!Number.isInteger(value) || value < 0)
      throw new OptionError(`progress: ${name}: expected an integer ≥ 0, got ${value}.`);
  const signal = stopSignal(options.signal);
  const bar = new ProgressBar({ label, unit, total, done: start });
  let outcome: ProgressOutcome = "stopped"; // what it is when the reader leaves the loop at the yield
  let abortedBefore = false;
  try {
    await bar.draw();
    for await (const value of source) {
      // The first value after the stop button may have been on its way; a source that goes on does not listen.
      if (abortedBefore) signal.throwIfAborted();
      abortedBefore = signal.aborted;
      bar.count(show?.(value) ?? "");
      if (bar.isDue()) await bar.draw();
      yield value;
    }
    outcome = signal.aborted ? "stopped" : bar.isComplete() ? "done" : "ended";
  } catch (error) {
    outcome = signal.aborted || isAbort(error) ? "stopped" : "failed";
    throw error;
  } finally {
    await bar.draw(outcome);
  }
}

function sizeOf(source: object): number | undefined {
  const { length, size } = source as { length?: unknown; size?: unknown };
  return [length, size].find((candidate): candidate is number => typeof candidate === "number");
}

function isAbort(error: unknown): boolean {
  return (error as Partial<Error> | null | undefined)?.name === "AbortError";
}

class ProgressBar {
  readonly #state: ProgressState;
  readonly #display = displayHandle();
  readonly #rich = hasRichFrontEnd();
  readonly #started = performance.now();
  readonly #start: number;
  /** When and how far at each of the latest drawings. */
  #marks: { at: number; done: number }[];

  constructor(start: Pick<ProgressState, "label" | "unit" | "total" | "done">) {
    this.#state = { ...start, seconds: 0, rate: undefined, outcome: "running", note: "" };
    this.#start = start.done;
    this.#marks = [{ at: this.#started, done: start.done }];
  }

  count(note: string): void {
    this.#state.done++;
    this.#state.note = note;
  }

  isComplete(): boolean {
    return this.#state.total === undefined || this.#state.done >= this.#state.total;
  }

  isDue(): boolean {
    const seconds = (performance.now() - this.#marks.at(-1)!.at) / 1000;
    return seconds >= (this.#rich ? SECONDS_PER_DRAWING : SECONDS_PER_LINE);
  }

  async draw(outcome: ProgressOutcome = "running"): Promise<void> {
    const at = performance.now();
    const { done } = this.#state;
    // At the end the rate of the whole says more than that of the last moments.
    const since = outcome === "running" ? this.#marks[0]! : { at: this.#started, done: this.#start };
    if (done > since.done && at > since.at) this.#state.rate = (1000 * (done - since.done)) / (at - since.at);
    this.#marks = [...this.#marks, { at, done }].slice(-DRAWINGS_FOR_RATE);
    this.#state.seconds = (at - this.#started) / 1000;
    this.#state.outcome = outcome;
    const line = drawLine(this.#state);
    if (this.#rich) await this.#display.update({ "text/plain": line, "text/html": drawBar(this.#state) });
    else console.log(line);
    // A loop without real waiting never lets the event loop send what was drawn, nor hear the stop button: do it here.
    await new Promise((resolve) => setImmediate(resolve));
  }
}
