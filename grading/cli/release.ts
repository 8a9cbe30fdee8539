/** `./course release [ASSIGNMENT …] [--out DIR]`: writes the student versions of the exercises. */
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { nearestName } from "../../commands/nearest-name.ts";
import { ReleaseError } from "../release/notebook.ts";
import { listSolutions, releaseAssignment } from "../release/release-assignment.ts";
import { OutputError, writeWhole } from "../results/write-file.ts";

const root = resolve(import.meta.dirname, "../..");

const usage = `Makes the student version of exercises from their solutions.

  ./course release [ASSIGNMENT …] [--out DIR]

  ASSIGNMENT    for example 01-gan; all of them where none is named
  --out DIR     where they go (default: exercises)
  --help        this text

Writes DIR/ASSIGNMENT.ipynb (solutions replaced by stubs, outputs cleared, cells locked, nbgrader's metadata) and
DIR/checks/ASSIGNMENT.cjs, the public checks that \`await check("q1")\` runs in the notebook.`;

const options = {
  out: { type: "string" },
  help: { type: "boolean", short: "h", default: false },
} as const;

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  try {
    const { values, positionals } = parse(args);
    if (values.help) {
      console.log(usage);
      return 0;
    }
    const out = values.out === undefined ? join(root, "exercises") : resolve(values.out);
    for (const assignment of chooseAssignments(positionals)) await release(assignment, out);
    return 0;
  } catch (error) {
    if (error instanceof ReleaseError || error instanceof OutputError) {
      console.error(`release: ${error.message}`);
      return 1;
    }
    throw error;
  }
}

async function release(assignment: string, out: string): Promise<void> {
  // Everything is made before anything is written: no half of a release beside the other half of an older one.
  const files = inSolution(assignment, () => releaseAssignment(assignment));
  for (const { path, text } of files) await writeWhole(join(out, path), text);
  const written = files.map(({ path }) => relative(process.cwd(), join(out, path)));
  console.log(`${assignment}: wrote ${written.join(" and ")}`);
}

function inSolution<T>(assignment: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof ReleaseError)
      throw new ReleaseError(`solutions/${assignment}.ipynb: ${error.message}`);
    throw error;
  }
}

function chooseAssignments(wanted: string[]): string[] {
  const known = listSolutions();
  for (const name of wanted) {
    if (known.includes(name)) continue;
    const near = nearestName(name, known);
    const hint = near === undefined ? "" : ` Is ${near} meant?`;
    throw new ReleaseError(
      `assignment ${JSON.stringify(name)}: unknown; there is ${known.join(", ") || "none yet"}.${hint}`,
    );
  }
  return wanted.length === 0 ? known : wanted;
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error)) throw error;
    if (error.code !== "ERR_PARSE_ARGS_UNKNOWN_OPTION")
      throw new ReleaseError(`${error.message} (--help shows all.)`);
    const name = /--?[\w-]+/.exec(error.message)?.[0] ?? "";
    const near = nearestName(name.replace(/^-+/, ""), Object.keys(options));
    throw new ReleaseError(
      `option ${name}: unknown.${near === undefined ? " --help shows all." : ` Is --${near} meant?`}`,
    );
  }
}
