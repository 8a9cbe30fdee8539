import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Notebook } from "./read-notebook.ts";
import { SlidesError } from "./slides-error.ts";

/** What of an output is shown: the first of these that it has. Charts bring an SVG, which needs no script. */
const shown = [
  "image/svg+xml",
  "text/html",
  "text/markdown",
  "text/latex",
  "image/png",
  "image/jpeg",
  "text/plain",
];

/**
 * Converts prepared notebooks to HTML by nbconvert and the template in lectures/theme/slides, all in one Python
 * process (starting it takes longer than the work). `scratch` is an empty folder to work in.
 */
export async function convertNotebooks(
  notebooks: Map<string, Notebook>,
  scratch: string,
  root: string,
): Promise<Map<string, string>> {
  const python = join(root, ".venv", "bin", "python");
  if (!existsSync(python))
    throw new SlidesError(
      "nbconvert is not installed here (no .venv): run ./course once, or ./course doctor",
    );
  const [inputs, outputs] = [join(scratch, "notebooks"), join(scratch, "html")];
  mkdirSync(inputs);
  for (const [name, notebook] of notebooks)
    writeFileSync(join(inputs, `${name}.ipynb`), JSON.stringify(notebook));
  const args = [
    ...["-m", "nbconvert", "--to", "slides", "--log-level", "ERROR", "--output-dir", outputs],
    ...[
      "--template",
      "slides",
      `--TemplateExporter.extra_template_basedirs=${join(root, "lectures", "theme")}`,
    ],
    `--NbConvertBase.display_data_priority=${JSON.stringify(shown)}`,
    "--HTMLExporter.exclude_anchor_links=True",
    "--CoalesceStreamsPreprocessor.enabled=True",
    ...Array.from(notebooks.keys(), (name) => join(inputs, `${name}.ipynb`)),
  ];
  const complaint = await runPython(python, args, scratch);
  const pages = new Map<string, string>();
  for (const name of notebooks.keys()) {
    const page = join(outputs, `${name}.slides.html`);
    if (/Errno 28\b/.test(complaint))
      throw new SlidesError("the disk is full. Free some space, or choose another disk with --out DIR.");
    if (!existsSync(page))
      throw new SlidesError(`${name} could not be converted: ${complaint || "nbconvert wrote nothing"}`);
    pages.set(name, readFileSync(page, "utf8"));
  }
  return pages;
}

/** Runs Python apart from the user's own Jupyter settings; resolves to the exception that ended it, or nothing. */
function runPython(python: string, args: string[], scratch: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const env = {
    ...process.env,
    JUPYTER_NO_CONFIG: "1",
    IPYTHONDIR: join(scratch, "ipython"),
    JUPYTER_DATA_DIR: join(scratch, "data"),
    PYTHONNOUSERSITE: "1",
    PYTHONUTF8: "1",
  };
  const child = spawn(python, args, { env, stdio: ["ignore", "ignore", "pipe"] });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  child.on("error", (error) =>
    reject(new SlidesError(`nbconvert could not be started: ${error.message}. Run ./course doctor`)),
  );
  child.on("close", (code, signal) => {
    if (/No module named nbconvert/.test(errors))
      reject(new SlidesError("nbconvert is missing from .venv: run ./course doctor"));
    else if (code === 0) resolve("");
    else
      resolve(
        errors.split("\n").findLast((line) => /^[\w.]+: /.test(line)) ??
          `nbconvert ended with ${signal ?? `code ${code}`}`,
      );
  });
  return promise;
}
