/**
 * Runs the course's steps and the cases of single kernels on the backend of GENERATIVE_BACKEND and prints, as JSON, what each gave
 * and which kernels it used. An error takes the place of numbers.
 */
const { tf, useBackend } = require("@actl/generative");
const { cases, runCase } = require("./cases.cjs");
const courseSteps = require("./course-steps.cjs");
const { recordKernels } = require("./record-kernels.cjs");

async function runAll(entries, run) {
  const seen = recordKernels();
  const outcomes = {};
  for (const [name, each] of entries) {
    const kernelsBefore = new Set(seen);
    try {
      outcomes[name] = { numbers: await run(each) };
    } catch (error) {
      outcomes[name] = { error: String(error.message) };
    }
    outcomes[name].kernels = [...seen].filter((kernel) => !kernelsBefore.has(kernel));
  }
  return outcomes;
}

async function main() {
  const { backend } = await useBackend();
  const steps = await runAll(Object.entries(courseSteps), (step) => step());
  // On a GPU small tensors are else computed by tfjs in JavaScript.
  if (backend === "webgpu") tf.env().set("WEBGPU_CPU_FORWARD", false);
  const single = await runAll(Object.entries(cases), runCase);
  process.stdout.write(`${JSON.stringify({ backend, steps, cases: single })}\n`);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
