// The mosaic shows every pixel as a whole number of the screen's, and fills its width.
import { describe, expect, it } from 'vitest';
import { mosaicLayout } from '../../../src/ui/pictures/mosaic-layout.ts';

const preview = (size: number) => ({ size, columns: 12, rows: 5, rgba: new Uint8ClampedArray(0) });

describe('mosaicLayout', () => {
  it('is 12 x 5 tiles of 64 pixels on a width of 816', () => {
    expect(mosaicLayout(preview(32), 816, 1)).toMatchObject({ columns: 12, rows: 5, tile: 64 });
    expect(mosaicLayout(preview(16), 816, 1)).toMatchObject({ columns: 12, rows: 5, tile: 64 });
  });

  it('is 10 x 4 on a phone', () => {
    expect(mosaicLayout(preview(32), 358, 1)).toMatchObject({ columns: 10, rows: 4, tile: 32 });
  });

  it('has whole pixels, fits, shows no picture twice and fills the width where pictures are small', () => {
    for (const size of [8, 16, 28, 32, 64, 128, 256])
      for (const width of [328, 358, 720, 743, 816, 1072, 1632]) {
        const { columns, rows, tile, pitch } = mosaicLayout(preview(size), width, 1);
        const taken = (columns - 1) * pitch + tile;
        expect(tile % size).toBe(0);
        expect(taken).toBeLessThanOrEqual(width + 1e-9);
        expect(columns * rows).toBeLessThanOrEqual(60);
        if (size <= 64) expect(taken / width).toBeGreaterThan(0.88);
        if (size <= 32) expect(taken).toBeCloseTo(width, 9);
      }
  });

  it('has full rows of what there is, and no picture blown up because it is one of few', () => {
    for (const [count, columns, rows] of [
      [30, 12, 2],
      [7, 7, 1],
      [1, 1, 1],
    ] as const)
      expect(mosaicLayout(preview(16), 816, 1, count)).toMatchObject({ columns, rows });
    for (let count = 1; count <= 80; count++)
      for (const size of [8, 32, 256]) {
        const layout = mosaicLayout(preview(size), 816, 1, count);
        expect(layout.columns * layout.rows).toBeLessThanOrEqual(count);
        expect(layout.tile).toBeLessThanOrEqual(Math.max(size, 128));
      }
  });
});
