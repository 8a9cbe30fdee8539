/** The shipped colouring models do what their cards say, on part of the test split. */
import { loadHurricane } from "../../lib/data/hurricane.ts";
import { rgbToLab } from "../../lib/data/lab.ts";
import { paintEvenly, scoreColours } from "../../lib/metrics/colourisation.ts";
import { loadColouriser, type ColouriserName } from "../../lib/models/pix2pix-checkpoint.ts";
import { colourise } from "../../lib/sampling/colourise.ts";

test("L1 alone is nearest in ΔE and SSIM, the GAN's colours are the most manifold, and both keep lightness", async () => {
  const { images: truth } = await loadHurricane({ split: "test", side: 64, count: 24, seed: 12 });
  const paint = async (name: ColouriserName) => {
    const generator = loadColouriser(name);
    try {
      const coloured = await colourise(generator, truth);
      const [before, after] = [rgbToLab(truth).pixels, rgbToLab(coloured).pixels];
      for (let i = 0; i < before.length; i += 3)
        if (!(Math.abs(after[i]! - before[i]!) < 0.02)) throw new Error(`L ${before[i]} became ${after[i]}`);
      return scoreColours(truth, coloured);
    } finally {
      generator.dispose();
    }
  };
  const byL1 = await paint("pix2pix-colour-l1");
  const gan = await paint("pix2pix-colour");
  const even = scoreColours(truth, paintEvenly(truth, { a: -8.23, b: 13.37 }));
  const grey = scoreColours(truth, paintEvenly(truth, { a: 0, b: 0 }));

  // Differences of the cards' means are larger than what two dozen photographs leave to chance.
  for (const score of ["deltaE76", "deltaE2000"] as const) {
    expect(byL1[score]).toBeLessThan(0.85 * even[score]);
    expect(gan[score]).toBeLessThan(even[score]);
    expect(even[score]).toBeLessThan(0.5 * grey[score]);
  }
  expect(byL1.ssim).toBeGreaterThan(gan.ssim);
  for (const histogram of ["histogramA", "histogramB"] as const) {
    expect(gan[histogram]).toBeGreaterThan(byL1[histogram]);
    expect(byL1[histogram]).toBeGreaterThan(even[histogram] + 0.4);
  }
});
