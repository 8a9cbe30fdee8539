import { OptionError, ShapeError } from "../../lib/core/errors.ts";
import { Random } from "../../lib/core/random.ts";
import { tf } from "../../lib/core/tf.ts";
import {
  buildStylegan2Generator,
  countStyles,
  mapLatents,
  synthesize,
  synthesizeFrom,
} from "../../lib/models/stylegan2/generator.ts";
import { latentWalk, lerp, mixStyles, slerp } from "../../lib/sampling/latent-space.ts";
import { styleMixingGrid } from "../../lib/sampling/style-grid.ts";

const rows = (seed: number, count = 3, size = 64) =>
  tf.tensor2d(new Random(seed).normals(count * size), [count, size]);
const norms = (x: tf.Tensor) => Array.from(x.square().sum(1).sqrt().dataSync());

test("slerp keeps to the circle: quarter of a turn in equal angles", () => {
  tf.tidy(() => {
    const [a, b] = [tf.tensor2d([[3, 0]]), tf.tensor2d([[0, 3]])];
    for (const t of [0, 0.25, 0.5, 1]) {
      const [x, y] = slerp(a, b, t).dataSync();
      expect(x).toBeCloseTo(3 * Math.cos((t * Math.PI) / 2), 5);
      expect(y).toBeCloseTo(3 * Math.sin((t * Math.PI) / 2), 5);
    }
  });
});

test("halfway the line is shorter by √2, the sphere is not", () => {
  tf.tidy(() => {
    const [a, b] = [rows(1, 40, 512), rows(2, 40, 512)];
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value) / values.length;
    const radius = mean(norms(a));
    expect(mean(norms(lerp(a, b, 0.5))) / radius).toBeCloseTo(Math.SQRT1_2, 1);
    expect(mean(norms(slerp(a, b, 0.5))) / radius).toBeCloseTo(1, 1);
  });
});

test("equal and opposite points are joined by the line", () => {
  tf.tidy(() => {
    const a = rows(1, 2, 4);
    for (const b of [a, a.neg()])
      for (const value of slerp(a, b, 0.25)
        .sub(lerp(a, b, 0.25))
        .abs()
        .dataSync())
        expect(value).toBeLessThan(1e-5);
  });
});

test("a walk visits its stops in equal steps and closes", () => {
  tf.tidy(() => {
    const z = latentWalk(new Random(3), 256, { stops: 4, framesPerStop: 5 });
    expect(z.shape).toEqual([20, 256]);
    const next = tf.concat([z.slice(5), z.slice(0, 5)]);
    const stops = tf.tensor2d(new Random(3).normals(4 * 256), [4, 256]);
    expect(z.gather([0, 5, 10, 15]).sub(stops).abs().max().dataSync()[0]).toBeLessThan(1e-6);
    expect(next.shape).toEqual([20, 256]);
    const steps = norms(tf.concat([z.slice(1), z.slice(0, 1)]).sub(z));
    expect(Math.max(...steps) / Math.min(...steps)).toBeLessThan(1.4);
    expect(() => latentWalk(new Random(3), 4, { stops: 0 })).toThrow(OptionError);
  });
});

test("mixed styles: coarse up to a layer, fine from there", () => {
  tf.tidy(() => {
    const [a, b] = [rows(1), rows(2)];
    expect(mixStyles(a, b, 2, 4)).toEqual([a, a, b, b]);
    expect(() => mixStyles(a, b, 5, 4)).toThrow(OptionError);
    expect(() => mixStyles(a, rows(1, 2), 1, 4)).toThrow(ShapeError);
  });
});

test("the grid has the own images at its edges and the mixed ones inside", () => {
  const before = tf.memory().numTensors;
  tf.tidy(() => {
    const generator = buildStylegan2Generator({
      resolution: 8,
      latentSize: 4,
      styleSize: 4,
      channelBase: 32,
      channelMax: 4,
    });
    const [left, top] = [
      mapLatents(generator, rows(1, 2, 4), undefined),
      mapLatents(generator, rows(2, 3, 4), undefined),
    ];
    const grid = styleMixingGrid(generator, left, top, 2);
    expect(grid.shape).toEqual([12, 8, 8, 3]);
    const same = (place: number, image: tf.Tensor) =>
      expect(grid.slice(place, 1).sub(image).abs().max().dataSync()[0]).toBeLessThan(1e-5);
    same(0, tf.ones([1, 8, 8, 3]));
    same(2, synthesizeFrom(generator, top).slice(1, 1));
    same(8, synthesizeFrom(generator, left).slice(1, 1));
    const [coarse, fine] = [left.slice(1, 1), top.slice(1, 1)];
    const styles = mixStyles(coarse, fine, 2, countStyles(generator.sizes));
    same(10, synthesize(generator, styles).add(1).div(2).clipByValue(0, 1));
    tf.dispose(generator.weights);
  });
  expect(tf.memory().numTensors).toBe(before);
});
