import { tf } from "../../lib/core/tf.ts";
import { display, displayHandle, jupyterDisplay } from "../../lib/notebook/display.ts";
import { hasRichFrontEnd } from "../../lib/notebook/front-end.ts";
import { imageGrid } from "../../lib/notebook/image-grid.ts";
import { lossCurve } from "../../lib/notebook/loss-curve.ts";
import { installKernel, removeFrontEnds, type Drawn } from "./front-ends.ts";

/** What the stand-in for tslab's `newDisplay()` was asked to draw: place, MIME type, content. */
const mockRaw: [place: number, type: string, content: unknown][] = [];
let mockPlaces = 0;
jest.mock("tslab", () => ({
  newDisplay: () => {
    const place = ++mockPlaces;
    return { raw: (type: string, content: unknown) => mockRaw.push([place, type, content]) };
  },
}));

let printed: jest.SpyInstance<void, unknown[]>;
beforeEach(() => (printed = jest.spyOn(console, "log").mockImplementation(() => undefined)));
afterEach(() => {
  removeFrontEnds();
  printed.mockRestore();
  mockRaw.length = 0;
});

const dot = { pixels: Uint8Array.of(255), shape: [1, 1, 1, 1] };

describe("in the course's kernel", () => {
  let drawn: Drawn[];
  beforeEach(() => (drawn = installKernel()));

  test("a chart comes in all its forms, an image grid with its size", async () => {
    expect(hasRichFrontEnd()).toBe(true);
    await display(lossCurve({ loss: [1, 2] }));
    expect(Object.keys(drawn[0]!.data).sort()).toEqual([
      "application/vnd.vegalite.v5+json",
      "image/svg+xml",
      "text/plain",
    ]);
    await display(imageGrid(dot, { scale: 4 }));
    expect(drawn[1]).toMatchObject({ metadata: { "image/png": { height: 4, width: 4 } }, update: false });
    expect(printed).not.toHaveBeenCalled();
  });

  test("a handle draws in the same place again, another in another", async () => {
    const handle = displayHandle();
    await handle.update("one");
    await handle.update("two");
    await display("three");
    expect(drawn.map(({ data, update }) => [data["text/plain"], update])).toEqual([
      ["one", false],
      ["two", true],
      ["three", false],
    ]);
    expect(drawn.map(({ id }) => id === handle.id)).toEqual([true, true, false]);
  });

  test("updates come in their order, however long each takes to draw", async () => {
    const handle = displayHandle();
    const slow = (text: string, milliseconds: number) => ({
      [jupyterDisplay]: () =>
        new Promise<Record<string, string>>((resolve) =>
          setTimeout(() => resolve({ "text/plain": text }), milliseconds),
        ),
    });
    await Promise.all([handle.update(slow("a", 30)), handle.update(slow("b", 1)), handle.update("c")]);
    expect(drawn.map(({ data, update }) => [data["text/plain"], update])).toEqual([
      ["a", false],
      ["b", true],
      ["c", true],
    ]);
  });

  test("a value that cannot be drawn fails alone: the next update is drawn", async () => {
    const handle = displayHandle();
    const broken = { [jupyterDisplay]: () => Promise.reject(new Error("no picture")) };
    const first = handle.update(broken);
    const second = handle.update("fine");
    await expect(first).rejects.toThrow("no picture");
    await second;
    expect(drawn).toMatchObject([{ data: { "text/plain": "fine" }, update: false }]);
  });

  test("a tensor shows its table, and is not kept", async () => {
    const before = tf.memory().numTensors;
    const tensor = tf.tensor1d([1, 2]);
    await display(tensor);
    tensor.dispose();
    expect(drawn[0]!.data["text/html"]).toContain("<td>1</td><td>2</td>");
    expect(tf.memory().numTensors).toBe(before);
  });

  test.each<[string, unknown, Record<string, unknown>]>([
    ["a text", "a <b>", { "text/plain": "a <b>" }],
    ["a number", 7, { "text/plain": "7" }],
    ["null", null, { "text/plain": "null" }],
    ["nothing", undefined, { "text/plain": "undefined" }],
    ["an object", { a: [1] }, { "text/plain": "{ a: [ 1 ] }" }],
    ["an empty object", {}, { "text/plain": "{}" }],
    ["a MIME bundle", { "text/html": "<b>", "text/plain": "b" }, { "text/html": "<b>", "text/plain": "b" }],
    [
      "an object with one key of that look",
      { "text/html": "x", other: 1 },
      { "text/plain": "{ 'text/html': 'x', other: 1 }" },
    ],
  ])("%s", async (_, value, data) => {
    await display(value);
    expect(drawn[0]!.data).toEqual(data);
  });

  test("a drawing without a text gets one", async () => {
    await display({ [jupyterDisplay]: () => ({ "text/html": "<i>" }) });
    expect(drawn[0]!.data["text/html"]).toBe("<i>");
    expect(drawn[0]!.data["text/plain"]).toContain("Jupyter.display");
  });
});

describe("under a plain tslab", () => {
  beforeEach(() => ((globalThis as Record<string, unknown>).__tslab__ = {}));

  test("a chart comes as its picture, an image grid as the bytes of its PNG", async () => {
    expect(hasRichFrontEnd()).toBe(true);
    await display(lossCurve({ loss: [1, 2] }));
    await display(imageGrid(dot));
    expect(mockRaw.map(([, type]) => type)).toEqual(["image/svg+xml", "image/png"]);
    expect(mockRaw[0]![2]).toMatch(/^<svg/);
    expect((mockRaw[1]![2] as Buffer).subarray(1, 4).toString()).toBe("PNG");
    expect(printed).not.toHaveBeenCalled();
  });

  test("a handle draws in the same place again", async () => {
    const handle = displayHandle();
    await handle.update("one");
    await handle.update("two");
    await display("three");
    const [a, b, c] = mockRaw.map(([place]) => place);
    expect(a).toBe(b);
    expect(c).not.toBe(a);
    expect(mockRaw.map(([, type, content]) => [type, content])).toEqual([
      ["text/plain", "one"],
      ["text/plain", "two"],
      ["text/plain", "three"],
    ]);
  });

  test("what it has no form for is named", async () => {
    await display({ "application/json": "{}" });
    expect(mockRaw).toEqual([]);
    expect(printed.mock.calls).toEqual([["[application/json]"]]);
  });
});

test("in a terminal the text is printed", async () => {
  expect(hasRichFrontEnd()).toBe(false);
  const handle = displayHandle();
  await handle.update(imageGrid(dot, { description: "a dot" }));
  await handle.update("again");
  expect(printed.mock.calls).toEqual([["a dot: 1 image of 1 × 1 pixels"], ["again"]]);
});
