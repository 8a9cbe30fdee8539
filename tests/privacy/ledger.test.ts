import { PrivacyError } from "../../lib/core/errors.ts";
import { Random } from "../../lib/core/random.ts";
import { noiseForBudget, plannedEpsilon, PrivacyLedger, privacyAccounts } from "../../lib/privacy/ledger.ts";
import { noisyCounts, poissonSample, secretSeed, wideNormal } from "../../lib/privacy/noise.ts";

const step = { purpose: "gradients", noiseMultiplier: 1, sampleRate: 0.01, count: 1 };

describe("a ledger", () => {
  test("adds up equal steps, and states what the accountants say of them", () => {
    const ledger = new PrivacyLedger();
    for (let i = 0; i < 100; i++) ledger.recordNoisy(step);
    expect(ledger.entries).toEqual([{ ...step, count: 100 }]);
    for (const account of privacyAccounts) {
      const statement = ledger.state(1e-5, account);
      expect(statement.epsilon).toBe(plannedEpsilon([{ ...step, count: 100 }], 1e-5, account));
      expect(String(statement)).toContain(`${account}; one record added or removed`);
    }
  });

  test("counts what preparation spent beside the training", () => {
    const ledger = new PrivacyLedger();
    noisyCounts([3, 4], { groups: 1, noiseMultiplier: 5, purpose: "histograms" }, new Random(1), ledger);
    const alone = ledger.state(1e-5).epsilon;
    ledger.recordNoisy(step);
    expect(ledger.state(1e-5).epsilon).toBeGreaterThan(alone);
    expect(ledger.entries.map(({ purpose }) => purpose)).toEqual(["histograms", "gradients"]);
  });

  test("states no ε once the data were read without noise, whatever comes after", () => {
    const ledger = new PrivacyLedger();
    ledger.recordNoisy(step);
    expect(ledger.isPrivate).toBe(true);
    ledger.recordExposure("trainTabularGan: 500 steps");
    ledger.recordNoisy(step);
    expect(ledger.isPrivate).toBe(false);
    expect(() => ledger.state(1e-5)).toThrow(PrivacyError);
    expect(() => ledger.state(1e-5)).toThrow("read without noise (trainTabularGan: 500 steps)");
    const kept = new PrivacyLedger(JSON.parse(JSON.stringify(ledger)) as ReturnType<PrivacyLedger["toJSON"]>);
    expect(() => kept.state(1e-5)).toThrow(PrivacyError);
  });

  test("states no ε of nothing", () => {
    expect(() => new PrivacyLedger().state(1e-5)).toThrow("nothing was made of the data yet");
  });
});

test("noiseForBudget finds the noise that just keeps to ε", () => {
  const plan = { sampleRate: 0.02, count: 50 };
  const others = [{ noiseMultiplier: 20, sampleRate: 1, count: 1 }];
  const noiseMultiplier = noiseForBudget({ epsilon: 1, delta: 1e-5 }, plan, others);
  const epsilon = plannedEpsilon([...others, { ...plan, noiseMultiplier }], 1e-5);
  expect(epsilon).toBeLessThanOrEqual(1);
  expect(epsilon).toBeGreaterThan(0.99);
  expect(() =>
    noiseForBudget({ epsilon: 0.1, delta: 1e-5 }, plan, [{ ...others[0]!, noiseMultiplier: 1 }]),
  ).toThrow("no noise up to 1000 keeps to ε = 0.1");
});

test("noise is standard normal, in its tails too", () => {
  const random = new Random(7);
  const values = Float64Array.from({ length: 100_000 }, () => wideNormal(random));
  const share = (test: (value: number) => boolean) => values.filter(test).length / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
  expect(Math.abs(deviation - 1)).toBeLessThan(0.01);
  expect(Math.abs(share((value) => value > 1.959964) - 0.025)).toBeLessThan(0.002);
  expect(Math.abs(share((value) => value < -3) - 0.00135)).toBeLessThan(0.0005);
});

test("Poisson sampling takes each record with the rate, independently of the others", () => {
  const [count, rate, rounds] = [50, 0.3, 4000];
  const often = new Float64Array(count);
  const sizes: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const taken = poissonSample(count, rate, new Random(3).fork(round));
    sizes.push(taken.length);
    taken.forEach((i) => often[i]!++);
    expect(new Set(taken).size).toBe(taken.length);
  }
  // χ² of the 50 frequencies, and the binomial variance of the sizes
  const chiSquared = often.reduce(
    (sum, n) => sum + (n - rounds * rate) ** 2 / (rounds * rate * (1 - rate)),
    0,
  );
  expect(chiSquared).toBeLessThan(86.7); // 0.1 % of χ²(50) lies above
  const mean = sizes.reduce((a, b) => a + b) / rounds;
  const variance = sizes.reduce((sum, n) => sum + (n - mean) ** 2, 0) / rounds;
  expect(variance / (count * rate * (1 - rate))).toBeGreaterThan(0.93);
  expect(variance / (count * rate * (1 - rate))).toBeLessThan(1.07);
  expect(poissonSample(5, 1, new Random(1))).toEqual(Uint32Array.of(0, 1, 2, 3, 4));
  expect(() => poissonSample(5, 0, new Random(1))).toThrow("rate: expected a number above 0");
});

test("a secret seed is another one each time, and one that Random takes", () => {
  const seeds = [secretSeed(), secretSeed()];
  expect(seeds[0]).not.toBe(seeds[1]);
  for (const seed of seeds) expect(() => new Random(seed)).not.toThrow();
});
