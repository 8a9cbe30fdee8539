import { OptionError, ShapeError } from "../../lib/core/errors.ts";
import { Random } from "../../lib/core/random.ts";
import { tf } from "../../lib/core/tf.ts";
import { checkerboardPicture } from "../../lib/notebook/checkerboard-picture.ts";
import { conv2dPicture } from "../../lib/notebook/conv2d-picture.ts";
import { conv2dTransposePicture } from "../../lib/notebook/conv2d-transpose-picture.ts";
import { jupyterDisplay } from "../../lib/notebook/display.ts";
import { globalMaxPoolPicture } from "../../lib/notebook/global-max-pool-picture.ts";

/** A plane of whole numbers from −3 to 3. */
function plane(height: number, width: number, seed: number): number[][] {
  const random = new Random(seed);
  return Array.from({ length: height }, () => Array.from({ length: width }, () => random.integer(7) - 3));
}

/** The numbers drawn after a label, row by row, up to the next label. */
function numbersAfter(svg: string, label: string): number[] {
  const texts = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!);
  const rest = texts.slice(texts.findIndex((text) => text.startsWith(label)) + 1);
  const numbers = rest.map((text) => Number(text.replace("−", "-")));
  const end = numbers.findIndex(Number.isNaN);
  return numbers.slice(0, end === -1 ? undefined : end);
}

/** Σ over u, v of x[s·i + u − p, s·j + v − q] · k[u, v], by the definition alone. */
function convolve(
  x: number[][],
  k: number[][],
  strides: number,
  [p, q]: [number, number],
  [rows, columns]: [number, number],
): number[][] {
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (__, j) =>
      k
        .flatMap((row, u) =>
          row.map((weight, v) => weight * (x[strides * i + u - p]?.[strides * j + v - q] ?? 0)),
        )
        .reduce((a, b) => a + b),
    ),
  );
}

describe("Conv2D", () => {
  const [x, k] = [plane(6, 5, 1), plane(3, 2, 2)];

  test.each([
    { strides: 1, padding: "valid", before: [0, 0], size: [4, 4] },
    { strides: 2, padding: "valid", before: [0, 0], size: [2, 2] },
    // TensorFlow puts the odd row or column of padding after the input.
    { strides: 1, padding: "same", before: [1, 0], size: [6, 5] },
    { strides: 2, padding: "same", before: [0, 0], size: [3, 3] },
  ] as const)(
    "stride $strides, padding $padding: the last frame shows what tf.conv2d computes",
    ({ strides, padding, before, size }) => {
      const picture = conv2dPicture(x, k, { strides, padding });
      const byTf = tf.tidy(() =>
        tf
          .conv2d(
            tf.tensor2d(x).reshape<tf.Tensor4D>([1, 6, 5, 1]),
            tf.tensor2d(k).reshape<tf.Tensor4D>([3, 2, 1, 1]),
            strides,
            padding,
          )
          .squeeze([0, 3])
          .arraySync(),
      );
      expect(picture.output).toEqual(byTf);
      expect(picture.output).toEqual(convolve(x, k, strides, [...before], [...size]));
      expect(picture.frames).toHaveLength(size[0] * size[1]);
      expect(numbersAfter(picture.frames.at(-1)!, "output")).toEqual(picture.output.flat());
    },
  );

  test("each frame has one number more, the sum of the products beside it", () => {
    const picture = conv2dPicture(x, k);
    picture.frames.forEach((svg, step) => {
      const shown = numbersAfter(svg, "output");
      expect(shown).toEqual(picture.output.flat().slice(0, step + 1));
      const products = numbersAfter(svg, "window × kernel");
      expect(products).toHaveLength(6);
      expect(products.reduce((a, b) => a + b)).toBe(shown.at(-1));
    });
  });

  test("what does not fit is refused", () => {
    expect(() => conv2dPicture(plane(2, 2, 1), plane(3, 3, 1))).toThrow(OptionError);
    expect(() => conv2dPicture([[1, 2], [3]], k)).toThrow(ShapeError);
    expect(() => conv2dPicture(x, k, { strides: 0 })).toThrow(
      "strides: expected a positive whole number, got 0",
    );
  });
});

describe("Conv2DTranspose", () => {
  test.each([
    { size: 3, strides: 2, padding: "valid", side: [7, 9] },
    { size: 4, strides: 2, padding: "same", side: [6, 8] },
    { size: 3, strides: 1, padding: "same", side: [3, 4] },
    { size: 3, strides: 2, padding: "same", side: [6, 8] },
  ] as const)(
    "kernel $size, stride $strides, padding $padding: as tf.conv2dTranspose",
    ({ size, strides, padding, side }) => {
      const [x, k] = [plane(3, 4, 3), plane(size, size, 4)];
      const picture = conv2dTransposePicture(x, k, { strides, padding });
      const layer = tf.layers.conv2dTranspose({
        filters: 1,
        kernelSize: size,
        strides,
        padding,
        useBias: false,
        inputShape: [3, 4, 1],
      });
      layer.build([null, 3, 4, 1]);
      layer.setWeights([tf.tensor2d(k).reshape([size, size, 1, 1])]);
      const byLayer = (layer.apply(tf.tensor2d(x).reshape([1, 3, 4, 1])) as tf.Tensor)
        .squeeze([0, 3])
        .arraySync();
      expect(picture.output).toEqual(byLayer);
      expect([picture.output.length, picture.output[0]!.length]).toEqual(side);
      // The stamps added up by the definition, and the part of them that the padding keeps.
      const full = Array.from({ length: 2 * strides + size }, () =>
        new Array<number>(3 * strides + size).fill(0),
      );
      x.forEach((row, i) => row.forEach((value, j) => k.forEach((weights, u) => weights.forEach((weight, v) => (full[strides * i + u]![strides * j + v]! += value * weight))))); // prettier-ignore
      expect(numbersAfter(picture.frames.at(-1)!, "output")).toEqual(
        full.flat().slice(0, full.flat().length),
      );
      const offset = padding === "same" ? Math.floor((size - strides) / 2) : 0;
      expect(picture.output).toEqual(
        full.slice(offset, offset + side[0]).map((row) => row.slice(offset, offset + side[1])),
      );
      expect(picture.frames).toHaveLength(12);
    },
  );

  test("the first frame shows the first number's stamp alone", () => {
    const picture = conv2dTransposePicture([[2, 1], [0, 5]], [[1, 2, 0], [0, 3, 1], [1, 1, 1]]); // prettier-ignore
    expect(numbersAfter(picture.frames[0]!, "stamp")).toEqual([2, 4, 0, 0, 6, 2, 2, 2, 2]);
    expect(numbersAfter(picture.frames[0]!, "output")).toEqual([2, 4, 0, 0, 6, 2, 2, 2, 2]);
    expect(picture.frames[0]).toContain("input[0, 0] = 2 is stamped on rows 0 to 2, columns 0 to 2");
  });

  test("a kernel smaller than the stride, or no square, is refused", () => {
    expect(() => conv2dTransposePicture(plane(2, 2, 1), plane(2, 2, 1), { strides: 3 })).toThrow(OptionError);
    expect(() => conv2dTransposePicture(plane(2, 2, 1), plane(2, 3, 1))).toThrow(
      "expected a square, got 2 × 3",
    );
  });
});

describe("GlobalMaxPool2D", () => {
  const maps = [plane(4, 5, 5), plane(4, 5, 6), plane(4, 5, 7)];

  test("the output is the layer's, and the last frame shows it", () => {
    const picture = globalMaxPoolPicture(maps);
    expect(picture.output).toEqual([maps.map((map) => Math.max(...map.flat()))]);
    expect(picture.frames).toHaveLength(12);
    expect(numbersAfter(picture.frames.at(-1)!, "output")).toEqual(picture.output[0]);
    expect(numbersAfter(picture.frames[3]!, "output")).toEqual(picture.output[0]!.slice(0, 1));
    expect(picture.frames[1]).toContain(`max so far = ${Math.max(...maps[0]!.slice(0, 2).flat())}`);
  });

  test("maps of different sizes are refused", () => {
    expect(() => globalMaxPoolPicture([plane(4, 5, 5), plane(4, 4, 5)])).toThrow(
      "expected all (4, 5), got (4, 4)",
    );
    expect(() => globalMaxPoolPicture([])).toThrow(ShapeError);
  });
});

describe("checkerboards", () => {
  const flat = Array.from({ length: 6 }, () => new Array<number>(6).fill(1));

  test("kernel 3 with stride 2 overlaps unevenly, kernel 4 evenly", () => {
    const { overlaps, enlarged, svg } = checkerboardPicture(flat);
    expect(overlaps[0]!.slice(1, 6).map((row) => row.slice(1, 6))).toEqual([
      [1, 2, 1, 2, 1],
      [2, 4, 2, 4, 2],
      [1, 2, 1, 2, 1],
      [2, 4, 2, 4, 2],
      [1, 2, 1, 2, 1],
    ]);
    expect(new Set(overlaps[1]!.slice(2, -2).flatMap((row) => row.slice(2, -2)))).toEqual(new Set([4]));
    // A flat image stays flat under the one, and under the other does not.
    const within = (image: number[][]) => image.slice(2, -2).flatMap((row) => row.slice(2, -2));
    expect(Math.max(...within(enlarged[1]!)) - Math.min(...within(enlarged[1]!))).toBeLessThan(1e-6);
    expect(Math.max(...within(enlarged[0]!)) / Math.min(...within(enlarged[0]!))).toBeCloseTo(4, 5);
    expect(svg).toContain("3 is not divisible by 2: a checkerboard");
    expect(svg).toContain("4 is divisible by 2: even, but for the edge");
  });

  test("a kernel smaller than the stride is refused", () => {
    expect(() => checkerboardPicture(flat, { kernelSizes: [1, 4] })).toThrow(OptionError);
  });
});

test("a picture shows as an animation, a step of it as SVG; no tensor is left behind", async () => {
  const before = tf.memory().numTensors;
  const x = tf.tensor2d(plane(3, 3, 1));
  const picture = conv2dPicture(x, plane(2, 2, 2));
  const bundle = await picture[jupyterDisplay]();
  expect(bundle["text/html"]).toContain("data:image/webp;base64,");
  expect(bundle["text/plain"]).toBe(
    'Conv2D, input 3 × 3, kernel 2 × 2, stride 1, padding "valid": output 2 × 2: 4 frames of 540 × 960 pixels',
  );
  expect(await picture.step(-1)[jupyterDisplay]()).toEqual({
    "text/plain": expect.stringContaining("step 3 of 4") as string,
    "image/svg+xml": picture.frames[3],
  });
  expect(() => picture.step(4)).toThrow("expected a whole number below 4, got 4");
  checkerboardPicture(x);
  globalMaxPoolPicture([x]);
  conv2dTransposePicture(x, x);
  x.dispose();
  expect(tf.memory().numTensors).toBe(before);
});
