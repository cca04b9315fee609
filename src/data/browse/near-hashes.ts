// Which of many hashes of 64 bits lie near one another, without comparing each with each: by a multi-index
// (Norouzi, Punjani and Fleet 2012). Where two hashes differ in at most `distance` bits, one of four bands of
// 16 bits differs in at most a quarter of that: only hashes that have such a band in common are compared.
// Pure. Not here: which pictures have these hashes (duplicates.ts).
import type { Pause } from './find.ts';
import { Groups } from './groups.ts';

const BANDS = 4;
const BAND_BITS = 16;
const BAND_VALUES = 2 ** BAND_BITS;
/** Values of a band between two pauses. */
const AT_ONCE = 1024;

/** Hashes of 64 bits: bits 0 to 31 of hash i in `low[i]`, the others in `high[i]`. */
export interface Hashes {
  low: Uint32Array;
  high: Uint32Array;
}

/**
 * Groups of hashes: two are in one where a chain of hashes leads from one to the other, each at most
 * `distance` (0..11) bits from the next.
 */
export async function nearHashes(hashes: Hashes, distance: number, pause: Pause): Promise<Groups> {
  const groups = new Groups(hashes.low.length);
  const distinct = joinEqual(hashes, groups);
  if (distance === 0) return groups;
  const masks = masksOf(Math.floor(distance / BANDS));
  for (let band = 0; band < BANDS; band++) {
    const buckets = bucketsOf(hashes, distinct, band);
    for (let from = 0; from < BAND_VALUES; from += AT_ONCE) {
      joinNear(buckets, { from, masks, distance }, groups);
      await pause();
    }
  }
  return groups;
}

/** Puts equal hashes into one group. Answers the index of the first of each. */
function joinEqual({ low, high }: Hashes, groups: Groups): Uint32Array {
  const count = low.length;
  const places = 2 ** Math.ceil(Math.log2(Math.max(2, count * 2)));
  /** Open addressing: the index of a hash plus one. */
  const table = new Uint32Array(places);
  const distinct = new Uint32Array(count);
  let found = 0;
  for (let i = 0; i < count; i++) {
    const [a, b] = [low[i] as number, high[i] as number];
    let place = (Math.imul(a ^ Math.imul(b, 0x85eb_ca6b), 0x9e37_79b1) >>> 0) & (places - 1);
    let there = table[place] as number;
    while (there > 0 && (low[there - 1] !== a || high[there - 1] !== b)) {
      place = (place + 1) & (places - 1);
      there = table[place] as number;
    }
    if (there > 0) groups.join(there - 1, i);
    else {
      table[place] = i + 1;
      distinct[found++] = i;
    }
  }
  return distinct.subarray(0, found);
}

/** Hashes in the order of one of their bands. */
interface Buckets extends Hashes {
  /** Index of each hash. */
  index: Uint32Array;
  /** Where the hashes of each value of the band begin; one more than there are values. */
  start: Uint32Array;
}

function bucketsOf({ low, high }: Hashes, indices: Uint32Array, band: number): Buckets {
  const values = Uint16Array.from(indices, (i) => bandOf(low[i] as number, high[i] as number, band));
  const start = new Uint32Array(BAND_VALUES + 1);
  for (const value of values) start[value + 1] = (start[value + 1] as number) + 1;
  for (let value = 0; value < BAND_VALUES; value++)
    start[value + 1] = (start[value + 1] as number) + (start[value] as number);
  const next = start.slice();
  const index = new Uint32Array(indices.length);
  values.forEach((value, i) => {
    const place = next[value] as number;
    next[value] = place + 1;
    index[place] = indices[i] as number;
  });
  return { index, start, low: index.map((i) => low[i] as number), high: index.map((i) => high[i] as number) };
}

/**
 * The 16 bits of a band. A hash has 8 rows of 8 bits, and bits beside one another are often equal: a band
 * takes every fourth of a row, the next row one further on, so that few hashes share one by chance.
 */
function bandOf(low: number, high: number, band: number): number {
  let value = 0;
  for (let row = 0; row < 8; row++) {
    const bits = (row < 4 ? low : high) >>> ((row % 4) * 8);
    const column = (band + row) % BANDS;
    value = (value << 2) | (((bits >>> column) & 1) << 1) | ((bits >>> (column + BANDS)) & 1);
  }
  return value;
}

/** All values of a band with at most so many bits set. */
function masksOf(most: number): number[] {
  const all = Array.from({ length: BAND_VALUES }, (_, mask) => mask);
  return all.filter((mask) => bitsIn(mask) <= most);
}

/** Joins hashes whose bands are `from` to `from` + AT_ONCE - 1 with those whose bands differ by a mask. */
function joinNear(
  { index, start, low, high }: Buckets,
  { from, masks, distance }: { from: number; masks: readonly number[]; distance: number },
  groups: Groups,
): void {
  for (let value = from; value < from + AT_ONCE; value++) {
    const [begin, end] = [start[value] as number, start[value + 1] as number];
    if (begin === end) continue;
    for (const mask of masks) {
      const other = value ^ mask;
      // Each pair of bands once.
      if (other < value) continue;
      const otherEnd = start[other + 1] as number;
      for (let i = begin; i < end; i++) {
        const [a, b] = [low[i] as number, high[i] as number];
        for (let k = mask === 0 ? i + 1 : (start[other] as number); k < otherEnd; k++) {
          if (bitsIn((low[k] as number) ^ a) + bitsIn((high[k] as number) ^ b) <= distance)
            groups.join(index[i] as number, index[k] as number);
        }
      }
    }
  }
}

/** How many of 32 bits are set. */
function bitsIn(word: number): number {
  const pairs = word - ((word >>> 1) & 0x5555_5555);
  const fours = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}
