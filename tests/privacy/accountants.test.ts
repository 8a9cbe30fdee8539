/** The accountants say what TF-Privacy publishes and what Google's dp-accounting computes: tests/fixtures/privacy/make-privacy.py. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { OptionError } from "../../lib/core/errors.ts";
import { pldEpsilon } from "../../lib/privacy/pld.ts";
import { rdpEpsilon, rdpOfSampledGaussian, type RdpConversion } from "../../lib/privacy/rdp.ts";
import type { SampledGaussian } from "../../lib/privacy/sampled-gaussian.ts";
import { erfc, logErfc } from "../../lib/privacy/special-functions.ts";

const golden = JSON.parse(
  readFileSync(join(import.meta.dirname, "..", "fixtures", "privacy", "privacy.json"), "utf8"),
) as {
  erfc: { x: number; erfc: number; logErfc: number }[];
  divergences: { noiseMultiplier: number; sampleRate: number; orders: number[]; divergences: number[] }[];
  epsilons: (Record<RdpConversion | "published" | "pld", number> & {
    events: SampledGaussian[];
    delta: number;
  })[];
};

const cases = golden.epsilons.map((each) => [JSON.stringify(each.events), each] as const);

test.each(golden.erfc)("erfc $x and its logarithm are SciPy's", ({ x, erfc: plain, logErfc: log }) => {
  expect(Math.abs(erfc(x) - plain)).toBeLessThanOrEqual(2e-15 + 1e-13 * plain);
  expect(Math.abs(logErfc(x) - log)).toBeLessThanOrEqual(1e-15 + 1e-13 * Math.abs(log));
});

// tensorflow_privacy/privacy/analysis/compute_dp_sgd_privacy_test.py: a batch is 150 of 60,000, an epoch 400 batches.
test.each([
  [60_000, 150, 1.3, 15, 1e-5, 0.7242234026109595],
  [100_000, 100, 1, 30, 1e-7, 1.4154988495444845],
])(
  "TF-Privacy's test: %d records in batches of %d",
  (records, batchSize, noiseMultiplier, epochs, delta, epsilon) => {
    const event = { noiseMultiplier, sampleRate: batchSize / records, count: (epochs * records) / batchSize };
    const ours = rdpEpsilon([event], delta);
    expect(ours.epsilon).toBeCloseTo(epsilon, 11);
    expect(ours.conversion).toBe("canonne-2020");
  },
);

test.each(golden.divergences)(
  "Rényi divergences for noise $noiseMultiplier and rate $sampleRate are dp-accounting's, those of fractional orders the integral's",
  ({ orders, divergences, ...event }) => {
    orders.forEach((order, i) => {
      const ours = rdpOfSampledGaussian({ ...event, count: 1 }, order);
      // A series that is too long (orders near 1) is left out. Elsewhere ln A is a small difference to 0: its last digits are noise.
      if (ours !== Infinity)
        expect(Math.abs(ours - divergences[i]!)).toBeLessThanOrEqual(1e-9 * divergences[i]! + 1e-13);
      else expect(order).toBeLessThanOrEqual(1.5);
    });
  },
);

describe.each(cases)(
  "ε of %s is dp-accounting's",
  (_, { events, delta, pld, published, ...byConversion }) => {
    test.each(["mironov-2017", "canonne-2020"] as const)("by RDP, %s", (conversion) => {
      const ours = rdpEpsilon(events, delta, conversion);
      expect(Math.abs(ours.epsilon - byConversion[conversion])).toBeLessThanOrEqual(1e-9 * ours.epsilon);
    });

    test("no larger than its own, equal where the best order is whole", () => {
      const { epsilon, order } = rdpEpsilon(events, delta);
      if (Number.isInteger(order)) expect(epsilon).toBeCloseTo(published, 9);
      expect(epsilon).toBeLessThanOrEqual(published + 1e-9);
    });

    test("by PLD", () => {
      const { epsilon } = pldEpsilon(events, delta);
      expect(Math.abs(epsilon - pld)).toBeLessThanOrEqual(1e-5 * pld);
      // The tighter account is never the larger one.
      expect(epsilon).toBeLessThanOrEqual(byConversion["canonne-2020"]);
    });
  },
);

test("a finer grid gives no larger ε, and one that agrees to three digits", () => {
  const events = [{ noiseMultiplier: 1, sampleRate: 0.01, count: 100 }];
  const [coarse, fine] = [1e-3, 1e-4].map((interval) => pldEpsilon(events, 1e-5, { interval }).epsilon);
  expect(fine!).toBeLessThanOrEqual(coarse! + 1e-9);
  expect(coarse! / fine!).toBeLessThan(1.001);
});

test.each<[Partial<SampledGaussian>, number, string]>([
  [
    { noiseMultiplier: 0 },
    1e-5,
    "noiseMultiplier: expected a number above 0, got 0. Without noise there is no ε.",
  ],
  [{ noiseMultiplier: NaN }, 1e-5, "noiseMultiplier"],
  [{ sampleRate: 1.5 }, 1e-5, "sampleRate: expected a number above 0 and at most 1, got 1.5"],
  [{ count: 0.5 }, 1e-5, "count: expected a positive whole number, got 0.5"],
  [{}, 0, "delta: expected a number between 0 and 1, got 0"],
  [{}, 1, "delta"],
])("%p with δ %d is refused", (part, delta, message) => {
  const events = [{ noiseMultiplier: 1, sampleRate: 0.1, count: 1, ...part }];
  for (const account of [rdpEpsilon, pldEpsilon]) {
    expect(() => account(events, delta)).toThrow(OptionError);
    expect(() => account(events, delta)).toThrow(message);
  }
});
