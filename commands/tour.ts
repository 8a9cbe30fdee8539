/** Plain `./course`: one way through everything, from real data to marks. The set-up has run before this. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { readArguments, runCommand, UsageError } from "./command-line.ts";

const usage = `The tour: executes lecture 01 on real data, makes its slides, marks the sample submissions.

  ./course [tour] [--out DIR]

  --out DIR   where the results go (out/tour)
  --help      this text`;

const root = join(import.meta.dirname, "..");

interface Stop {
  title: string;
  command: string[];
  /** What to open afterwards. */
  result: string;
}

await runCommand("tour", async (args) => {
  const { values } = readArguments(args, { out: { type: "string" }, help: { type: "boolean", short: "h" } });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const out = values.out ?? join(root, "out", "tour");
  const inOut = (...parts: string[]) => join(out, ...parts);
  const lecture = inOut("lectures", "01-gan.ipynb");
  const stops: Stop[] = [
    {
      title: "Lecture 01: a GAN learns to draw digits",
      command: ["commands/run.ts", join(root, "lectures/01-gan.ipynb"), "--out", inOut("lectures")],
      result: lecture,
    },
    {
      title: "Its slides, for a room without a network",
      command: ["lectures/slides.ts", lecture, "--out", inOut("slides")],
      result: inOut("slides", "01-gan", "index.html"),
    },
    {
      title: "Exercise 01: the sample submissions are marked",
      command: [
        "grading/cli/grade.ts",
        "01-gan",
        join(root, "grading/samples/submissions"),
        "--out",
        inOut("grading"),
      ],
      result: inOut("grading", "index.html"),
    },
  ];
  const started = performance.now();
  for (const stop of stops) await visit(stop);
  console.log(`\nThe tour took ${describeSeconds((performance.now() - started) / 1000)}. To look at:`);
  for (const { title, result } of stops) console.log(`  ${title}\n    ${relative(process.cwd(), result)}`);
  console.log(`  and the marks as a table: ${relative(process.cwd(), inOut("grading", "gradebook.csv"))}`);
  console.log(
    `Next: ./course lab (then open lectures/01-gan.ipynb or exercises/01-gan.ipynb); ./course help lists the rest.`,
  );
  return 0;
});

async function visit({ title, command: [program = "", ...args], result }: Stop): Promise<void> {
  console.log(`\n${title}`);
  const started = performance.now();
  const child = spawn(process.execPath, [join(root, program), ...args], { stdio: "inherit" });
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  if (code !== 0)
    throw new UsageError(
      `"${title}" ended with ${signal ?? `code ${code ?? "none"}`}. The message above says why; ./course doctor may help.`,
    );
  if (!existsSync(result) || readFileSync(result).length === 0)
    throw new UsageError(`${result}: was not made.`);
  console.log(`  ${describeSeconds((performance.now() - started) / 1000)}`);
}

function describeSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 90 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
