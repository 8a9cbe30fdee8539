import { OptionError } from "../../lib/core/errors.ts";
import { blendWeights, layTiles, padByReflection, reflect } from "../../lib/sampling/tiles.ts";

test.each([
  [64, 64, 64, 32],
  [200, 65, 64, 32],
  [63, 129, 64, 16],
  [5, 300, 64, 0],
  [1, 1, 16, 8],
])("tiles cover %i × %i pixels, and neighbours share what was asked for", (height, width, side, overlap) => {
  const tiles = layTiles(height, width, side, overlap);
  const counts = new Uint8Array(height * width);
  for (const { top, left } of tiles)
    for (let y = Math.max(0, top); y < Math.min(height, top + side); y++)
      for (let x = Math.max(0, left); x < Math.min(width, left + side); x++) counts[y * width + x]! += 1;
  expect(Math.min(...counts)).toBeGreaterThan(0);
  for (const axis of ["top", "left"] as const) {
    const places = [...new Set(tiles.map((tile) => tile[axis]))].sort((a, b) => a - b);
    places.slice(1).forEach((place, i) => expect(places[i]! + side - place).toBeGreaterThanOrEqual(overlap));
    const length = axis === "top" ? height : width;
    // None reaches beyond a picture that is large enough, and a smaller picture is in the middle of its tile.
    if (length >= side) expect([places[0], places.at(-1)! + side]).toEqual([0, length]);
    else expect(places).toEqual([Math.floor((length - side) / 2)]);
  }
});

test("beyond the border is the mirror image, as NumPy's pad has it with mode reflect", () => {
  // np.pad(np.arange(4), 9, "reflect")
  const padded = [3, 2, 1, 0, 1, 2, 3, 2, 1, 0, 1, 2, 3, 2, 1, 0, 1, 2, 3, 2, 1, 0];
  expect(padded.map((_, i) => reflect(i - 9, 4))).toEqual(padded);
  expect([-3, 0, 2].map((place) => reflect(place, 1))).toEqual([0, 0, 0]);
});

test("pictures are padded to a multiple, each by its own reflection", () => {
  // np.pad([[1, 2, 3], [4, 5, 6]], ((0, 2), (0, 1)), "reflect"), and the same plus 10
  const first = [1, 2, 3, 2, 4, 5, 6, 5, 1, 2, 3, 2, 4, 5, 6, 5];
  const pixels = Float32Array.from([1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16]);
  const padded = padByReflection({ pixels, shape: [2, 2, 3, 1] }, 4);
  expect(padded.shape).toEqual([2, 4, 4, 1]);
  expect([...padded.pixels]).toEqual([...first, ...first.map((value) => value + 10)]);
});

test("two neighbours' weights fade into each other over the overlap", () => {
  const weights = blendWeights(8, 4);
  [0.2, 0.4, 0.6, 0.8, 0.8, 0.6, 0.4, 0.2].forEach((weight, i) => expect(weights[i]).toBeCloseTo(weight, 6));
  for (let i = 0; i < 4; i++) expect(weights[4 + i]! + weights[i]!).toBeCloseTo(1, 6);
  expect([...blendWeights(3, 0)]).toEqual([1, 1, 1]);
});

test.each([
  [0, 0, "side: expected a whole number from 1, got 0"],
  [8, 8, "overlap: expected a whole number from 0 to 7, got 8"],
  [8, 1.5, "overlap: expected a whole number from 0 to 7, got 1.5"],
])("side %p with overlap %p is refused", (side, overlap, message) => {
  expect(() => layTiles(10, 10, side, overlap)).toThrow(OptionError);
  expect(() => layTiles(10, 10, side, overlap)).toThrow(message);
});
