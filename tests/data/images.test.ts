import { ShapeError } from "../../lib/core/errors.ts";
import { selectImages, toUnitRange, type ImageBatch } from "../../lib/data/images.ts";

describe("selectImages", () => {
  const images: ImageBatch<Uint8Array> = {
    pixels: Uint8Array.from({ length: 12 }, (_, i) => i),
    shape: [3, 2, 2, 1],
  };

  test("takes images at the places, in their order, repeated where asked", () => {
    const { pixels, shape } = selectImages(images, [2, 0, 2]);
    expect(Array.from(pixels)).toEqual([8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11]);
    expect(shape).toEqual([3, 2, 2, 1]);
    expect(selectImages(images, []).shape).toEqual([0, 2, 2, 1]);
  });

  test("keeps the type of the numbers, and copies them", () => {
    const selected = selectImages(images, Uint32Array.of(1));
    expect(selected.pixels).toBeInstanceOf(Uint8Array);
    selected.pixels[0] = 99;
    expect(images.pixels[4]).toBe(4);
    expect(selectImages(toUnitRange(images), [1]).pixels).toBeInstanceOf(Float32Array);
  });

  test.each([-1, 3, 0.5, NaN])("refuses %p", (index) => {
    expect(() => selectImages(images, [0, index])).toThrow(ShapeError);
    expect(() => selectImages(images, [0, index])).toThrow(
      `expected indices from 0 to 2, got ${index} at place 1.`,
    );
  });
});

test("toUnitRange maps 0 … 255 to [0, 1] and leaves the bytes alone", () => {
  const images: ImageBatch<Uint8Array> = { pixels: Uint8Array.of(0, 51, 255), shape: [1, 1, 3, 1] };
  const scaled = toUnitRange(images);
  expect(scaled).toEqual({ pixels: Float32Array.of(0, 0.2, 1), shape: [1, 1, 3, 1] });
  expect(images.pixels).toEqual(Uint8Array.of(0, 51, 255));
  expect(scaled.shape).not.toBe(images.shape);
});
