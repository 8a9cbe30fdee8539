/**
 * The tabular WGAN-GP on ausprivauto0405, without privacy: one step of the critic with its gradient penalty and one of the generator, batch
 * 256, default sizes. What the training draws from a key (latent points, Gumbel noise, places between real and fake) is drawn from a key here
 * too, as part of our step; the peers (tabular_peers.py) get the same numbers as inputs.
 */
import { createRequire } from "node:module";
import type * as generative from "@actl/generative";
import type { Workload } from "./workloads.ts";

const {
  Adam,
  buildTabularGan,
  criticLosses,
  criticScores,
  generateVectors,
  loadAusprivauto,
  mixRows,
  prepareTable,
  Random,
  randomKey,
  randomNormal,
  randomUniform,
  tabularTraining,
  tf,
} = createRequire(import.meta.url)("@actl/generative") as typeof generative;

type Tensor2D = generative.tf.Tensor2D;
type Inputs = { real: Tensor2D; key1: generative.RandomKey; key2: generative.RandomKey };

/** Streams of the training's keys: latent points, Gumbel noise, places between real and fake. */
const [LATENT, GUMBEL, MIXING] = [0, 1, 2];

/** @param share divides the batch */
export function tabular(share = 1): Workload {
  const batch = tabularTraining.batchSize / share;
  const { encoder, vectors } = prepareTable(loadAusprivauto(), { seed: 1 });
  const gan = buildTabularGan(encoder, { seed: 1 });
  const { beta1, beta2, criticRate, generatorRate, penaltyWeight } = tabularTraining;
  const adamC = new Adam(Object.values(gan.critic), { learningRate: criticRate, beta1, beta2 });
  const adamG = new Adam(Object.values(gan.generator), { learningRate: generatorRate, beta1, beta2 });
  const named = (prefix: string, weights: generative.Weights) =>
    Object.entries(weights).map(([name, variable]) => [`${prefix}.${name}`, variable] as const);
  const random = new Random(10);
  const [key1, key2] = [randomKey(random.fork("critic")), randomKey(random.fork("generator"))];
  const latent = (key: generative.RandomKey) =>
    randomNormal(key, [batch, gan.sizes.latentSize], LATENT) as Tensor2D;
  const gumbel = (key: generative.RandomKey) =>
    tf.tidy(() => randomUniform(key, [batch, encoder.width], GUMBEL).add(2 ** -24).log().neg().log().neg()); // prettier-ignore
  const mixing = (key: generative.RandomKey) => randomUniform(key, [batch, 1], MIXING) as Tensor2D;
  const columns = encoder.blocks.map(({ column }) => column);
  const blocks = encoder.blocks.map(({ start, classes, scalar, gate }) => [
    start,
    classes,
    scalar ?? -1,
    gate === undefined ? -1 : columns.indexOf(gate),
  ]);
  return {
    parameters: Object.fromEntries([...named("g", gan.generator), ...named("c", gan.critic)]),
    inputs: {
      real: tf.tensor2d(vectors.slice(0, batch * encoder.width), [batch, encoder.width]),
      key1,
      key2,
      // Of the peers alone.
      z1: latent(key1),
      z2: latent(key2),
      gumbel1: gumbel(key1),
      gumbel2: gumbel(key2),
      mixing: mixing(key1),
      blocks: tf.tensor2d(blocks, undefined, "int32"),
    },
    step: (inputs) => {
      const { real, key1, key2 } = inputs as Inputs;
      const fake = generateVectors(gan, latent(key1), key1);
      const mixed = mixRows(real, fake, mixing(key1));
      const critic = (rows: Tensor2D) => criticScores(gan, rows);
      const lossC = adamC.minimize(() =>
        criticLosses(critic, { real, fake, mixed }, penaltyWeight).losses.mean(),
      );
      const lossG = adamG.minimize(() =>
        critic(generateVectors(gan, latent(key2), key2))
          .mean<generative.tf.Scalar>()
          .neg(),
      );
      return lossC.add(lossG);
    },
    // The generator forwards twice and backwards once. The critic: three passes on real and on fake; on rows between them forwards, back
    // to the rows, and for that gradient's gradient two more (it is piecewise linear); for the generator, there and back.
    flops: 2 * batch * (4 * generatorProducts(gan) + (6 + 4 + 2) * criticProducts(gan)),
  };
}

function generatorProducts({ encoder, sizes }: generative.TabularGan): number {
  let inputs = sizes.latentSize;
  let sum = 0;
  for (const size of sizes.generatorSizes) {
    sum += inputs * size;
    inputs += size;
  }
  return sum + inputs * encoder.width;
}

function criticProducts({ encoder, sizes }: generative.TabularGan): number {
  const all = [encoder.width, ...sizes.criticSizes, 1];
  return all.slice(1).reduce((sum, size, i) => sum + all[i]! * size, 0);
}
