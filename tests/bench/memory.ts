/** `./course bench memory`: what 10,000 steps of each trainer, on small networks, add to the memory of the process. */
import { runProgram } from "../lib/package-copy.ts";

const STEPS = 20_000;
/** Until then caches and the allocator's arenas fill; the 10,000 steps after that are what is measured. */
const WARM_UP = 10_000;

/** Expressions for a training of `steps` steps. */
const trainings: Record<string, string> = {
  trainGan: `g.trainGan(g.buildGan({ latentSize: 4, filters: 2 }), noise(64, 28, 1), { steps, batchSize: 4 })`,
  trainStylegan2: `g.trainStylegan2(g.buildStylegan2({ resolution: 8, latentSize: 4, styleSize: 4, channelMax: 4, classes: 2 }),
    noise(64, 8, 3), { steps, batchSize: 4, labels: Array.from({ length: 64 }, (_, i) => i % 2) })`,
  projectImage: `g.projectImage(
    g.buildProjection(g.buildStylegan2Generator({ resolution: 8, latentSize: 4, styleSize: 4, channelMax: 4 }), { samples: 100 }),
    g.tf.zeros([1, 8, 8, 3]), { steps })`,
  trainPix2pix: `g.trainPix2pix(g.buildPix2pix({ channels: [2, 2], patch: 16, discriminatorChannels: 2 }), noise(64, 8, 3),
    { steps, batchSize: 4 })`,
  trainConditionalGan: `g.trainConditionalGan(g.buildConditionalGan({ conditioning: "planes", classes: 2, latentSize: 4, filters: 4 }),
    { images: noise(64, 28, 1), labels: Uint8Array.from({ length: 64 }, (_, i) => i % 2) }, { steps, batchSize: 4 })`,
  trainPointGan: `g.trainPointGan(g.buildPointGan({ width: 8 }), g.ringOfGaussians(),
    { steps, batchSize: 8, variant: { kind: "unrolled", unrolls: 2 } })`,
  trainTabularGan: `(() => {
    const table = g.prepareTable(g.loadAusprivauto({ count: 300 }));
    return g.trainTabularGan(g.buildTabularGan(table.encoder, { generatorSizes: [8], criticSizes: [8] }), table,
      { steps, batchSize: 16, criticSteps: 2 });
  })()`,
  trainPrivateTabularGan: `(() => {
    const table = g.prepareTable(g.loadAusprivauto({ count: 300 }), { private: { noiseMultiplier: 3, seed: 1 } });
    return g.trainPrivateTabularGan(g.buildTabularGan(table.encoder, { generatorSizes: [8], criticSizes: [8] }), table,
      { steps, batchSize: 16, criticSteps: 2 });
  })()`,
  trainClassifier: `g.trainClassifier(g.buildClassifier({ imageShape: [8, 8, 1], classes: ["a", "b"], filters: [2, 2, 2, 2, 2] }),
    { images: noise(64, 8, 1), labels: Uint8Array.from({ length: 64 }, (_, i) => i % 2) }, { steps, batchSize: 4 })`,
};

export async function benchMemory(): Promise<void> {
  for (const [name, training] of Object.entries(trainings)) {
    const { stdout } = await runProgram(`
      const g = require("@actl/generative");
      const noise = (count, side, channels) => ({
        pixels: new g.Random(1).uniforms(count * side * side * channels),
        shape: [count, side, side, channels],
      });
      const megabytes = () => process.memoryUsage.rss() / 2 ** 20;
      (async () => {
        await g.useBackend();
        const steps = ${STEPS};
        let before, tensors;
        for await (const { step } of ${training})
          if (step === ${WARM_UP}) [before, tensors] = [megabytes(), g.tf.memory().numTensors];
          else if (step === steps) console.log(before, megabytes() - before, g.tf.memory().numTensors - tensors);
      })();`);
    const [before, added, tensors] = stdout.trim().split("\n").at(-1)!.split(" ").map(Number);
    console.log(
      `  ${name.padEnd(20)} ${before!.toFixed(0)} MB after ${WARM_UP} steps, ${added!.toFixed(1)} MB more after ${STEPS}; ` +
        `${tensors} more tensors`,
    );
  }
}
