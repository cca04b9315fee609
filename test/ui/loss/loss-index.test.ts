// The block index gives what a plain scan gives, for any range, however the history grew or was replaced.
import { describe, expect, it } from 'vitest';
import { LossIndex } from '../../../src/ui/loss/loss-index.ts';
import { seeded } from '../gallery-pictures.ts';

function noisy(count: number, seed: number): Float32Array {
  const random = seeded(seed);
  return Float32Array.from({ length: count }, (_, i) => (i % 97 === 13 ? NaN : random()));
}

function plain(losses: Float32Array, from: number, to: number): [number, number] {
  const finite = [...losses.subarray(from, to)].filter(Number.isFinite);
  return [Math.min(...finite), Math.max(...finite)];
}

function agrees(index: LossIndex, losses: Float32Array, count: number): void {
  const random = seeded(count);
  for (let i = 0; i < 200; i++) {
    const from = Math.floor(random() * count);
    const to = from + Math.floor(random() * (count - from + 1));
    expect(index.range(from, to)).toEqual(plain(losses, from, to));
  }
}

describe('LossIndex', () => {
  it('finds the same lowest and highest as a plain scan, while the history grows in uneven pieces', () => {
    const losses = noisy(5000, 1);
    const index = new LossIndex();
    for (const count of [0, 1, 255, 256, 257, 1000, 2560, 5000]) {
      index.update(losses, count);
      agrees(index, losses, count);
    }
  });

  it('starts anew when another history takes the place of the first', () => {
    const index = new LossIndex();
    index.update(noisy(3000, 1), 3000);
    const other = noisy(4000, 2);
    expect(index.replaced(other, 4000)).toBe(true);
    index.update(other, 4000);
    agrees(index, other, 4000);
    expect(index.replaced(other, 10)).toBe(true);
  });

  it('ignores losses past its end', () => {
    const index = new LossIndex();
    index.update(Float32Array.of(1, 2, 99), 2);
    expect(index.range(0, 1000)).toEqual([1, 2]);
  });
});
