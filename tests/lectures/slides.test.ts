import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findChromium } from "../../lectures/slides/find-chromium.ts";
import { explainFileError } from "../../lectures/slides/slides-error.ts";
import { codeCell, display, makeNotebook, markdownCell } from "./notebook-cells.ts";

const root = join(import.meta.dirname, "../..");
const sample = join(import.meta.dirname, "fixtures/sample.ipynb");
const scratch = mkdtempSync(join(tmpdir(), "slides-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Runs the command as `./course slides` does. Without a browser on PATH it only writes, which is what most tests look at. */
function runSlides(
  args: string[],
  env: NodeJS.ProcessEnv = { PATH: "" },
): { status: number | null; out: string; errors: string } {
  const command = [join(root, "lectures/slides.ts"), ...args];
  const run = spawnSync(process.execPath, command, {
    encoding: "utf8",
    timeout: 60_000,
    env: { ...process.env, CHROME_PATH: "", ...env },
  });
  return { status: run.status, out: run.stdout, errors: run.stderr };
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
    statSync(join(folder, file)).isFile(),
  );
}

describe("a deck of every kind of cell", () => {
  const out = join(scratch, "sample-out");
  const deck = join(out, "sample");
  let html = "";
  let printed = "";
  beforeAll(() => {
    printed = runSlides([sample, "--out", out]).out;
    html = readFileSync(join(deck, "index.html"), "utf8");
    // A failed expectation prints what it looked at: leave out the pictures' hundred thousand letters.
    html = html.replace(/base64,([^"]{60})[^"]+"/g, 'base64,$1…"');
  });

  /** The slides' HTML by number. */
  const slides = (): string[] => html.split(/<section(?=[^>]*data-slide=)/).slice(1);

  test("the command says how many slides, where, and what the lecturer should know", () => {
    expect(printed).toMatch(/^sample: 15 slides in .*sample-out\/sample\/index\.html/);
    expect(printed).toMatch(/note: cell 18 ended in an error, and the slide shows it: ShapeError/);
    expect(printed).toMatch(/not checked for overflow, for want of a browser: install Chromium/);
  });

  test("slides, fragments and notes follow the notebook's metadata; skipped cells are absent", () => {
    expect(slides()).toHaveLength(15);
    expect(slides()[0]).toMatch(/<h1[^>]*>Generative <em>adversarial<\/em> networks<\/h1>/);
    expect(html).not.toContain("SKIPPED-CELL");
    expect(slides()[1]!.match(/class="fragment"/g)).toHaveLength(2);
    expect(slides()[0]).toMatch(/<aside class="notes"[^>]*>[^]*NOTES-OF-TITLE[^]*<\/aside>/);
    expect(slides()[0]).toContain("NOTES-BEFORE");
    // Two-dimensional as reveal.js wants it: a column of sub-slides inside each slide.
    expect(html.match(/<section>/g)).toHaveLength(8);
  });

  test("code is coloured, hidden code is absent, and a cell's result stands beside it", () => {
    expect(slides()[3]).toMatch(/<span class="kd">const<\/span>/);
    expect(slides()[3]).toContain("0.6931471805599453");
    expect(html).not.toContain("notShown");
  });

  test("charts are shown as their SVG, with the text of the bundle as alternative text", () => {
    const chart =
      /<img alt="loss of generator and discriminator over 600 steps" src="data:image\/svg\+xml;base64,([^"…]+)/;
    expect(Buffer.from(chart.exec(slides()[5]!)![1]!, "base64").toString()).toMatch(/^<svg xmlns=/);
    expect(html).not.toContain("vega.github.io");
    expect(slides()[6]).toContain('alt="A grid of 128 fading discs"');
    expect(html.match(/<img(?![^>]*alt="[^"]+")/g)).toBeNull();
  });

  test("streams end in their last state, errors keep their colours, tables stay tables", () => {
    expect(slides()[4]).toContain("step 600: done");
    expect(slides()[4]).not.toContain("step 2");
    expect(slides()[4]).toContain('role="progressbar"');
    expect(slides()[8]).toMatch(/<span class="ansi-red-fg">ShapeError<\/span>/);
    expect(slides()[8]).toMatch(/<th>feature_5<\/th>/);
  });

  test("nothing is loaded from elsewhere, and everything the page names is in the folder", () => {
    expect(html).toMatch(/<html [^>]*lang="en"/);
    const loaded = Array.from(
      html.matchAll(/<(?!a\b)[a-z][^>]*\s(?:src|href|poster|data)="([^"]*)"/g),
      (match) => match[1]!,
    );
    const files = loaded.filter((url) => !url.startsWith("data:"));
    expect(files.length).toBeGreaterThan(12);
    for (const file of files) expect([file, existsSync(join(deck, file))]).toEqual([file, true]);
    for (const word of ["cdn", "unpkg", "jquery", "require.js", "mathjax", "mermaid"])
      expect(html.toLowerCase()).not.toContain(word);
    for (const sheet of listFiles(deck).filter((file) => file.endsWith(".css")))
      expect([sheet, /url\(["']?(https?:)?\/\//.test(readFileSync(join(deck, sheet), "utf8"))]).toEqual([
        sheet,
        false,
      ]);
  });

  test("making it again replaces the deck and leaves nothing else behind", () => {
    writeFileSync(join(deck, "stale.txt"), "from before");
    expect(runSlides([sample, "--out", out]).status).toBe(0);
    expect(existsSync(join(deck, "stale.txt"))).toBe(false);
    expect(readdirSync(out)).toEqual(["sample"]);
  });
});

describe("what can go wrong", () => {
  const write = (name: string, ...cells: Parameters<typeof makeNotebook>[0]): string => {
    const file = join(scratch, `${name}.ipynb`);
    writeFileSync(file, JSON.stringify(makeNotebook(cells)));
    return file;
  };

  test("a picture from the network, or missing, is left out and named with its cell", () => {
    mkdirSync(join(scratch, "images"));
    writeFileSync(join(scratch, "images/a b.svg"), '<svg xmlns="http://www.w3.org/2000/svg"/>');
    const pictures = "![there](images/a%20b.svg) ![gone](gone.png) ![far](https://example.org/x.png)";
    const html = '<script src="//example.org/y.js"></script>';
    const notebook = write(
      "pictures",
      markdownCell("slide", "# T"),
      markdownCell(undefined, pictures),
      codeCell(undefined, "1", [display({ "text/html": html })]),
    );
    const { out } = runSlides([notebook, "--out", join(scratch, "pictures")]);
    expect(out).toMatch(/cell 2: gone\.png is not there/);
    expect(out).toMatch(/cell 2: https:\/\/example\.org\/x\.png is left out/);
    expect(out).toMatch(/cell 3: \/\/example\.org\/y\.js is left out/);
    const deck = join(scratch, "pictures/pictures");
    const page = readFileSync(join(deck, "index.html"), "utf8");
    expect(page).not.toMatch(/src="(https?:)?\/\//);
    const copied = /alt="there" src="(media\/[^"]+)"/.exec(page)![1]!;
    expect(readFileSync(join(deck, decodeURIComponent(copied)), "utf8")).toContain("<svg");
  });

  test("a notebook that was not run is rendered all the same", () => {
    const { out, status } = runSlides([
      write("unrun", markdownCell("slide", "# T"), codeCell(undefined, "const a = 1;")),
      "--out",
      join(scratch, "u"),
    ]);
    expect([status, out]).toEqual([0, expect.stringContaining("./course run FILE first for outputs")]);
    expect(readFileSync(join(scratch, "u/unrun/index.html"), "utf8")).toContain(">const</span>");
  });

  test("a folder with other files in it is not replaced", () => {
    mkdirSync(join(scratch, "mine/sample"), { recursive: true });
    writeFileSync(join(scratch, "mine/sample/thesis.txt"), "years of work");
    const { status, errors } = runSlides([sample, "--out", join(scratch, "mine")]);
    expect([status, errors]).toEqual([1, expect.stringMatching(/^slides: .*holds other files than slides/)]);
    expect(readdirSync(join(scratch, "mine/sample"))).toEqual(["thesis.txt"]);
  });

  test.each([
    [["missing.ipynb"], /^slides: missing\.ipynb does not exist/],
    [[sample, "--dpf"], /^slides: unknown option --dpf. Did you mean --pdf\?/],
    [[sample, sample], /^slides: two notebooks are called sample/],
    [[sample, "--out", join(sample, "x")], /^slides: writing the slides to .*: a file is in the way/],
    [[sample, "--out", "/proc/slides"], /^slides: writing the slides to \/proc\/slides: /],
    [
      [sample, "--pdf"],
      /^slides: --pdf needs a browser, and none was found: install Chromium .*CHROME_PATH=/,
    ],
  ])("%j ends with one clear line", (args, message) => {
    const { status, errors } = runSlides(args);
    expect(status).toBe(1);
    expect(errors).toMatch(message);
    expect(errors.trim().split("\n")).toHaveLength(1);
  });

  test("a CHROME_PATH without a program is named", () => {
    expect(() => findChromium({ CHROME_PATH: "/nowhere/chrome" })).toThrow(
      /CHROME_PATH is \/nowhere\/chrome, and no program is there/,
    );
    expect(findChromium({ PATH: "" })).toBe(undefined);
  });

  test.each([
    ["ENOSPC", /the disk is full/],
    ["EROFS", /no permission to write there/],
    ["EIO", /input\/output error/],
  ])("%s while writing is explained", (code, message) => {
    const error = Object.assign(new Error("input/output error"), { code });
    expect(explainFileError(error, "writing").message).toMatch(message);
  });
});
