/** What a student sees in JupyterLab with this course's kernel, library and settings. */
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { codeCell, makeNotebook, markdownCell } from "../lectures/notebook-cells.ts";
import { type LabServer, startJupyterLab } from "./jupyter-lab.ts";
import { openTestBrowser } from "./test-browser.ts";

const root = join(import.meta.dirname, "../..");
const lecture = "01-gan.ipynb";
const minute = 60_000;

let lab: LabServer;
let browser: Browser;
let context: BrowserContext;
let page: Page;
/** Requests to anywhere but the server, answers of 400 and above, and script errors. */
let troubles: string[] = [];

beforeAll(async () => {
  [lab, browser] = await Promise.all([startJupyterLab(), openTestBrowser()]);
}, 2 * minute);
afterAll(async () => {
  await browser.close();
  await lab.stop();
}, minute);
beforeEach(async () => {
  troubles = [];
  context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  context.on("request", (request) => {
    if (/^(https?|wss?):\/\/(?!127\.0\.0\.1)/.test(request.url())) troubles.push(`outside: ${request.url()}`);
  });
  context.on(
    "response",
    (response) => response.status() >= 400 && troubles.push(`${response.status()}: ${response.url()}`),
  );
  context.on("weberror", (error) => troubles.push(`script: ${error.error().message}`));
  page = await context.newPage();
});
afterEach(async () => {
  await context.close();
});

/** A test that leaves a picture of what it saw last when it fails. */
function look(name: string, body: () => Promise<void>, timeout: number): void {
  test(
    name,
    async () => {
      try {
        await body();
      } catch (error) {
        const picture = join(root, "out/browser-tests", `${name.replace(/\W+/g, "-").slice(0, 40)}.png`);
        await page.screenshot({ path: picture });
        throw new Error(`${(error as Error).message}\nWhat the browser showed: ${picture}`, { cause: error });
      }
    },
    timeout,
  );
}

/**
 * Opens a notebook, and waits until its kernel is ready. The status bar says so; the circle above the notebook looks
 * idle already before there is a session, and JupyterLab forgets a cell that is run at that moment.
 */
async function openNotebook(name: string): Promise<void> {
  await page.goto(lab.addressOf(name));
  await page.locator(".jp-Notebook .jp-Cell").first().waitFor({ timeout: minute });
  await page.getByText(/^TypeScript \| Idle$/).waitFor({ timeout: minute });
}

const codeCells = (): Locator => page.locator(".jp-Notebook .jp-CodeCell");
/** The prompt of a cell that has run: `[3]:`; a running one has `[*]:`. */
const ranPrompt = /^\[\d+\]:$/;

async function runCell(cell: Locator): Promise<void> {
  await cell.locator(".cm-content").click();
  await page.keyboard.press("Shift+Enter");
}

const hasRun = async (cell: Locator): Promise<boolean> =>
  ranPrompt.test((await cell.locator(".jp-InputPrompt").textContent()) ?? "");

/** Looks ten times a second until it is so, for two minutes at most. */
async function waitUntil(isSo: () => Promise<boolean>, what: string): Promise<void> {
  for (let tries = 0; tries < 1200; tries++) {
    if (await isSo()) return;
    await page.waitForTimeout(100);
  }
  throw new Error(`waited in vain for ${what}`);
}

const waitUntilRun = (cell: Locator): Promise<void> => waitUntil(() => hasRun(cell), "the cell to have run");

/** How far a bar has come: its aria-valuenow. */
const readBar = async (bar: Locator): Promise<number> => Number(await bar.getAttribute("aria-valuenow"));

/** Waits until the bar has moved twice. */
async function waitForMoves(bar: Locator): Promise<void> {
  for (let moves = 0; moves < 2; moves++) {
    const before = await readBar(bar);
    await waitUntil(async () => (await readBar(bar)) > before, `the progress bar to go beyond ${before}`);
  }
}

const interrupt = (): Promise<void> => page.getByRole("button", { name: "Interrupt the kernel" }).click();

/** Types in a cell and asks for completion with Tab; gives what is offered. */
async function complete(cell: Locator, text: string): Promise<string[]> {
  await cell.locator(".cm-content").click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type(text);
  await page.keyboard.press("Tab");
  const offers = page.locator(".jp-Completer:not(.lm-mod-hidden) .jp-Completer-match");
  await offers.first().waitFor({ timeout: minute });
  return offers.allTextContents();
}

look(
  "a cell runs with Shift-Enter, a chart is drawn, the bar moves, an interrupt stops it, and the kernel lives on",
  async () => {
    const slow =
      "async function* slow() {\n  for (let step = 1; step <= 600; step++) {\n    await new Promise((go) => setTimeout(go, 100));\n    yield step;\n  }\n}";
    const cells = [
      markdownCell(undefined, "# A notebook"),
      codeCell(undefined, 'import { imageGrid, lossCurve, progress } from "@actl/generative";'),
      codeCell(undefined, "lossCurve([{ step: 1, loss: 2 }, { step: 2, loss: 1 }])"),
      codeCell(undefined, `${slow}\nfor await (const step of progress(slow(), { total: 600 })) step;`),
      codeCell(undefined, "6 * 7"),
      codeCell(undefined, "later"),
    ];
    writeFileSync(join(lab.folder, "try.ipynb"), JSON.stringify(makeNotebook(cells)));
    await openNotebook("try.ipynb");

    await runCell(codeCells().nth(0));
    await waitUntilRun(codeCells().nth(0));
    await runCell(codeCells().nth(1));
    const chart = codeCells().nth(1).locator(".vega-embed").locator("canvas, svg").first();
    await chart.waitFor({ timeout: minute });
    expect((await chart.boundingBox())!.width).toBeGreaterThan(200);

    await runCell(codeCells().nth(2));
    const bar = codeCells().nth(2).locator("[role=progressbar]");
    await bar.waitFor({ timeout: minute });
    await waitForMoves(bar);
    await interrupt();
    await waitUntilRun(codeCells().nth(2));
    expect(await readBar(bar)).toBeLessThan(600);

    await runCell(codeCells().nth(3));
    await waitUntilRun(codeCells().nth(3));
    expect(await codeCells().nth(3).locator(".jp-OutputArea-output").textContent()).toBe("42");
    expect(await complete(codeCells().nth(4), "imageG")).toContain("imageGrid");
    expect(troubles).toEqual([]);
  },
  3 * minute,
);

look(
  "lecture 01 opens with its charts, runs its first cell, trains with a moving bar, and completes the library's names",
  async () => {
    const source = join(root, "lectures");
    if (!existsSync(join(source, lecture)))
      throw new Error(`lectures/${lecture} is missing, which this test opens`);
    // A copy, since JupyterLab saves what it shows; with the pictures beside it.
    cpSync(source, lab.folder, {
      recursive: true,
      filter: (file) => !/\.ts$|\/(slides|theme|\.ipynb_checkpoints)$/.test(file),
    });
    await openNotebook(lecture);
    const chart = page.locator(".jp-Notebook .vega-embed").first();
    await chart.scrollIntoViewIfNeeded({ timeout: minute });
    await chart.locator("canvas, svg").first().waitFor();

    await page.getByRole("menuitem", { name: "Edit", exact: true }).click();
    await page.getByRole("menuitem", { name: "Clear Outputs of All Cells" }).click();
    const bars = page.locator(".jp-OutputArea-output [role=progressbar][aria-valuenow]");
    const errors = page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error']");
    const count = await codeCells().count();
    for (let index = 0; index < count && (await bars.count()) === 0; index++) {
      const cell = codeCells().nth(index);
      await runCell(cell);
      await waitUntil(
        async () => (await bars.count()) > 0 || (await hasRun(cell)),
        "a bar, or the cell's end",
      );
      expect(await errors.allTextContents()).toEqual([]);
    }
    await waitForMoves(bars.last());
    await interrupt();
    expect(await complete(codeCells().last(), "trainG")).toContain("trainGan");
    expect(troubles).toEqual([]);
  },
  5 * minute,
);

test("the course's settings reach JupyterLab, and each of them exists there", async () => {
  type Settings = Record<string, Record<string, unknown>>;
  const overrides = JSON.parse(
    readFileSync(join(root, "lectures/theme/jupyterlab/overrides.json"), "utf8"),
  ) as Settings;
  await page.goto(lab.addressOf(""));
  for (const [plugin, settings] of Object.entries(overrides)) {
    const answer = await page.evaluate(
      async (id) => (await (await fetch(`/lab/api/settings/${id}`)).json()) as unknown,
      plugin,
    );
    const { properties } = (answer as { schema: { properties: Record<string, { default: unknown }> } })
      .schema;
    const defaults = Object.keys(settings).map((name) => [name, properties[name]?.default]);
    expect({ [plugin]: Object.fromEntries(defaults) as unknown }).toMatchObject({ [plugin]: settings });
  }
});
