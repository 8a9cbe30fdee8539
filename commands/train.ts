/**
 * `./course train MODEL [--steps N]`: makes the weights the course ships in datasets/models. It goes on from its last
 * snapshot in .cache/train, so it may be stopped at any time.
 */
import { join } from "node:path";
import { readArguments, runCommand, UsageError } from "./command-line.ts";
import { makeFolder } from "./make-folder.ts";
import { nearestName } from "./nearest-name.ts";
import type { ModelTraining } from "./train/publish.ts";

/** A model's module is read when it is trained: each loads what it needs. */
const trainings: Record<string, () => Promise<{ training: ModelTraining }>> = {
  "gan-mnist": () => import("./train/gan-mnist.ts"),
  "cgan-mnist": async () => ({ training: (await import("./train/conditional-gans.ts")).mnist }),
  "cgan-hurricane": async () => ({ training: (await import("./train/conditional-gans.ts")).hurricane }),
  "stylegan2-hurricane": () => import("./train/stylegan2-hurricane.ts"),
  "classifier-hurricane": async () => ({ training: (await import("./train/classifiers.ts")).hurricane }),
  "classifier-mnist": async () => ({ training: (await import("./train/classifiers.ts")).mnist }),
  "pix2pix-colour": async () => ({ training: (await import("./train/pix2pix-colour.ts")).withDiscriminator }),
  "pix2pix-colour-l1": async () => ({ training: (await import("./train/pix2pix-colour.ts")).byL1 }),
  "tabular-ausprivauto": async () => ({ training: (await import("./train/tabular-gans.ts")).ausprivauto }),
  "tabular-bemtpl": async () => ({ training: (await import("./train/tabular-gans.ts")).beMtpl }),
  "tabular-ausprivauto-private": () => import("./train/tabular-ausprivauto-private.ts"),
};

const usage = `Trains a model that the course ships, on from its last snapshot in .cache/train: it may be stopped at any time.

  ./course train MODEL [--steps N] [--out DIR]

  MODEL       ${Object.keys(trainings).join(", ")}
  --steps N   length of the training (as long as what is shipped)
  --out DIR   where weights, curve and pictures go (datasets/models/MODEL, in place of what is shipped)
  --help      this text`;

const root = join(import.meta.dirname, "..");

await runCommand("train", async (args) => {
  const { values, positionals } = readArguments(args, {
    steps: { type: "string" },
    out: { type: "string" },
    help: { type: "boolean", short: "h" },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const [name = ""] = positionals;
  if (!(name in trainings)) {
    const nearest = nearestName(name, Object.keys(trainings));
    throw new UsageError(
      `expected the name of a model (${Object.keys(trainings).join(", ")}), got "${name}".` +
        (nearest === undefined ? "" : ` Did you mean ${nearest}?`),
    );
  }
  const { training } = await trainings[name]!();
  const steps = values.steps === undefined ? training.steps : Number(values.steps);
  if (!Number.isInteger(steps) || steps < training.leastSteps)
    throw new UsageError(
      `--steps: expected a whole number from ${training.leastSteps}, got "${values.steps}".`,
    );
  const work = join(root, ".cache", "train", name);
  const out = values.out ?? join(root, "datasets/models", name);
  // Both before the training: an hour later is too late to learn that a folder cannot be made.
  for (const folder of [work, out]) makeFolder(folder);
  await training.train({ steps, work, out });
  return 0;
});
