// The first pictures of a set side by side, as the page shows them before a run.
// Not here: painting them (ui/pictures).
import type { PictureSet } from './api.ts';

/** The same fields as `Preview` of trainer/api.ts. */
export interface ContactSheet {
  /** Edge of one picture, in pixels. */
  size: number;
  columns: number;
  rows: number;
  /** [rows * size, columns * size, 4]; transparent where the set has no more pictures. */
  rgba: Uint8ClampedArray<ArrayBuffer>;
}

/** A sheet without pictures. */
export const emptySheet = (size: number, columns: number, rows: number): ContactSheet => ({
  ...{ size, columns, rows, rgba: new Uint8ClampedArray(columns * rows * size * size * 4) },
});

/** Puts [size, size, 3] bytes into a place of a sheet, counted row by row. */
export function putPicture({ size, columns, rgba }: ContactSheet, place: number, rgb: Uint8Array): void {
  const corner = Math.floor(place / columns) * size * columns * size + (place % columns) * size;
  for (let pixel = 0; pixel < size * size; pixel++) {
    const to = (corner + Math.floor(pixel / size) * columns * size + (pixel % size)) * 4;
    for (let channel = 0; channel < 3; channel++) rgba[to + channel] = rgb[pixel * 3 + channel] as number;
    rgba[to + 3] = 255;
  }
}

/** Pictures 0..columns * rows - 1, row by row. Throws FaultError where pictures have gone. */
export async function previewSheet(set: PictureSet, columns: number, rows: number): Promise<ContactSheet> {
  const sheet = emptySheet(set.size, columns, rows);
  const shown = Math.min(columns * rows, set.count);
  for (let index = 0; index < shown; index++) putPicture(sheet, index, await set.read(index));
  return sheet;
}
