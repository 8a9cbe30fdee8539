/** What a model was told of the data, and with how much noise: the one place that an ε comes from. */
import { OptionError, PrivacyError } from "../core/errors";
import { pldEpsilon } from "./pld";
import { rdpEpsilon, type RdpConversion } from "./rdp";
import { checkSampledGaussian, type SampledGaussian } from "./sampled-gaussian";

/** How ε is found: by the privacy-loss distribution, or by Rényi's divergences with one of two conversions. */
export type PrivacyAccount = "pld" | `rdp, ${RdpConversion}`;

export const privacyAccounts = [
  "pld",
  "rdp, canonne-2020",
  "rdp, mironov-2017",
] as const satisfies readonly PrivacyAccount[];

/** One kind of look at the data, and how often it was taken. */
export interface LedgerEntry extends SampledGaussian {
  /** "the critic's gradients" */
  purpose: string;
}

/** A ledger's content, as plain JSON. */
export interface LedgerRecord {
  entries: LedgerEntry[];
  exposures: string[];
}

/**
 * (ε, δ)-differential privacy of everything that was made of a ledger's data. There is no constructor for it: only a ledger all of
 * whose looks at the data were noisy states one.
 */
export interface PrivacyStatement {
  readonly epsilon: number;
  readonly delta: number;
  readonly account: PrivacyAccount;
  /** What it holds for, in words. */
  readonly unit: string;
  readonly entries: readonly LedgerEntry[];
  toString(): string;
}

export const statementDefaults = { account: "pld" } satisfies { account: PrivacyAccount };

const UNIT = "one record added or removed";

/**
 * Everything that reads the data writes here what it read: noisily (an entry, with its cost) or plainly (an exposure). A model keeps
 * its ledger for life. One exposure is enough to make every later ε a lie, so there is none then.
 */
export class PrivacyLedger {
  readonly #entries: LedgerEntry[] = [];
  readonly #exposures = new Set<string>();

  /** @param record what was kept of another ledger with `toJSON`; an empty ledger without it */
  constructor(record: LedgerRecord = { entries: [], exposures: [] }) {
    for (const entry of record.entries) this.recordNoisy(entry);
    for (const exposure of record.exposures) this.recordExposure(exposure);
  }

  /** The data were read through noise. To be called by the mechanism that adds it, before its result is used. */
  recordNoisy(entry: LedgerEntry): void {
    checkSampledGaussian(entry);
    const same = this.#entries.find(
      ({ purpose, noiseMultiplier, sampleRate }) =>
        purpose === entry.purpose &&
        noiseMultiplier === entry.noiseMultiplier &&
        sampleRate === entry.sampleRate,
    );
    if (same === undefined) this.#entries.push({ ...entry });
    else same.count += entry.count;
  }

  /** The data were read as they are. @param what for the error: "train/validation: modes of VehValue fitted" */
  recordExposure(what: string): void {
    this.#exposures.add(what);
  }

  get entries(): readonly LedgerEntry[] {
    return this.#entries.map((entry) => ({ ...entry }));
  }

  get exposures(): readonly string[] {
    return [...this.#exposures];
  }

  /** Whether every look at the data so far was noisy, and there was one. */
  get isPrivate(): boolean {
    return this.#exposures.size === 0 && this.#entries.length > 0;
  }

  /**
   * The ε of everything that was recorded, for the δ that is asked for.
   *
   * @param delta well below 1 / number of records: with probability δ the guarantee may fail altogether
   * @throws PrivacyError where something read the data without noise, or nothing read them at all
   */
  state(delta: number, account: PrivacyAccount = statementDefaults.account): PrivacyStatement {
    this.requirePrivate();
    if (this.#entries.length === 0)
      throw new PrivacyError("privacy: there is no ε to state: nothing was made of the data yet.");
    const epsilon = epsilonBy(this.#entries, delta, account);
    const entries = this.entries;
    return Object.freeze({
      epsilon,
      delta,
      account,
      unit: UNIT,
      entries,
      toString: () => `(${epsilon.toPrecision(4)}, ${delta})-differentially private (${account}; ${UNIT})`,
    });
  }

  /** @throws PrivacyError where something read the data without noise */
  requirePrivate(): void {
    if (this.#exposures.size === 0) return;
    throw new PrivacyError(
      `privacy: no ε can be stated: the data were read without noise (${this.exposures.join("; ")}). ` +
        "Start again from a declared schema, prepareTable(…, { private: … }) and trainPrivateTabularGan.",
    );
  }

  toJSON(): LedgerRecord {
    return { entries: [...this.entries], exposures: [...this.exposures] };
  }
}

/**
 * What a plan would cost: ε by the account named. A number and nothing more; whether anything was done so is what a ledger knows.
 *
 * @throws OptionError where a number makes no sense
 */
export function plannedEpsilon(
  events: readonly SampledGaussian[],
  delta: number,
  account: PrivacyAccount = statementDefaults.account,
): number {
  return epsilonBy(events, delta, account);
}

/**
 * The least noise multiplier with which `count` steps at `sampleRate`, and what `others` cost, stay within ε (by the
 * privacy-loss distribution), to a relative 0.1 %.
 *
 * @throws OptionError where no noise up to 1000 is enough
 */
export function noiseForBudget(
  budget: { epsilon: number; delta: number },
  { sampleRate, count }: Pick<SampledGaussian, "sampleRate" | "count">,
  others: readonly SampledGaussian[] = [],
): number {
  const fits = (noiseMultiplier: number, epsilonOf: (events: SampledGaussian[]) => number) =>
    epsilonOf([...others, { noiseMultiplier, sampleRate, count }]) <= budget.epsilon;
  const search = (
    low: number,
    high: number,
    precision: number,
    epsilonOf: (events: SampledGaussian[]) => number,
  ) => {
    while (high / low > 1 + precision) {
      const middle = Math.sqrt(low * high);
      if (fits(middle, epsilonOf)) high = middle;
      else low = middle;
    }
    return high;
  };
  // The Rényi bound is fast, and gives the place from which to look. A coarse grid's ε is an upper bound as a fine one's is.
  const byRdp = (events: SampledGaussian[]) => rdpEpsilon(events, budget.delta).epsilon;
  const byPld = (events: SampledGaussian[]) => pldEpsilon(events, budget.delta, { interval: 1e-3 }).epsilon;
  if (!fits(MOST_NOISE, byRdp))
    throw new OptionError(
      `noiseForBudget: no noise up to ${MOST_NOISE} keeps to ε = ${budget.epsilon} at δ = ${budget.delta}. ` +
        "Take a larger ε, fewer steps, or more noise in what else reads the data.",
    );
  const enough = search(LEAST_NOISE, MOST_NOISE, 0.01, byRdp);
  return search(enough * 0.6, enough, 0.001, byPld);
}

const LEAST_NOISE = 0.3;
const MOST_NOISE = 1000;

function epsilonBy(events: readonly SampledGaussian[], delta: number, account: PrivacyAccount): number {
  switch (account) {
    case "pld":
      return pldEpsilon(events, delta).epsilon;
    case "rdp, canonne-2020":
      return rdpEpsilon(events, delta, "canonne-2020").epsilon;
    case "rdp, mironov-2017":
      return rdpEpsilon(events, delta, "mironov-2017").epsilon;
  }
}
