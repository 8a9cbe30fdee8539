/** `./course check`: the code's own checks; `./course check NOTEBOOK`: an exercise's public checks, outside JupyterLab. */
import { describeStep, runSteps } from "./check/steps.ts";
import { readArguments, runCommand } from "./command-line.ts";
import { checkExercise } from "./check/exercise.ts";

const usage = `Checks an exercise you have worked on, or the course's own code.

  ./course check NOTEBOOK …   the public checks of an exercise, as its check cells make them; changes nothing
  ./course check              types, lint, format, layers, dead code and the notebooks' types
  --help                      this text`;

await runCommand("check", async (args) => {
  const { values, positionals } = readArguments(args, { help: { type: "boolean", short: "h" } });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  let failures = 0;
  if (positionals.length > 0) {
    for (const file of positionals) if (!(await checkExercise(file))) failures++;
    return failures === 0 ? 0 : 1;
  }
  for await (const step of runSteps()) {
    console.log(describeStep(step));
    if (!step.passed) failures++;
  }
  return failures === 0 ? 0 : 1;
});
