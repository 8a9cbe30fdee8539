/**
 * Runs tfjs-core's own test-suite on our native backend, with tfjs-node's own list of what to leave out, and prints
 * { passed, failed: [{ name, message }], left }. A process of its own, because jasmine and jest claim the same globals.
 */
const { mkdirSync, mkdtempSync, readFileSync, rmSync } = require("node:fs");
const { join } = require("node:path");
const esbuild = require("esbuild");
const jasmineRequire = require("jasmine-core/lib/jasmine-core/jasmine.js");

// Inside the project, so that the bundle finds its packages.
mkdirSync(join(__dirname, "../../../.cache"), { recursive: true });
const folder = mkdtempSync(join(__dirname, "../../../.cache/core-suite-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

/** The list in tfjs-node's test runner, which cannot be required: it would load another backend. */
function readIgnoreList() {
  const runner = readFileSync(require.resolve("@tensorflow/tfjs-node-gpu/dist/run_tests.js"), "utf8");
  const [, list] = /var IGNORE_LIST = (\[[^]*?\n\]);/.exec(runner);
  return new Function(`return ${list}`)();
}

async function main() {
  const jasmine = jasmineRequire.core(jasmineRequire);
  const env = jasmine.getEnv();
  Object.assign(globalThis, jasmineRequire.interface(jasmine, env), { jasmine });
  require("@actl/generative").tf.ready();

  const bundle = join(folder, "suite.cjs");
  esbuild.buildSync({
    entryPoints: [join(__dirname, "suite.ts")],
    outfile: bundle,
    bundle: true,
    platform: "node",
    // Its package.json says that files without exports have no side effects; tests are nothing else.
    ignoreAnnotations: true,
    external: ["jasmine-core", "node-fetch"],
    logLevel: "error",
  });
  require(bundle);

  const ignored = readIgnoreList();
  const result = { passed: 0, failed: [], left: 0 };
  env.configure({
    random: false,
    specFilter: (spec) => !ignored.some((part) => spec.getFullName().includes(part)),
  });
  env.addReporter({
    specDone({ status, fullName, failedExpectations }) {
      if (status === "passed") result.passed++;
      else if (status === "failed")
        result.failed.push({ name: fullName, message: failedExpectations[0]?.message });
      else result.left++;
    },
  });
  await env.execute();
  process.stdout.write(`\n${JSON.stringify(result)}\n`);
}

main().catch((error) => {
  console.error(error); // jasmine has taken over what Node would do
  process.exit(1);
});
