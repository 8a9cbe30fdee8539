/**
 * Seeded random numbers: Philox4x32-10, a counter-based generator (Salmon et al. 2011, "Parallel random numbers:
 * as easy as 1, 2, 3", the generator of TensorFlow's stateless ops and of cuRAND).
 *
 * A counter-based generator is a pure function (key, counter) → 4 numbers, which gives what a course needs:
 * its state is six integers (a resumed training goes on with the very next number), and `fork` derives an independent stream
 * for any label without drawing from its parent, so adding a draw in one place changes nothing elsewhere.
 */
import { refuseWhileTracing } from "./tracing/trace-guard";

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9; // golden ratio
const WEYL_1 = 0xbb67ae85; // √3 − 1
const ROUNDS = 10;

type Words4 = [number, number, number, number];

/** High 32 bits of the 64-bit product of two unsigned 32-bit integers. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  return (aHigh * bHigh + Math.floor((aLow * bHigh + middle) / 0x10000)) >>> 0;
}

/** One block of Philox4x32-10: four 32-bit words from a 128-bit counter and a 64-bit key. */
export function philox4x32(counter: Readonly<Words4>, key: readonly [number, number]): Words4 {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0);
    const low0 = Math.imul(MULTIPLIER_0, c0) >>> 0;
    const high1 = multiplyHigh(MULTIPLIER_1, c2);
    const low1 = Math.imul(MULTIPLIER_1, c2) >>> 0;
    [c0, c1, c2, c3] = [(high1 ^ c1 ^ k0) >>> 0, low1, (high0 ^ c3 ^ k1) >>> 0, low0];
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/** FNV-1a, 32 bits: turns a fork's label into a counter word. */
function hashLabel(label: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < label.length; i++) hash = Math.imul(hash ^ label.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** The whole state of a `Random`, as plain JSON. */
export type RandomState = { key: [number, number]; block: number; used: number; spareNormal?: number };

/** A stream of random numbers. Two streams of one seed give the same numbers on every machine. */
export class Random {
  #key: [number, number];
  #block = 0;
  #words: Words4 = [0, 0, 0, 0];
  #used = 4;
  #spareNormal: number | undefined;

  /** @param seed any safe integer ≥ 0 */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed) || seed < 0)
      throw new RangeError(`seed: expected an integer from 0 to 2^53 − 1, got ${seed}. Try new Random(1).`);
    this.#key = [seed >>> 0, Math.floor(seed / 0x100000000)];
  }

  /** The next unsigned 32-bit integer. */
  nextWord(): number {
    refuseWhileTracing(
      "a random number was drawn by JavaScript",
      "Draw it outside and pass it in as a tensor, or draw with randomNormal and a key that is an argument of the step.",
    );
    if (this.#used === 4) {
      this.#words = philox4x32(
        [this.#block % 0x100000000, Math.floor(this.#block / 0x100000000), 0, 0],
        this.#key,
      );
      this.#block++;
      this.#used = 0;
    }
    return this.#words[this.#used++]!;
  }

  /** Uniform on [0, 1), 32 bits of it. */
  next(): number {
    return this.nextWord() / 0x100000000;
  }

  /** Standard normal, by Box and Muller's transform (1958). */
  normal(): number {
    if (this.#spareNormal !== undefined) {
      const spare = this.#spareNormal;
      this.#spareNormal = undefined;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.next())); // 1 − u is in (0, 1]: log is finite
    const angle = 2 * Math.PI * this.next();
    this.#spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** Uniform on {0, …, bound − 1}. The bias of the multiplication method is below bound / 2^32. */
  integer(bound: number): number {
    if (!Number.isInteger(bound) || bound < 1 || bound > 0x100000000)
      throw new RangeError(`integer(bound): expected an integer from 1 to 2^32, got ${bound}.`);
    return Math.floor(this.next() * bound);
  }

  /** `count` standard normals. */
  normals(count: number): Float32Array {
    return Float32Array.from({ length: count }, () => this.normal());
  }

  /** `count` uniforms from low up to high; in single precision, so rounding may reach high, though never 1 on [0, 1). */
  uniforms(count: number, low = 0, high = 1): Float32Array {
    // 24 bits are what a single-precision number holds; 32 would round up to high once in 33 million draws.
    return Float32Array.from(
      { length: count },
      () => low + (high - low) * ((this.nextWord() >>> 8) / 0x1000000),
    );
  }

  /** A random order of 0 … count − 1 (Fisher and Yates). @throws RangeError where count is not an integer from 0 to 2^32 − 1 */
  permutation(count: number): Uint32Array {
    if (!Number.isInteger(count) || count < 0 || count > 0xffffffff)
      throw new RangeError(`permutation(count): expected an integer from 0 to 2^32 − 1, got ${count}.`);
    const order = Uint32Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order;
  }

  /**
   * An independent stream for a label or a step number. Depends on this stream's seed and the label only, not on how
   * many numbers were drawn: `rng.fork(step)` is the same whether the training was resumed or not.
   *
   * @throws RangeError where a number is not an integer from 0 to 2^53 − 1
   */
  fork(label: string | number): Random {
    if (typeof label === "number" && (!Number.isSafeInteger(label) || label < 0))
      throw new RangeError(`fork(label): expected a name or an integer from 0 to 2^53 − 1, got ${label}.`);
    const word = typeof label === "number" ? label % 0x100000000 : hashLabel(label);
    const kind = typeof label === "number" ? 1 + Math.floor(label / 0x100000000) : 0;
    // Blocks of numbers use counters (·, ·, 0, 0); a 1 in the last word keeps forks apart from them.
    const [key0, key1] = philox4x32([word >>> 0, kind >>> 0, 0, 1], this.#key);
    return Random.fromState({ key: [key0, key1], block: 0, used: 4 });
  }

  /** Where the stream stands; `Random.fromState` goes on from there. */
  state(): RandomState {
    return {
      key: [...this.#key],
      block: this.#block,
      used: this.#used,
      ...(this.#spareNormal === undefined ? {} : { spareNormal: this.#spareNormal }),
    };
  }

  static fromState({ key, block, used, spareNormal }: RandomState): Random {
    const random = new Random(0);
    random.#key = [key[0], key[1]];
    random.#block = used < 4 ? block - 1 : block; // a block in use is made again
    for (let i = 0; used < 4 && i < used; i++) random.nextWord();
    random.#spareNormal = spareNormal;
    return random;
  }
}
