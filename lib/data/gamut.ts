/** Colours that a screen can show, at the lightness they had. */
import type { ImageBatch } from "./images";
import { linearOfLab, mapColours } from "./lab";

/** Of the chroma: 2⁻²⁰, far below what eight bits can tell. */
const HALVINGS = 20;
/** Rounding: white itself comes out as 1 + 1e-7 or so. */
const SLACK = 1e-6;

/**
 * Lab colours with a and b drawn towards grey, both by one factor, just as far as sRGB needs to show them. Lightness and hue stay,
 * where clipping red, green and blue would change both.
 *
 * @param images Lab, (count, height, width, 3); lightness in [0, 100]
 * @throws ShapeError where there are not three channels
 */
export function fitChroma(images: ImageBatch): ImageBatch {
  const linear = new Float64Array(3);
  const fits = (lightness: number, a: number, b: number) => {
    linearOfLab(lightness, a, b, linear);
    return linear.every((value) => value >= -SLACK && value <= 1 + SLACK);
  };
  return mapColours(images, "fitChroma", (lightness, a, b, colour) => {
    let factor = 1;
    if (!fits(lightness, a, b)) {
      // sRGB is a convex body in linear light, and grey is inside: between grey and the colour there is one boundary.
      factor = 0;
      for (let step = 0.5, i = 0; i < HALVINGS; step /= 2, i++)
        if (fits(lightness, (factor + step) * a, (factor + step) * b)) factor += step;
    }
    colour[0] = lightness;
    colour[1] = factor * a;
    colour[2] = factor * b;
  });
}
