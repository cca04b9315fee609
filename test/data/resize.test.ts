// Claims: the area filter gives exact averages, libvips' numbers where both compute the same average, and the
// bytes that it always gave: the ids of sets and the fingerprints of runs follow from them.
import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { AreaFilter, centreSquare, resizeSquare } from '../../src/data/resize.ts';
import { noise } from './noise.ts';

/**
 * Mean over the exact surface by brute force: each source pixel becomes size x size, each result pixel takes
 * edge x edge.
 */
function bruteForce(bytes: Uint8Array, edge: number, size: number): number[] {
  const result: number[] = [];
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        for (let v = y * edge; v < (y + 1) * edge; v++) {
          for (let u = x * edge; u < (x + 1) * edge; u++)
            sum += bytes[(Math.floor(v / size) * edge + Math.floor(u / size)) * 3 + channel] as number;
        }
        result.push(Math.floor(sum / (edge * edge) + 0.5));
      }
    }
  }
  return result;
}

describe('the area filter', () => {
  it.each([
    [7, 3],
    [8, 4],
    [10, 7],
    [5, 5],
    [13, 1],
    [4, 6],
    [3, 8],
    [1, 5],
    [2, 5],
    [31, 16],
    [33, 16],
    [5, 3],
    [520, 2],
    [300, 1],
    [180, 1],
  ])('%i to %i pixels is the exact mean of the covered surface', (edge, size) => {
    const bytes = noise(edge * edge * 3);
    const result = resizeSquare(bytes, { width: edge, height: edge, channels: 3 }, size);
    expect([...result]).toEqual(bruteForce(bytes, edge, size));
  });

  it('keeps a flat colour, whatever the sizes', () => {
    const flat = new Uint8Array(29 * 29 * 4).fill(201);
    const result = resizeSquare(flat, { width: 29, height: 29, channels: 4 }, 12);
    expect([...result].every((value) => value === 201)).toBe(true);
  });

  it('leaves the fourth channel out', () => {
    const rgba = Uint8Array.from([10, 20, 30, 255, 20, 30, 40, 0, 30, 40, 50, 7, 40, 50, 60, 99]);
    expect([...resizeSquare(rgba, { width: 2, height: 2, channels: 4 }, 1)]).toEqual([25, 35, 45]);
  });

  it("a third of the size is libvips' 3 x 3 mean at every third pixel", async () => {
    const edge = 63;
    const bytes = noise(edge * edge * 3);
    const means = await sharp(bytes, { raw: { width: edge, height: edge, channels: 3 } })
      .convolve({ width: 3, height: 3, kernel: [1, 1, 1, 1, 1, 1, 1, 1, 1], scale: 9 })
      .raw()
      .toBuffer();
    const ours = resizeSquare(bytes, { width: edge, height: edge, channels: 3 }, edge / 3);
    for (let i = 0; i < ours.length; i++) {
      const [x, y] = [Math.floor(i / 3) % 21, Math.floor(i / 63)];
      const theirs = means[((3 * y + 1) * edge + 3 * x + 1) * 3 + (i % 3)] as number;
      // Ninths: libvips may cut where we round.
      expect(Math.abs((ours[i] as number) - theirs)).toBeLessThanOrEqual(1);
    }
  });

  // By the filter of commit 0a5bc0e, which weighted every source pixel by itself.
  it.each([
    [178, 64, 4, '5d80fc3cc79d22a1137f07b8087b8435d511f368e18469453d415e2d3c8d6416'],
    [480, 64, 3, '71e5dd4735246c3f952ac9f6115cd0979d9a087253c4662f3edc5067fabfb69f'],
    [97, 64, 4, '9652c42464528bb0d01b4ca1f98ec9116ba4166240b622dc68fb35a14a79a520'],
    [50, 64, 3, '380e447cdd082b07bdd6aec8c9212255cd5b5378f42578666fcc65e9e7c5d7d4'],
    [1000, 32, 4, '7c03604b78aaa13f7fb7e35b979ec7056784b8fcb068ac8cdfdb24a8613f07e0'],
  ] as const)('%i to %i pixels of %i channels has the SHA-256 it had', (edge, size, channels, digest) => {
    const bytes = noise(edge * edge * channels);
    const resized = resizeSquare(bytes, { width: edge, height: edge, channels }, size);
    expect(createHash('sha256').update(resized).digest('hex')).toBe(digest);
  });

  it.each([
    [1000, 64, 50],
    [520, 2, 1],
    [300, 1, 300],
  ])('%i to %i pixels is the same in bands of %i rows', (edge, size, mostRows) => {
    const bytes = noise(edge * edge * 4);
    const words = new Uint32Array(bytes.buffer);
    const filter = new AreaFilter(edge, size);
    const [result, rows] = [new Uint8Array(size * size * 3), new Set<number>()];
    for (let row = 0; row < size;) {
      const band = filter.band(row, mostRows);
      const strip = words.slice(band.first * edge, (band.last + 1) * edge);
      filter.fill(band, { words: strip, at: 0, stride: edge }, result);
      if (band.endRow > row + 1) rows.add(band.last - band.first + 1);
      row = band.endRow;
    }
    expect(Math.max(0, ...rows)).toBeLessThanOrEqual(mostRows);
    expect(result).toEqual(resizeSquare(bytes, { width: edge, height: edge, channels: 4 }, size));
  });
});

describe('the centre crop', () => {
  it('takes the largest square in the middle', () => {
    expect(centreSquare(9, 4)).toEqual({ left: 2, top: 0, edge: 4 });
    expect(centreSquare(4, 9)).toEqual({ left: 0, top: 2, edge: 4 });
  });

  it('cuts what lies beside it', () => {
    // 4 x 2: columns 0 and 3 must not count.
    const row = [255, 255, 255, 10, 10, 10, 30, 30, 30, 255, 255, 255];
    const bytes = Uint8Array.from([...row, ...row]);
    expect([...resizeSquare(bytes, { width: 4, height: 2, channels: 3 }, 1)]).toEqual([20, 20, 20]);
  });
});
