// Random numbers as a pure function of (seed, step, stream, index): Philox 4x32-10 (Salmon et al. 2011).
// Nothing random is saved, and a resumed run draws exactly what a run that never stopped draws. The same
// words in TypeScript, WGSL (engine/plan/kernels/philox.ts) and Python (interop/counter_random.py);
// normals equal within 1e-6. Not here: what the numbers are used for. Exported for tests: philoxBlock,
// to compare with the vectors below, and inverseNormal, to compare with scipy's quantiles.
//
//   Philox input   | value                         each of 32 bits, wrapping
//   ---------------+-----------------------------
//   key[0]         | seed
//   key[1]         | stream, from STREAMS
//   counter[0]     | index >>> 2
//   counter[1]     | step (of training; each stream says what it counts)
//   counter[2..3]  | 0
//   word returned  | output[index & 3]
//
//   counter                             | key               | output (Random123's kat_vectors)
//   ------------------------------------+-------------------+------------------------------------
//   00000000 00000000 00000000 00000000 | 00000000 00000000 | 6627e8d5 e169c58d bc57ac4c 9b00dbd8
//   ffffffff ffffffff ffffffff ffffffff | ffffffff ffffffff | 408f276d 41c83b0e a20bc7c6 6d5451fd
//   243f6a88 85a308d3 13198a2e 03707344 | a4093822 299f31d0 | d16cfe09 94fdcceb 5001e420 24126ea1

/** Independent sequences of one seed. A stream keeps its number for ever: old runs must resume. */
export const STREAMS = {
  /** step = the parameter's place in model/parameters.ts, index = the weight in PyTorch's layout. */
  initialWeights: 0,
  /** step = training step, index = the value in the step's pictures, NHWC, micro-batches in order. */
  noise: 1,
  /** step = training step, index = the picture in the step. */
  timesteps: 2,
  /** step = epoch, index = round and half of the Feistel network: see `permutedIndex`. */
  order: 3,
  /** step = training step, index = the picture in the step. */
  flips: 4,
  /** step = training step, index = the picture in the step. */
  captionDropout: 5,
  /** step = the sample's number, index = draw * size + value: see diffusion/sampler.ts. */
  samples: 6,
  /** Pictures drawn by code: step = the picture's number. */
  drawing: 7,
  /** step = training step, index = 4 * the picture in the step + 0 for the edge, 1 left, 2 top. */
  crops: 8,
  /** step = training step, index = 4 * the picture in it + 0 brightness, 1 contrast, 2 saturation. */
  colours: 9,
  /** step = training step, index = the picture in the step: which of its captions. */
  captions: 10,
  /** step = 0 captions, 1 pairs of captions; index = draw: see text/validation-prompts.ts. */
  prompts: 11,
  /** step = the picture's number, index = 64 * the sentence + the attribute: see celeba-captions.ts. */
  attributes: 12,
} as const;
/** The number of a stream. */
export type Stream = (typeof STREAMS)[keyof typeof STREAMS];

/**
 * High 32 bits of a * b, both u32, by halves of 16 bits: a double holds 53 bits only. May be negative: use
 * `>>> 0`.
 */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const low = Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16);
  const middle = Math.imul(aLow, bHigh) + (low & 0xffff);
  return (Math.imul(aHigh, bHigh) + (low >>> 16) + (middle >>> 16)) | 0;
}

/** Writes one block of four words to out[at..at+3]: philox4x32_10 of Random123. */
export function philoxBlock(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
  out: Uint32Array,
  at: number,
): void {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(0xd2511f53, c0);
    const high2 = multiplyHigh(0xcd9e8d57, c2);
    const low0 = Math.imul(0xd2511f53, c0);
    c0 = high2 ^ c1 ^ k0;
    c1 = Math.imul(0xcd9e8d57, c2);
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + 0x9e3779b9) | 0;
    k1 = (k1 + 0xbb67ae85) | 0;
  }
  out[at] = c0;
  out[at + 1] = c1;
  out[at + 2] = c2;
  out[at + 3] = c3;
}

const scratch = new Uint32Array(4);

/** The u32 at (seed, step, stream, index). */
export function randomWord(seed: number, step: number, stream: Stream, index: number): number {
  philoxBlock([index >>> 2, step | 0, 0, 0], [seed | 0, stream], scratch, 0);
  return scratch[index & 3] as number;
}

/** The u32s at indices start..start + count - 1. */
export function randomWords(
  seed: number,
  step: number,
  stream: Stream,
  count: number,
  start = 0,
): Uint32Array<ArrayBuffer> {
  const firstBlock = Math.floor(start / 4);
  const blocks = Math.ceil((start + count) / 4) - firstBlock;
  const words = new Uint32Array(Math.max(0, blocks) * 4);
  const key = [seed | 0, stream] as const;
  for (let b = 0; b < blocks; b++) philoxBlock([(firstBlock + b) | 0, step | 0, 0, 0], key, words, b * 4);
  return words.subarray(start - firstBlock * 4, start - firstBlock * 4 + count);
}

/**
 * Integers in [0, below) at indices start..start + count - 1: floor(word * below / 2^32). `below`
 * in 1..2^32 - 1.
 */
export function uniformBelow(
  seed: number,
  step: number,
  stream: Stream,
  below: number,
  count: number,
  start = 0,
): Uint32Array<ArrayBuffer> {
  const words = randomWords(seed, step, stream, count, start);
  for (let i = 0; i < count; i++) words[i] = multiplyHigh(words[i] as number, below);
  return words;
}

/** Uniform in [0, 1) at indices start..start + count - 1: the upper 24 bits, exact in float32. */
export function uniforms(
  seed: number,
  step: number,
  stream: Stream,
  count: number,
  start = 0,
): Float32Array<ArrayBuffer> {
  const words = randomWords(seed, step, stream, count, start);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = ((words[i] as number) >>> 8) * 2 ** -24;
  return values;
}

/** Standard normals at indices start..start + count - 1, |z| <= 5.3. See `inverseNormal`. */
export function normals(
  seed: number,
  step: number,
  stream: Stream,
  count: number,
  start = 0,
): Float32Array<ArrayBuffer> {
  const words = randomWords(seed, step, stream, count, start);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = inverseNormal(words[i] as number);
  return values;
}

const f = Math.fround;
// PPND7 of AS241 (Wichura 1988): A and B for |p - 1/2| <= 0.425, C and D beyond. Its third branch begins at
// p < e^-25, which 23 bits never reach.
const A0 = f(3.3871327179);
const A1 = f(50.434271938);
const A2 = f(159.29113202);
const A3 = f(59.10937472);
const B1 = f(17.895169469);
const B2 = f(78.757757664);
const B3 = f(67.1875636);
const C0 = f(1.4234372777);
const C1 = f(2.75681539);
const C2 = f(1.3067284816);
const C3 = f(0.17023821103);
const D1 = f(0.737001642);
const D2 = f(0.120211297);
const CENTRE = f(0.180625);
const TAIL = f(1.6);
const LN2 = f(Math.LN2);
const SQRT2 = f(Math.SQRT2);
const THIRD = f(1 / 3);
const FIFTH = f(1 / 5);
const SEVENTH = f(1 / 7);
const NINTH = f(1 / 9);

/**
 * The normal quantile of p = ((word >>> 9) + 1/2) 2^-23, by + - * / and sqrt, each rounded to float32: WGSL
 * can do the same arithmetic, while its log and cos are inexact.
 */
export function inverseNormal(word: number): number {
  // q = p - 1/2, exact in float32; odd counts p in units of 2^-24.
  const odd = 2 * (word >>> 9) + 1;
  const q = (odd - 0x800000) * 2 ** -24;
  if (q <= 0.425 && q >= -0.425) {
    const r = f(CENTRE - f(q * q));
    const top = f(f(f(f(f(f(A3 * r) + A2) * r) + A1) * r) + A0);
    const bottom = f(f(f(f(f(f(B3 * r) + B2) * r) + B1) * r) + 1);
    return f(f(q * top) / bottom);
  }
  const r = f(f(Math.sqrt(minusLog24(q < 0 ? odd : 0x1000000 - odd))) - TAIL);
  const top = f(f(f(f(f(f(C3 * r) + C2) * r) + C1) * r) + C0);
  const bottom = f(f(f(f(D2 * r) + D1) * r) + 1);
  const z = f(top / bottom);
  return q < 0 ? -z : z;
}

/**
 * -ln(n 2^-24) in float32 for an integer n in 1..2^24 - 1: the exponent is split off, and a series gives the
 * rest, ln m = 2 atanh((m-1)/(m+1)).
 */
function minusLog24(n: number): number {
  let exponent = 31 - Math.clz32(n);
  let m = f(n / (1 << exponent));
  if (m > SQRT2) {
    m = f(m * 0.5);
    exponent++;
  }
  const s = f(f(m - 1) / f(m + 1));
  const t = f(s * s);
  const series = f(f(f(f(f(f(f(f(NINTH * t) + SEVENTH) * t) + FIFTH) * t) + THIRD) * t) + 1);
  return f(f(f(24 - exponent) * LN2) - f(f(2 * s) * series));
}

// Eight rounds suffice for a thousand pictures, but not for five: chi-square then exceeds its mean by 249
// standard deviations (16 rounds: 12, 24 rounds: 0.9).
const ORDER_ROUNDS = 24;

/**
 * The picture, 0..count - 1, at `position` of an epoch's shuffled order: a permutation for each (seed,
 * epoch), computed position by position and stored nowhere. A Feistel network over the next power of two,
 * walked until the result is below `count` (Black & Rogaway 2002): fewer than two walks on average, some 4
 * microseconds. `count` in 1..2^31.
 */
export function permutedIndex(seed: number, epoch: number, count: number, position: number): number {
  const bits = count > 1 ? 32 - Math.clz32(count - 1) : 0;
  const lowBits = (bits + 1) >> 1;
  const lowMask = 2 ** lowBits - 1;
  const highMask = 2 ** (bits - lowBits) - 1;
  let place = position;
  do {
    let low = place & lowMask;
    let high = place >>> lowBits;
    for (let round = 0; round < ORDER_ROUNDS; round += 2) {
      low ^= randomWord(seed, epoch, STREAMS.order, (round << 16) | high) & lowMask;
      high ^= randomWord(seed, epoch, STREAMS.order, ((round + 1) << 16) | low) & highMask;
    }
    place = high * 2 ** lowBits + low;
  } while (place >= count);
  return place;
}
