/** The public checks as one file that a notebook can load, with all they need but the library. */
import { buildSync } from "esbuild";
import { relative, resolve } from "node:path";
import { ReleaseError } from "./notebook.ts";

const root = resolve(import.meta.dirname, "../..");

/** CommonJS text with the exports `publicChecks` and `openLocalSubmission`. The same sources give the same bytes. */
export function bundleChecks(assignment: string): string {
  const entry = [
    `export { publicChecks } from "./tests/exercises/${assignment}/public-checks.ts";`,
    `export { openLocalSubmission } from "./grading/release/local-submission.ts";`,
  ];
  const { outputFiles, metafile } = buildSync({
    stdin: { contents: entry.join("\n"), resolveDir: root, loader: "ts" },
    absWorkingDir: root,
    bundle: true,
    write: false,
    metafile: true,
    platform: "node",
    format: "cjs",
    target: "node24",
    charset: "utf8",
    external: ["@actl/generative", "@tensorflow/tfjs"],
    define: { "import.meta.filename": "__filename" },
    banner: { js: `// Generated from tests/exercises/${assignment}/public-checks.ts by ./course release.` },
    logLevel: "silent",
  });
  const hidden = Object.keys(metafile.inputs).find((path) => /hidden|solutions\//.test(path));
  if (hidden !== undefined)
    throw new ReleaseError(
      `${relative(root, hidden)}: would be handed out, because the public checks import it.`,
    );
  return outputFiles[0]!.text;
}
