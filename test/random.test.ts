// Claims random.ts: Random123's published vectors, numpy's and scipy's numbers (interop/counter_random.py),
// moments, permutations. Expected numbers that are not published come from fixtures/random.json.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type Stream,
  STREAMS,
  inverseNormal,
  normals,
  permutedIndex,
  philoxBlock,
  randomWord,
  randomWords,
  uniformBelow,
  uniforms,
} from '../src/random.ts';

interface Fixture {
  draws: {
    seed: number;
    step: number;
    stream: Stream;
    start: number;
    words: number[];
    below1000: number[];
    uniforms: number[];
    normals: number[];
  }[];
  quantiles: { words: number[]; float32: number[]; scipy: number[] };
  orders: { seed: number; epoch: number; count: number; order: number[] }[];
}
const fixture = JSON.parse(
  readFileSync(new URL('./fixtures/random.json', import.meta.url), 'utf8'),
) as Fixture;

describe('words', () => {
  it.each([
    [[0, 0, 0, 0], [0, 0], '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
    [[-1, -1, -1, -1], [-1, -1], '408f276d 41c83b0e a20bc7c6 6d5451fd'],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      'd16cfe09 94fdcceb 5001e420 24126ea1',
    ],
  ] as const)('match Random123: counter %j', (counter, key, expected) => {
    const out = new Uint32Array(4);
    philoxBlock(counter, key, out, 0);
    expect(Array.from(out, (word) => word.toString(16).padStart(8, '0')).join(' ')).toBe(expected);
  });

  it('match numpy, with the same key and counter layout, to the last index and step', () => {
    for (const draw of fixture.draws) {
      const { seed, step, stream, start, words } = draw;
      expect([...randomWords(seed, step, stream, words.length, start)]).toEqual(words);
      expect([...uniformBelow(seed, step, stream, 1000, words.length, start)]).toEqual(draw.below1000);
      expect([...uniforms(seed, step, stream, words.length, start)]).toEqual(draw.uniforms);
    }
  });

  it('are the same alone, in a row and from any start', () => {
    const row = randomWords(3, 5, STREAMS.noise, 50);
    row.forEach((word, i) => expect(randomWord(3, 5, STREAMS.noise, i)).toBe(word));
    for (let start = 0; start < 9; start++)
      expect([...randomWords(3, 5, STREAMS.noise, 20, start)]).toEqual([...row.subarray(start, start + 20)]);
  });

  it('differ between streams, steps and seeds', () => {
    const all = [0, 1, 2].flatMap((seed) =>
      [0, 1, 2].flatMap((step) =>
        Object.values(STREAMS).flatMap((stream) => [...randomWords(seed, step, stream, 8)]),
      ),
    );
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('normals', () => {
  it('match numpy float32 within 1e-6', () => {
    const { words, float32 } = fixture.quantiles;
    words.forEach((word, i) =>
      expect(Math.abs(inverseNormal(word) - (float32[i] as number))).toBeLessThanOrEqual(1e-6),
    );
    for (const { seed, step, stream, start, normals: expected } of fixture.draws)
      normals(seed, step, stream, expected.length, start).forEach((z, i) =>
        expect(Math.abs(z - (expected[i] as number))).toBeLessThanOrEqual(1e-6),
      );
  });

  it('match the exact quantile (scipy ndtri) within 1e-6 relative, ends and seams included', () => {
    const { words, scipy } = fixture.quantiles;
    words.forEach((word, i) => {
      const exact = scipy[i] as number;
      expect(Math.abs(inverseNormal(word) - exact)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(exact)));
    });
  });

  it('are symmetric and rise with the word', () => {
    for (let word = 0; word < 2 ** 31; word += 99_991_040)
      expect(inverseNormal(2 ** 32 - 512 - word)).toBe(-inverseNormal(word));
    let last = -Infinity;
    for (let word = 0; word < 2 ** 32; word += 2 ** 18) {
      const z = inverseNormal(word);
      expect(z).toBeGreaterThan(last);
      last = z;
    }
  });

  it('have the moments of a normal over 100,000 draws (four standard errors)', () => {
    const z = normals(1, 2, STREAMS.noise, 100_000);
    const moment = (power: number) => z.reduce((sum, value) => sum + value ** power, 0) / z.length;
    expect(Math.abs(moment(1))).toBeLessThan(4 * Math.sqrt(1 / z.length));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt(2 / z.length));
    expect(Math.abs(moment(3))).toBeLessThan(4 * Math.sqrt(15 / z.length));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(4 * Math.sqrt(96 / z.length));
  });

  it('are not correlated with their neighbours or with the next step', () => {
    const a = normals(1, 2, STREAMS.noise, 100_001);
    const b = normals(1, 3, STREAMS.noise, 100_000);
    const bound = 4 / Math.sqrt(100_000);
    const mean = (product: (i: number) => number) => b.reduce((sum, _, i) => sum + product(i), 0) / b.length;
    expect(Math.abs(mean((i) => (a[i] ?? NaN) * (a[i + 1] ?? NaN)))).toBeLessThan(bound);
    expect(Math.abs(mean((i) => (a[i] ?? NaN) * (b[i] ?? NaN)))).toBeLessThan(bound);
  });
});

describe('order', () => {
  it.each([1, 2, 3, 7, 1000, 4096, 140_000])('of %i pictures holds each once', (count) => {
    const seen = new Uint8Array(count);
    for (let position = 0; position < count; position++)
      (seen[permutedIndex(9, 4, count, position)] as number)++;
    expect(seen.every((times) => times === 1)).toBe(true);
  });

  it('matches numpy', () => {
    for (const { seed, epoch, count, order } of fixture.orders)
      expect(order.map((_, position) => permutedIndex(seed, epoch, count, position))).toEqual(order);
  });

  it.each([3, 4, 5, 6])(
    'takes every permutation of %i equally often over epochs (chi-square, p > 1e-4)',
    (n) => {
      const counts = new Map<string, number>();
      const kinds = [1, 1, 2, 6, 24, 120, 720][n] as number;
      const epochs = Math.max(12_000, 100 * kinds);
      for (let epoch = 0; epoch < epochs; epoch++) {
        const order = Array.from({ length: n }, (_, position) => permutedIndex(5, epoch, n, position)).join(
          '',
        );
        counts.set(order, (counts.get(order) ?? 0) + 1);
      }
      expect(counts.size).toBe(kinds);
      const expected = epochs / kinds;
      const chiSquare = [...counts.values()].reduce((sum, k) => sum + (k - expected) ** 2 / expected, 0);
      // Wilson-Hilferty upper quantile at 3.72 standard deviations.
      const degrees = kinds - 1;
      const limit = degrees * (1 - 2 / (9 * degrees) + 3.72 * Math.sqrt(2 / (9 * degrees))) ** 3;
      expect(chiSquare).toBeLessThan(limit);
    },
  );

  it('mixes: position and picture are uncorrelated, neighbours land far apart', () => {
    const count = 1000;
    let product = 0;
    let distance = 0;
    for (let epoch = 0; epoch < 20; epoch++)
      for (let position = 0; position < count; position++) {
        const at = permutedIndex(2, epoch, count, position);
        product += (position - 499.5) * (at - 499.5);
        distance += Math.abs(at - permutedIndex(2, epoch, count, (position + 1) % count));
      }
    expect(Math.abs(product / (20 * count)) / (count ** 2 / 12)).toBeLessThan(4 / Math.sqrt(20 * count));
    expect(distance / (20 * count) / (count / 3)).toBeCloseTo(1, 1);
  });
});
