// Claims: the groups of near hashes are those that comparing each with each finds, for every distance, of
// hashes at random, of hashes planted near others, and of hashes that share most of their bits.
import { describe, expect, it } from 'vitest';
import { type Hashes, nearHashes } from '../../../src/data/browse/near-hashes.ts';
import { randomWords, STREAMS } from '../../../src/random.ts';

const noPause = () => Promise.resolve();

/** Random hashes, each with `planted` others that differ from it in 0..`bits` bits. */
function planted(count: number, planted: number, bits: number, keep = 0xffff_ffff): bigint[] {
  const hashes: bigint[] = [];
  for (let i = 0; hashes.length < count; i++) {
    const words = randomWords(7, i, STREAMS.order, 2 + planted * (bits + 1));
    const at = (k: number): number => words[k] ?? 0;
    const first = (BigInt(at(0) & keep) << 32n) | BigInt((at(1) & keep) >>> 0);
    hashes.push(BigInt.asUintN(64, first));
    for (let k = 0; k < planted && hashes.length < count; k++) {
      let near = first;
      const flips = at(2 + k * (bits + 1)) % (bits + 1);
      for (let b = 0; b < flips; b++) near ^= 1n << BigInt(at(3 + k * (bits + 1) + b) % 64);
      hashes.push(BigInt.asUintN(64, near));
    }
  }
  return hashes;
}

const asWords = (hashes: readonly bigint[]): Hashes => ({
  low: Uint32Array.from(hashes, (hash) => Number(hash & 0xffff_ffffn)),
  high: Uint32Array.from(hashes, (hash) => Number(hash >> 32n)),
});

const BYTE_BITS = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll('0', '').length);

/** Each with each, the groups by flooding. */
function bruteForce(hashes: readonly bigint[], distance: number): number[][] {
  const bytes = hashes.map((hash) =>
    Array.from({ length: 8 }, (_, i) => Number((hash >> BigInt(8 * i)) & 255n)),
  );
  const near = hashes.map((): number[] => []);
  for (let i = 0; i < bytes.length; i++)
    for (let k = 0; k < i; k++) {
      let bits = 0;
      for (let b = 0; b < 8; b++) bits += BYTE_BITS[(bytes[i]?.[b] ?? 0) ^ (bytes[k]?.[b] ?? 0)] ?? 0;
      if (bits <= distance) {
        near[i]?.push(k);
        near[k]?.push(i);
      }
    }
  const seen = new Set<number>();
  return hashes.flatMap((_, i) => {
    const group: number[] = [];
    const next = [i];
    for (let one = next.pop(); one !== undefined; one = next.pop()) {
      if (seen.has(one)) continue;
      seen.add(one);
      group.push(one);
      next.push(...(near[one] ?? []));
    }
    return group.length > 1 ? [group.sort((a, b) => a - b)] : [];
  });
}

const found = async (hashes: readonly bigint[], distance: number): Promise<number[][]> =>
  (await nearHashes(asWords(hashes), distance, noPause)).several().map((group) => [...group]);

describe('groups of near hashes', () => {
  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])('at distance %i are those of brute force', async (distance) => {
    const hashes = planted(1500, 3, 12);
    const expected = bruteForce(hashes, distance);
    expect(expected.length).toBeGreaterThan(10);
    expect(await found(hashes, distance)).toEqual(expected);
  });

  it.each([3, 4, 7, 8, 10])(
    'at distance %i are those of brute force where most bits are equal',
    async (distance) => {
      const hashes = planted(700, 2, 10, 0x0101_8080);
      expect(await found(hashes, distance)).toEqual(bruteForce(hashes, distance));
    },
  );

  it('are those that were planted among 5,000, within 10 bits, whichever bits differ', async () => {
    const hashes = planted(5000, 0, 0);
    const flips = [0, 1, 2, 3].flatMap((band) => [0, 4, 8, 12].map((from) => ({ band, from })));
    const firsts = flips.map((_, i) => i * 300);
    flips.forEach(({ band, from }, i) => {
      // Ten bits in a row, across the hash.
      const mask = Array.from({ length: 10 }, (_, k) => 1n << BigInt((band * 16 + from + k) % 64));
      hashes[i * 300 + 150] = mask.reduce((hash, bit) => hash ^ bit, hashes[i * 300] ?? 0n);
    });
    expect(await found(hashes, 10)).toEqual(firsts.map((first) => [first, first + 150]));
    expect(await found(hashes, 9)).toEqual([]);
  });
});
