/** The slides as an audience sees them: in Chromium, from file://, without a network. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { checkDeck, openDeck } from "../../lectures/slides/check-deck.ts";
import { type Deck, makeDecks } from "../../lectures/slides/make-decks.ts";
import { codeCell, display, makeNotebook, markdownCell } from "../lectures/notebook-cells.ts";
import { openTestBrowser } from "./test-browser.ts";

const root = join(import.meta.dirname, "../..");
const sample = join(root, "tests/lectures/fixtures/sample.ipynb");
const scratch = mkdtempSync(join(tmpdir(), "slides-"));
const make = (file: string, pdf = false): Promise<Deck[]> =>
  makeDecks({ files: [file], out: join(scratch, "decks"), pdf, help: false }, root);

let browser: Browser;
beforeAll(async () => {
  browser = await openTestBrowser();
});
afterAll(async () => {
  await browser.close();
  rmSync(scratch, { recursive: true, force: true });
});

describe("a deck of every kind of cell", () => {
  let deck: Deck;
  beforeAll(async () => {
    deck = (await make(sample, true))[0]!;
  });

  test("every slide fits a 16:9 screen, with all its fragments", () => {
    expect(deck.findings).toEqual([]);
  });

  test("it shows from file:// without a network: no request fails, none leaves the folder, no script errs", async () => {
    const context = await browser.newContext({ viewport: { width: 1600, height: 900 } });
    const requests: string[] = [];
    const troubles: string[] = [];
    context.on("request", (request) => requests.push(request.url()));
    context.on("requestfailed", (request) => troubles.push(`failed: ${request.url()}`));
    context.on("weberror", (error) => troubles.push(error.error().message));
    context.on("console", (message) => message.type() === "error" && troubles.push(message.text()));
    const page = await context.newPage();
    await openDeck(page, deck.folder);
    for (let slide = 0; slide < deck.slides + 4; slide++) await page.keyboard.press("Space");
    await page.waitForTimeout(200);
    expect(troubles).toEqual([]);
    expect(
      requests.filter((url) => !url.startsWith(`file://${deck.folder}/`) && !url.startsWith("data:")),
    ).toEqual([]);
    expect(requests.length).toBeGreaterThan(15); // the style sheets, fonts and scripts were seen to load
    await context.close();
  });

  test("the type, the maths and the pictures are there", async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
    await openDeck(page, deck.folder);
    const seen = await page.evaluate(() => ({
      fonts: Array.from(document.fonts)
        .filter((font) => font.status === "loaded")
        .map((font) => font.family.replaceAll('"', "")),
      formulas: document.querySelectorAll(".page .katex").length,
      errors: document.querySelectorAll(".katex-error").length,
      notes: document.querySelector("aside.notes math") !== null,
      pictures: Array.from(document.images, (image) => image.naturalWidth > 0),
    }));
    expect(seen.fonts).toEqual(
      expect.arrayContaining(["Source Sans 3 Variable", "Source Code Pro Variable", "KaTeX_Main"]),
    );
    expect(seen).toMatchObject({ errors: 0, notes: true });
    expect(seen.formulas).toBeGreaterThan(5);
    expect(seen.pictures).toHaveLength(8);
    expect(seen.pictures).not.toContain(false);
    await page.close();
  });

  test("fragments come one by one", async () => {
    const page = await browser.newPage();
    await openDeck(page, deck.folder);
    await page.keyboard.press("ArrowRight");
    const visible = (): Promise<number> =>
      page.locator("section.present > section.present .fragment.visible").count();
    const counts = [await visible()];
    for (let step = 0; step < 2; step++) {
      await page.keyboard.press("ArrowRight");
      counts.push(await visible());
    }
    expect(counts).toEqual([0, 1, 2]);
    await page.close();
  });

  test("S opens the speaker's window, with this slide's notes", async () => {
    const page = await browser.newPage();
    await openDeck(page, deck.folder);
    const [speaker] = await Promise.all([page.waitForEvent("popup"), page.keyboard.press("s")]);
    await speaker.waitForFunction(() =>
      document.querySelector(".speaker-controls-notes .value")?.textContent.includes("NOTES-OF-TITLE"),
    );
    // Beside the notes: the slide now shown and the coming one, each a frame of the deck itself.
    const titles = speaker
      .frames()
      .slice(1)
      .map(async (frame) => {
        await frame.waitForSelector("html[data-deck='ready']", { state: "attached" });
        return frame.locator("section.present > section.present").getAttribute("data-slide");
      });
    await expect(Promise.all(titles)).resolves.toEqual(["1", "2"]);
    await page.close();
  });

  test("the PDF has one 16:9 page for each slide, tagged for screen readers", () => {
    const pdf = readFileSync(deck.pdf!, "latin1");
    expect(pdf.match(/\/Type\s*\/Page\b/g)).toHaveLength(deck.slides);
    expect(new Set(pdf.match(/\/MediaBox \[[^\]]*\]/g))).toEqual(new Set(["/MediaBox [0 0 960 540]"]));
    expect(pdf).toMatch(/\/MarkInfo <<[^>]*\/Marked true/);
  });
});

test("what does not fit is found, with slide, title, cell and element", async () => {
  const wide = `<table><tr>${"<td>a column</td>".repeat(60)}</tr></table>`;
  const clipped = `<div style="width:200px;height:30px;overflow:hidden">${"cut off ".repeat(30)}</div>`;
  const css = "<style>.x{background:url(https://example.org/b.png)}</style><p class='x'>far</p>";
  const cells = [
    markdownCell("slide", "# Misfits"),
    markdownCell("slide", `## Long list\n\n${"- point\n".repeat(40)}`),
    codeCell("slide", "const line = 1;\n".repeat(60)),
    markdownCell("slide", "## Maths\n\n$\\frac{1}{2$ and $\\nonsense$"),
    codeCell("slide", "table", [display({ "text/html": wide })]),
    codeCell("slide", "clip", [display({ "text/html": clipped })]),
    codeCell("slide", "picture", [display({ "image/png": "AAAA" })]),
    codeCell("slide", "css", [display({ "text/html": css })]),
    markdownCell("slide", "## Fine\n\n- nothing wrong here, $x^2$"),
  ];
  const file = join(scratch, "misfits.ipynb");
  writeFileSync(file, JSON.stringify(makeNotebook(cells)));
  const [deck] = await make(file);
  const found = deck!.findings!.map(({ slide, title, cell, element, problem }) => [
    slide,
    title,
    cell,
    `${element} ${problem.replace(/\d+/g, "N")}`,
  ]);
  expect(found).toEqual([
    [2, "Long list", "2", expect.stringMatching(/^<li> "point" runs N px past the bottom \(and N more\)$/)],
    [
      3,
      "",
      "3",
      expect.stringMatching(
        /^<div> "const line = 1;.*" too long for a slide, N px of it must be scrolled to/,
      ),
    ],
    [4, "Maths", "4", expect.stringMatching(/^<p> .* maths left as text/)],
    [5, "", "5", expect.stringMatching(/^<table> "a column.*" runs N px past the right edge/)],
    [
      6,
      "",
      "6",
      '<div> "cut off cut off cut off cut off cut off cut off cu…" N px of it are cut off at the bottom',
    ],
    [7, "", "7", '<img> "Output of cell 7" a picture that does not load'],
    [0, "", "?", "the page asks for https://example.org/b.png, which slides may not (it was blocked)"],
  ]);
  await expect(checkDeck(deck!.folder, browser)).resolves.toEqual(deck!.findings);
});
