import sharp from "sharp";
import { OptionError, ShapeError } from "../../lib/core/errors.ts";
import { Random } from "../../lib/core/random.ts";
import { tf } from "../../lib/core/tf.ts";
import { animation } from "../../lib/notebook/animation.ts";
import { jupyterDisplay } from "../../lib/notebook/display.ts";

/** Three frames of 2 × 3 pixels, red, green and blue. */
const frames = Uint8Array.from({ length: 3 * 2 * 3 * 3 }, (_, i) => (37 * i) % 256);
const shaped = { pixels: frames, shape: [3, 2, 3, 3] };

test("the WebP has every frame, pixel for pixel, with its time, and repeats for ever", async () => {
  const moving = animation(shaped, { frameDuration: 80, lastDuration: 900 });
  const webp = await moving.webp();
  const { pages, delay, loop, format } = await sharp(webp, { animated: true }).metadata();
  expect({ pages, delay, loop, format }).toEqual({ pages: 3, delay: [80, 80, 900], loop: 0, format: "webp" });
  const pixels = await sharp(webp, { animated: true }).removeAlpha().raw().toBuffer();
  expect(Array.from(pixels)).toEqual(Array.from(frames));
});

test("the PNG is the last frame, each pixel enlarged to a square", async () => {
  const moving = animation(shaped, { scale: 2 });
  expect([moving.count, moving.height, moving.width]).toEqual([3, 4, 6]);
  const { data, info } = await sharp(await moving.png())
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect([info.height, info.width, info.channels]).toEqual([4, 6, 3]);
  for (let y = 0; y < 4; y++)
    for (let x = 0; x < 6; x++)
      for (let channel = 0; channel < 3; channel++)
        expect(data[(y * 6 + x) * 3 + channel]).toBe(
          frames[2 * 18 + (Math.floor(y / 2) * 3 + Math.floor(x / 2)) * 3 + channel],
        );
});

test("grey tensors and values in [0, 1] are taken as imageGrid takes them", async () => {
  const images = tf.tensor4d([0, 0.5, 1, 1], [2, 1, 2, 1]);
  const moving = animation(images);
  images.dispose();
  const pixels = await sharp(await moving.webp(), { animated: true })
    .removeAlpha()
    .raw()
    .toBuffer();
  expect(Array.from(pixels).filter((_, i) => i % 3 === 0)).toEqual([0, 128, 255, 255]);
});

test("it shows as a moving picture, in print and without motion as the last frame", async () => {
  const moving = animation(shaped, { description: 'a "walk" <1>' });
  const bundle = await moving[jupyterDisplay]();
  const still = (await moving.png()).toString("base64");
  expect(bundle["text/plain"]).toBe('a "walk" <1>: 3 frames of 2 × 3 pixels');
  expect(bundle["image/png"]).toBe(still);
  expect(bundle["text/html"]).toBe(
    `<picture><source media="print, (prefers-reduced-motion: reduce)" srcset="data:image/png;base64,${still}">` +
      `<img src="data:image/webp;base64,${(await moving.webp()).toString("base64")}" width="3" height="2" ` +
      'alt="a &quot;walk&quot; &lt;1>: 3 frames of 2 × 3 pixels"></picture>',
  );
});

test("with losses the file is smaller", async () => {
  const noise = Uint8Array.from(new Random(1).uniforms(2 * 64 * 64, 0, 256));
  const size = async (quality?: number) =>
    (
      await animation(
        { pixels: noise, shape: [2, 64, 64, 1] },
        quality === undefined ? {} : { quality },
      ).webp()
    ).length;
  expect(await size(20)).toBeLessThan(0.7 * (await size()));
});

test("mistakes are named", () => {
  expect(() => animation(frames)).toThrow(ShapeError);
  expect(() => animation(frames)).toThrow("animation: these pixels have no shape");
  expect(() => animation([NaN, 0], { height: 1, width: 1 })).toThrow(
    "animation: expected finite values, got NaN",
  );
  expect(() => animation(shaped, { frameDuration: 0 })).toThrow(OptionError);
  expect(() => animation(shaped, { quality: 101 })).toThrow(
    "quality: expected an integer from 1 to 100, got 101",
  );
});
