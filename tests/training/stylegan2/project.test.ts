import { ShapeError, OptionError } from "../../../lib/core/errors.ts";
import { Random } from "../../../lib/core/random.ts";
import { tf } from "../../../lib/core/tf.ts";
import {
  buildStylegan2Generator,
  mapLatents,
  synthesizeFrom,
} from "../../../lib/models/stylegan2/generator.ts";
import {
  buildProjection,
  disposeProjection,
  projectedImage,
  projectImage,
  type ProjectionOptions,
  schedule,
} from "../../../lib/training/stylegan2/project.ts";

const generator = buildStylegan2Generator({
  resolution: 8,
  latentSize: 8,
  styleSize: 8,
  channelBase: 64,
  channelMax: 8,
  seed: 3,
});
// Untrained, its colours go far beyond 0 and 1, where a picture is cut off.
for (const [name, variable] of Object.entries(generator.weights))
  if (name.endsWith(".colour.kernel")) tf.tidy(() => variable.assign(variable.mul(0.2)));
const own = tf.tidy(() => {
  const z = tf.tensor2d(new Random(9).normals(8), [1, 8]);
  return tf.keep(synthesizeFrom(generator, mapLatents(generator, z, undefined), "none"));
});
const foreign = tf.tidy(() => {
  const stripes = Array.from({ length: 64 }, (_, i) => (i % 2 === 0 ? [1, 0, 0] : [0, 0, 1]));
  return tf.keep(tf.tensor4d(stripes.flat(), [1, 8, 8, 3]));
});
const options = { steps: 400, samples: 200, seed: 1 } satisfies ProjectionOptions;

async function project(target: tf.Tensor4D, more: ProjectionOptions = {}) {
  const projection = buildProjection(generator, { ...options, ...more });
  const distances: number[] = [];
  for await (const { distance } of projectImage(projection, target, { ...options, ...more }))
    distances.push(distance);
  const image = projectedImage(projection);
  const error = tf.tidy(() => image.sub(target).square().mean().sqrt().dataSync()[0]!);
  image.dispose();
  disposeProjection(projection);
  return { distances, error };
}

test("an image of the generator is found again, one of another kind is not; no tensor is left", async () => {
  const before = tf.memory().numTensors;
  const found = await project(own);
  expect(tf.memory().numTensors).toBe(before);
  expect(found.distances).toHaveLength(400);
  expect(found.distances.at(-1)! / found.distances[0]!).toBeLessThan(0.05);
  const missed = await project(foreign);
  expect(missed.error).toBeGreaterThan(5 * found.error);
  expect(missed.distances.at(-1)!).toBeGreaterThan(10 * found.distances.at(-1)!);
});

test("with the generator's own noise kept, w alone finds what was made with it", async () => {
  const withNoise = tf.tidy(() => {
    const z = tf.tensor2d(new Random(9).normals(8), [1, 8]);
    return synthesizeFrom(generator, mapLatents(generator, z, undefined), "fixed");
  });
  const projection = buildProjection(generator, { ...options, moveNoise: false });
  expect(projection.noise).toEqual({});
  disposeProjection(projection);
  const before = tf.memory().numTensors;
  const found = await project(withNoise, { moveNoise: false });
  expect(tf.memory().numTensors).toBe(before);
  expect(found.error).toBeLessThan(0.01);
  const missed = await project(foreign, { moveNoise: false });
  expect(missed.error).toBeGreaterThan(10 * found.error);
  withNoise.dispose();
});

test("compared by given features instead of pixels", async () => {
  const features = (images: tf.Tensor4D) => [images.mean([1, 2])];
  const { distances, error } = await project(own, { features });
  expect(distances.at(-1)! / distances[0]!).toBeLessThan(0.05);
  expect(error).toBeGreaterThan(0);
});

test("the rate rises, stays and falls; the noise ends at three quarters (Karras et al. 2020, appendix D)", () => {
  const at = (t: number) => schedule(t, { learningRate: 0.1, styleNoise: 0.05 });
  expect(at(0)).toEqual({ rate: 0, styleNoise: 0.05 });
  expect(at(0.025).rate).toBeCloseTo(0.05, 10);
  for (const t of [0.05, 0.5, 0.75]) expect(at(t).rate).toBeCloseTo(0.1, 10);
  expect(at(0.875).rate).toBeCloseTo(0.05, 10);
  expect(at(1).rate).toBeCloseTo(0, 10);
  expect(at(0.375).styleNoise).toBeCloseTo(0.0125, 10);
  expect(at(0.75).styleNoise).toBe(0);
});

test("a target of another size and a class that is not there are refused", async () => {
  const projection = buildProjection(generator, options);
  const small = tf.zeros<tf.Rank.R4>([1, 4, 4, 3]);
  await expect(projectImage(projection, small).next()).rejects.toThrow(ShapeError);
  disposeProjection(projection);
  const labelled = buildStylegan2Generator({ resolution: 8, classes: 2, channelMax: 2 });
  expect(() => buildProjection(labelled, options)).toThrow(OptionError);
  expect(() => buildProjection(labelled, options)).toThrow(
    /label: expected a class from 0 to 1, got undefined/,
  );
});
