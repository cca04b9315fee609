// The first pictures of a set side by side, for the page to show. Not here: drawing it on a canvas (ui/).
import type { PictureSet } from './api.ts';

/** As trainer/api.ts' Preview. */
export interface ContactSheet {
  /** Edge of one picture. */
  size: number;
  columns: number;
  rows: number;
  /** [rows * size, columns * size, 4]; transparent where the set has no more pictures. */
  rgba: Uint8ClampedArray<ArrayBuffer>;
}

/** Pictures 0..columns * rows - 1, row by row, pixel for pixel. */
export async function previewSheet(set: PictureSet, columns: number, rows: number): Promise<ContactSheet> {
  const { size } = set;
  const rgba = new Uint8ClampedArray(columns * rows * size * size * 4);
  const shown = Math.min(columns * rows, set.count);
  for (let index = 0; index < shown; index++) {
    const picture = await set.read(index);
    const corner = Math.floor(index / columns) * size * columns * size + (index % columns) * size;
    for (let pixel = 0; pixel < size * size; pixel++) {
      const to = (corner + Math.floor(pixel / size) * columns * size + (pixel % size)) * 4;
      rgba.set(picture.subarray(pixel * 3, pixel * 3 + 3), to);
      rgba[to + 3] = 255;
    }
  }
  return { size, columns, rows, rgba };
}
