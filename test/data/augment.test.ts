// Claims: a picture's crop and its change of colours are the agreed functions of (seed, step, picture), as
// computed by interop/counter_random.py; a crop lies within the picture and shows that part of it; colours
// change little and on average not at all.
import { describe, expect, it } from 'vitest';
import { cropAt, cropped, recolour } from '../../src/data/augment.ts';
import { resizeSquare } from '../../src/data/resize.ts';

/** [size, size, 3] bytes: column in red, row in green, 7 in blue. */
const coordinates = (size: number): Uint8Array =>
  Uint8Array.from({ length: size * size * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return [pixel % size, Math.floor(pixel / size), 7][i % 3] as number;
  });

describe('a crop', () => {
  it.each([
    [3, 6, 0, 64, [1, 0, 63]],
    [3, 6, 5, 64, [0, 0, 61]],
    [7, 1000, 13, 32, [5, 6, 26]],
    [0, 0, 0, 16, [0, 0, 16]],
  ])('of seed %i, step %i, picture %i, %i pixels is as numpy draws it', (seed, step, index, size, square) => {
    const { left, top, edge } = cropAt(seed, step, index, size);
    expect([left, top, edge]).toEqual(square);
  });

  it('has every edge from 80 to 100 %, lies within the picture and reaches each side', () => {
    const squares = Array.from({ length: 2000 }, (_, i) => cropAt(1, i >> 2, i & 3, 20));
    expect(new Set(squares.map(({ edge }) => edge))).toEqual(new Set([16, 17, 18, 19, 20]));
    for (const side of ['left', 'top'] as const) {
      const ends = squares.map((square) => square[side] + square.edge);
      expect([Math.min(...squares.map((square) => square[side])), Math.max(...ends)]).toEqual([0, 20]);
    }
  });

  it('of the whole edge is the picture as it is without a crop', () => {
    const picture = coordinates(16);
    const whole = resizeSquare(picture, { width: 16, height: 16, channels: 3 }, 8);
    expect(cropped(picture, 16, 8, [0, 0, 0])).toEqual(whole);
  });

  it('shows its part of the picture, from left to right and from top to bottom', () => {
    const [left, top, edge] = [5, 6, 26];
    const pixels = cropped(coordinates(32), 32, 8, [7, 1000, 13]);
    for (let i = 0; i < 64; i++) {
      // The mean of `edge` / 8 columns, pixel centres at whole numbers.
      const at = (place: number, from: number) => from + ((place + 0.5) * edge) / 8 - 0.5;
      expect(Math.abs((pixels[3 * i] as number) - at(i % 8, left))).toBeLessThanOrEqual(0.51);
      expect(Math.abs((pixels[3 * i + 1] as number) - at(i >> 3, top))).toBeLessThanOrEqual(0.51);
      expect(pixels[3 * i + 2]).toBe(7);
    }
  });
});

describe('a change of colours', () => {
  const changed = (values: number[], channels: number, at: [number, number, number]) => {
    const pixels = Float32Array.from(values);
    recolour(pixels, channels, at);
    return [...pixels];
  };

  it('is as numpy computes it', () => {
    const near = [0.40907796081114906, -0.2944637129279657, 0.05730712394159166, 0.9088787609923119];
    const got = changed([0.5, -0.25, 0.125, 1, 1, 1], 3, [3, 6, 5]);
    near.forEach((value, i) => expect(got[i]).toBeCloseTo(value, 6));
  });

  it('leaves grey grey, and never leaves -1..1', () => {
    for (let i = 0; i < 200; i++) {
      const got = changed([1, 1, 1, -1, -1, -1, 0.25, 0.25, 0.25, 1, -1, -1], 3, [9, i, i % 7]);
      for (let pixel = 0; pixel < 3; pixel++)
        for (let c = 1; c < 3; c++) expect(got[3 * pixel + c]).toBeCloseTo(got[3 * pixel] as number, 6);
      expect(Math.max(...got.map(Math.abs))).toBeLessThanOrEqual(1);
    }
  });

  it('is small, and on average none', () => {
    const draws = Array.from({ length: 4000 }, (_, i) => changed([0.5, -0.25, 0.125], 3, [2, i, 1]));
    [0.5, -0.25, 0.125].forEach((value, c) => {
      const all = draws.map((draw) => draw[c] as number);
      const mean = all.reduce((sum, one) => sum + one, 0) / all.length;
      // The change is uniform within 0.063 and 8 and 15 %: its deviation is below 0.1.
      expect(Math.abs(mean - value)).toBeLessThan((4 * 0.1) / Math.sqrt(all.length));
      expect(Math.max(...all.map((one) => Math.abs(one - value)))).toBeLessThan(0.2);
    });
  });

  it('of one channel changes brightness and contrast only', () => {
    const [value] = changed([0.5], 1, [3, 6, 5]);
    const grey = changed([0.5, 0.5, 0.5], 3, [3, 6, 5]);
    expect(value).toBeCloseTo(grey[0] as number, 6);
  });
});
