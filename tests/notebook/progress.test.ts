/** The loop around the values: what it passes on, when it draws, how it ends. Time is the test's own. */
import { performance } from "node:perf_hooks";
import { OptionError } from "../../lib/core/errors.ts";
import { progress, type ProgressOptions } from "../../lib/notebook/progress.ts";
import { installKernel, removeFrontEnds, type Drawn } from "./front-ends.ts";

const interrupt = Symbol.for("jupyter.interrupt");
let now: number;
let printed: jest.SpyInstance<void, unknown[]>;
beforeEach(() => {
  now = 1000;
  jest.spyOn(performance, "now").mockImplementation(() => now);
  printed = jest.spyOn(console, "log").mockImplementation(() => undefined);
});
afterEach(() => {
  removeFrontEnds();
  Reflect.deleteProperty(globalThis, interrupt);
  jest.restoreAllMocks();
});

/** 1, 2, … count, each taking so many seconds; says whether it was closed. */
function ticks(count: number, seconds: number) {
  const source = { closed: false, values };
  function* values() {
    try {
      for (let i = 1; i <= count; i++) {
        now += 1000 * seconds;
        yield i;
      }
    } finally {
      source.closed = true;
    }
  }
  return source;
}

async function collect<T>(
  source: Iterable<T> | AsyncIterable<T>,
  options: ProgressOptions<T> = {},
): Promise<T[]> {
  const values: T[] = [];
  for await (const value of progress(source, options)) values.push(value);
  return values;
}

const lines = (drawn: Drawn[]) => drawn.map(({ data }) => data["text/plain"]);

describe("where outputs can be drawn in place", () => {
  let drawn: Drawn[];
  beforeEach(() => (drawn = installKernel()));

  test("one place is drawn again and again, with count, rate and time left", async () => {
    expect(await collect(ticks(4, 0.5).values(), { total: 4, label: "training" })).toEqual([1, 2, 3, 4]);
    expect(lines(drawn)).toEqual([
      "training: 0 of 4 steps",
      "training: 1 of 4 steps, 2 steps/s, 1.5 s left",
      "training: 2 of 4 steps, 2 steps/s, 1 s left",
      "training: 3 of 4 steps, 2 steps/s, 0.5 s left",
      "training: 4 of 4 steps, 2 steps/s",
      "training: done in 2 s: 4 steps, 2 steps/s",
    ]);
    expect(new Set(drawn.map(({ id }) => id)).size).toBe(1);
    expect(drawn.map(({ update }) => update)).toEqual([false, true, true, true, true, true]);
    for (const { data } of drawn) expect(data["text/html"]).toContain('role="progressbar"');
    expect(printed).not.toHaveBeenCalled();
  });

  test("fast steps are drawn five times a second, and the last always", async () => {
    await collect(ticks(1000, 0.001).values(), { total: 1000 });
    expect(drawn.length).toBeGreaterThanOrEqual(6);
    expect(drawn.length).toBeLessThanOrEqual(8);
    expect(lines(drawn).at(-1)).toBe("progress: done in 1 s: 1,000 steps, 1,000 steps/s");
  });

  test("the rate is that of late: slow first steps are forgotten, but not at the end", async () => {
    function* slowing() {
      for (let i = 0; i < 100; i++) {
        now += i === 0 ? 60_000 : 1000;
        yield i;
      }
    }
    await collect(slowing(), { total: 100 });
    expect(lines(drawn)[1]).toBe("progress: 1 of 100 steps, 1 min 0 s/step, 1 h 39 min left");
    expect(lines(drawn)[50]).toBe("progress: 50 of 100 steps, 1 steps/s, 50 s left");
    expect(lines(drawn).at(-1)).toBe("progress: done in 2 min 39 s: 100 steps, 1.6 s/step");
  });

  test("a resumed training starts at its step, and its rate leaves out what was done before", async () => {
    await collect(ticks(2, 1).values(), { start: 8, total: 10 });
    expect(lines(drawn)).toEqual([
      "progress: 8 of 10 steps",
      "progress: 9 of 10 steps, 1 steps/s, 1 s left",
      "progress: 10 of 10 steps, 1 steps/s",
      "progress: done in 2 s: 10 steps, 1 steps/s",
    ]);
  });

  test("without a total there is no time left; an array, a Set and a Map know theirs", async () => {
    await collect(ticks(2, 1).values(), { unit: "batch" });
    expect(lines(drawn)).toContain("progress: 2 batches, 1 batches/s");
    for (const source of [
      ["a", "b"],
      new Set(["a", "b"]),
      new Map([
        ["a", 1],
        ["b", 2],
      ]),
    ]) {
      await collect<unknown>(source);
      expect(lines(drawn).at(-1)).toBe("progress: done in 0 s: 2 steps");
    }
  });

  test("the caller's words about the latest value stand below", async () => {
    await collect(ticks(2, 1).values(), { show: (value) => `loss <${value}>` });
    expect(lines(drawn)[1]).toMatch(/ \| loss <1>$/);
    expect(drawn[1]!.data["text/html"]).toContain("loss &#60;1&#62;");
  });

  test("a source that runs dry before its total ended early", async () => {
    await collect(ticks(3, 1).values(), { total: 5 });
    expect(lines(drawn).at(-1)).toBe("progress: ended early, after 3 of 5 steps in 3 s");
  });

  test("leaving the loop stops: the source is closed and the bar says so", async () => {
    const source = ticks(5, 1);
    for await (const value of progress(source.values(), { total: 5 })) if (value === 2) break;
    expect(source.closed).toBe(true);
    expect(lines(drawn).at(-1)).toBe("progress: stopped after 2 of 5 steps in 2 s");
  });

  test("an error of the source passes through, and the bar says failed", async () => {
    async function* failing() {
      now += 1000;
      yield await Promise.resolve(1);
      throw new Error("no disk");
    }
    await expect(collect(failing(), { total: 5 })).rejects.toThrow("no disk");
    expect(lines(drawn).at(-1)).toBe("progress: failed after 1 of 5 steps in 1 s");
  });

  test("an error in the loop's own body closes the source", async () => {
    const source = ticks(5, 1);
    const loop = async () => {
      for await (const value of progress(source.values())) throw new Error(`mine at ${value}`);
    };
    await expect(loop()).rejects.toThrow("mine at 1");
    expect(source.closed).toBe(true);
  });

  test.each(["signal", "stop button"])(
    "the %s ends a source that does not listen, with its reason",
    async (which) => {
      const controller = new AbortController();
      if (which === "stop button")
        (globalThis as Record<symbol, unknown>)[interrupt] = () => controller.signal;
      const source = ticks(100, 1);
      const seen: number[] = [];
      const loop = async () => {
        const options = which === "signal" ? { signal: controller.signal } : {};
        for await (const value of progress(source.values(), { total: 100, ...options })) {
          seen.push(value);
          if (value === 3) controller.abort(new Error("enough"));
        }
      };
      await expect(loop()).rejects.toThrow("enough");
      expect(seen.length).toBeLessThanOrEqual(4);
      expect(source.closed).toBe(true);
      expect(lines(drawn).at(-1)).toMatch(/^progress: stopped after \d of 100 steps/);
    },
  );

  test("a source that ends itself at the signal is stopped, without an error", async () => {
    const controller = new AbortController();
    function* listening() {
      for (let i = 1; !controller.signal.aborted; i++) yield i;
    }
    for await (const value of progress(listening(), { signal: controller.signal }))
      if (value === 2) controller.abort();
    expect(lines(drawn).at(-1)).toBe("progress: stopped after 2 steps in 0 s");
  });

  test("an AbortError of the source is a stop, not a failure", async () => {
    function* aborting() {
      yield 1;
      throw new DOMException("stopped", "AbortError");
    }
    await expect(collect(aborting())).rejects.toThrow("stopped");
    expect(lines(drawn).at(-1)).toBe("progress: stopped after 1 step in 0 s");
  });
});

describe("in a terminal", () => {
  test("each drawing is a line, one in ten seconds, and the first and the last", async () => {
    await collect(ticks(25, 1).values(), { total: 25 });
    expect(printed.mock.calls.map(([line]) => line)).toEqual([
      "progress: 0 of 25 steps",
      "progress: 10 of 25 steps, 1 steps/s, 15 s left",
      "progress: 20 of 25 steps, 1 steps/s, 5 s left",
      "progress: done in 25 s: 25 steps, 1 steps/s",
    ]);
  });
});

test.each<[ProgressOptions<unknown>, string]>([
  [{ total: -1 }, "total: expected an integer ≥ 0, got -1."],
  [{ total: 2.5 }, "total: expected an integer ≥ 0, got 2.5."],
  [{ start: NaN }, "start: expected an integer ≥ 0, got NaN."],
])("%p is refused before the source starts", async (options, message) => {
  const source = ticks(1, 1);
  await expect(progress(source.values(), options).next()).rejects.toThrow(OptionError);
  await expect(progress(source.values(), options).next()).rejects.toThrow(`progress: ${message}`);
  expect(printed).not.toHaveBeenCalled();
});

test("nothing at all is done at once", async () => {
  expect(await collect([])).toEqual([]);
  expect(printed.mock.calls.at(-1)).toEqual(["progress: done in 0 s: 0 steps"]);
});
