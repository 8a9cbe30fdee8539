import { OptionError, ShapeError } from "../../lib/core/errors.ts";
import { densityPictures } from "../../lib/notebook/density.ts";

const domain = [-1, 1] as const;
/** 255 − red: 0 where there is nothing, 247 at the thickest. */
const darkness = (
  { pixels }: { pixels: Uint8Array },
  side: number,
  row: number,
  column: number,
  picture = 0,
) => 255 - pixels[3 * ((picture * side + row) * side + column)]!;

test("points are dark where they lie, y upwards, and white elsewhere", () => {
  const picture = densityPictures([[0.55, 0.75]], { domain, side: 40, bandwidth: 0.05 });
  expect(picture.shape).toEqual([1, 40, 40, 3]);
  // x = 0.55 is column 31, y = 0.75 is row 40 − 1 − 35.
  expect(darkness(picture, 40, 4, 31)).toBe(247);
  expect(darkness(picture, 40, 4, 30)).toBeGreaterThan(darkness(picture, 40, 4, 29));
  expect(darkness(picture, 40, 4, 29)).toBe(darkness(picture, 40, 4, 33));
  expect(darkness(picture, 40, 2, 31)).toBe(darkness(picture, 40, 6, 31));
  expect(darkness(picture, 40, 35, 31)).toBe(0);
});

test("the colour follows the root of the density", () => {
  // Far apart: four points here, one there.
  const points = [-0.5, 0, -0.5, 0, -0.5, 0, -0.5, 0, 0.5, 0];
  const picture = densityPictures([points], { domain, side: 80, bandwidth: 0.03 });
  expect(darkness(picture, 80, 39, 20)).toBe(247);
  // √¼ = ½: in the middle of the ramp, half way from (190, …) to (31, …).
  expect(darkness(picture, 80, 39, 60)).toBe(255 - Math.round((190 + 31) / 2));
});

test("each set is a picture of its own; points beyond the domain are not drawn", () => {
  const picture = densityPictures(
    [
      [5, 5],
      [0, 0],
    ],
    { domain, side: 10 },
  );
  expect(picture.shape).toEqual([2, 10, 10, 3]);
  expect(new Set(picture.pixels.subarray(0, 300))).toEqual(new Set([255]));
  expect(darkness(picture, 10, 4, 5, 1)).toBe(247);
});

test("mistakes are named", () => {
  expect(() => densityPictures([[1, 2, 3]], { domain })).toThrow(ShapeError);
  expect(() => densityPictures([[1, 2]], { domain: [1, 1] })).toThrow(OptionError);
  expect(() => densityPictures([[1, 2]], { domain, side: 0 })).toThrow(
    "side: expected an integer ≥ 1, got 0",
  );
  expect(() => densityPictures([[1, 2]], { domain, bandwidth: 0 })).toThrow("bandwidth");
});
