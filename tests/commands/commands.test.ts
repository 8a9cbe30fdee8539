/** The commands as typed: what they do, and what they say about what cannot be done. */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { codeCell, makeNotebook, markdownCell } from "../lectures/notebook-cells.ts";

const root = join(import.meta.dirname, "../..");
const scratch = mkdtempSync(join(tmpdir(), "commands-"));
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

function run(program: string, args: string[] = [], env: NodeJS.ProcessEnv = {}) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(root, "commands", program), ...args], {
    encoding: "utf8",
    cwd: scratch,
    env: { ...process.env, ...env },
  });
  return { stdout, stderr, status };
}

function writeNotebook(name: string, cells: Parameters<typeof makeNotebook>[0]): string {
  const file = join(scratch, name);
  writeFileSync(file, JSON.stringify(makeNotebook(cells)));
  return file;
}

interface ReadCell {
  source: string[] | string;
  outputs?: { output_type: string; text?: string | string[]; ename?: string }[];
  attachments?: object;
}
const readCells = (file: string) => (JSON.parse(readFileSync(file, "utf8")) as { cells: ReadCell[] }).cells;

describe("run", () => {
  test("executes a notebook in place, in its own folder and with the course's kernel", () => {
    const file = writeNotebook("fine.ipynb", [
      markdownCell(undefined, "# Fine"),
      codeCell(
        undefined,
        'console.log(process.cwd().split("/").at(-1), process.env.GENERATIVE_RUN ?? "for class")',
      ),
    ]);
    const { stdout, status, stderr } = run("run.ts", [file]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/fine\.ipynb: every cell ran, in \d+ s/);
    const [, cell] = readCells(file);
    expect([cell!.outputs![0]!.text].flat().join("")).toBe(`${scratch.split("/").at(-1)!} for class\n`);
  });

  test("with --out leaves the notebook alone and takes its pictures along; --full reaches the cells", () => {
    writeFileSync(join(scratch, "drawing.svg"), '<svg xmlns="http://www.w3.org/2000/svg"/>');
    const file = writeNotebook("pictures.ipynb", [
      markdownCell(undefined, "![a drawing](drawing.svg) and ![gone](gone.png)"),
      codeCell(undefined, "console.log(process.env.GENERATIVE_RUN)"),
    ]);
    const before = readFileSync(file, "utf8");
    expect(run("run.ts", [file, "--out", "elsewhere", "--full"]).status).toBe(0);
    expect(readFileSync(file, "utf8")).toBe(before);
    const [text, cell] = readCells(join(scratch, "elsewhere/pictures.ipynb"));
    expect([text!.source].flat().join("")).toBe("![a drawing](attachment:drawing.svg) and ![gone](gone.png)");
    expect(Object.keys(text!.attachments!)).toEqual(["drawing.svg"]);
    expect([cell!.outputs![0]!.text].flat().join("")).toBe("full\n");
  });

  test("a cell that fails: which, why, where to look; the notebook keeps what it had", () => {
    const file = writeNotebook("broken.ipynb", [
      codeCell(undefined, "1 + 1"),
      codeCell(undefined, 'throw new RangeError("too hot")'),
    ]);
    const before = readFileSync(file, "utf8");
    const { stderr, status } = run("run.ts", [file]);
    expect(status).toBe(1);
    expect(stderr).toContain("cell 2 ended in an error: RangeError: too hot");
    expect(readFileSync(file, "utf8")).toBe(before);
    const failed = join(root, "out/run/broken.ipynb");
    expect(stderr).toContain("out/run/broken.ipynb");
    expect(readCells(failed)[1]!.outputs![0]!.ename).toBe("RangeError");
    rmSync(failed);
    expect(readdirSync(scratch).filter((name) => name.endsWith(".new"))).toEqual([]);
  });

  test("a cell that takes too long is stopped", () => {
    const file = writeNotebook("slow.ipynb", [codeCell(undefined, "await new Promise(() => {})")]);
    const { stderr, status } = run("run.ts", [file, "--timeout", "1"]);
    expect(status).toBe(1);
    expect(stderr).toContain("cell 1 took longer than 1 s and was stopped. Allow more with --timeout");
    rmSync(join(root, "out/run/slow.ipynb"), { force: true });
  });

  test.each([
    [[], "which notebook?"],
    [["fien.ipynb"], "fien.ipynb does not exist. Did you mean"],
    [["fine.ipynb", "--fulll"], "unknown option --fulll. Did you mean --full?"],
    [["fine.ipynb", "--timeout", "soon"], "--timeout: expected a whole number of seconds"],
    [["fine.ipynb", "--out"], "argument missing"],
    [["fine.ipynb", "--out", "/proc/nowhere"], "/proc/nowhere cannot be written to"],
  ])("%j is refused", (args, words) => {
    writeNotebook("fine.ipynb", [codeCell(undefined, "1")]);
    const { stderr, status } = run("run.ts", args);
    expect(stderr).toContain(words);
    expect(status).toBe(1);
  });

  test("a notebook of another language is refused before anything runs", () => {
    const file = join(scratch, "python.ipynb");
    const notebook = makeNotebook([codeCell(undefined, "1")]) as { metadata: Record<string, unknown> };
    notebook.metadata = { kernelspec: { name: "python3", language: "python", display_name: "Python 3" } };
    writeFileSync(file, JSON.stringify(notebook));
    expect(run("run.ts", [file]).stderr).toContain("is a notebook in python");
  });
});

describe("check", () => {
  test("an exercise under its public checks: every answer of the solution passes", () => {
    const { stdout, status } = run("check.ts", [join(root, "solutions/01-gan.ipynb")]);
    expect(stdout).not.toContain("✗");
    expect(stdout.match(/✓/g)!.length).toBeGreaterThanOrEqual(8);
    expect(stdout).toMatch(/(\d+) of the \1 points of the public checks/);
    expect(status).toBe(0);
  });

  test("the exercise as handed out: nothing passes, kindly", () => {
    const { stdout, status } = run("check.ts", [join(root, "exercises/01-gan.ipynb")]);
    expect(stdout).not.toContain("✓");
    expect(stdout).toContain("There is no answer here yet");
    expect(stdout).toMatch(/^0 of the \d+ points/m);
    expect(status).toBe(1);
  });

  test("a notebook that is no exercise is refused with the names there are", () => {
    expect(run("check.ts", [writeNotebook("mine.ipynb", [])]).stderr).toContain("one of 01-gan");
    expect(run("check.ts", ["01-gann.ipynb"]).stderr).toContain("there is no such notebook");
  });
});

describe("the rest", () => {
  test.each([
    ["lab.ts", ["nowhere"], "nowhere: there is no such folder or notebook."],
    ["lab.ts", ["--prot", "8888"], "unknown option --prot. Did you mean --port?"],
    ["lab.ts", ["--port", "x"], "--port: expected a number from 1 to 65535"],
    ["train.ts", ["gan-mnis"], "Did you mean gan-mnist?"],
    ["train.ts", ["gan-mnist", "--step", "5"], "Did you mean --steps?"],
    ["train.ts", ["gan-mnist", "--steps", "many"], '--steps: expected a whole number from 50, got "many".'],
    ["tour.ts", ["--ou", "x"], "Did you mean --out?"],
  ])("%s %j is refused", (program, args, words) => {
    const { stderr, status } = run(program, args);
    expect(stderr).toContain(words);
    expect(status).toBeGreaterThan(0);
  });

  test("a mistyped command gets the nearest", () => {
    expect(run("suggest-command.ts", ["gradee"])).toMatchObject({
      stderr: 'There is no command "gradee". Did you mean ./course grade? ./course help lists them all.\n',
      status: 2,
    });
  });

  test("every command is in the help, and every program of the command table exists", () => {
    const help = readFileSync(join(root, "commands/help.txt"), "utf8");
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    for (const [name, script] of Object.entries(scripts)) {
      expect([name, existsSync(join(root, script.replace(/^node /, "")))]).toEqual([name, true]);
      expect(help).toContain(name === "tour" ? "the tour" : `./course ${name}`);
    }
  });

  test("the doctor names versions and backends, and what mends a thing that is missing", () => {
    const { stdout, status } = run("doctor.ts");
    expect(stdout).toMatch(/^ok +Node +24\./m);
    expect(stdout).toMatch(/^ok +kernel +TypeScript/m);
    expect(stdout).toMatch(/^ok +wasm +backend works/m);
    expect(status).toBe(0);
    const empty = join(scratch, "empty");
    mkdirSync(empty, { recursive: true });
    const poor = run("doctor.ts", [], { PATH: empty, CHROME_PATH: "" });
    expect(poor.stdout).toMatch(/^could be +Chromium +not found.*\n +→ sudo apt-get install chromium$/m);
    expect(poor.status).toBe(0);
  });
});
