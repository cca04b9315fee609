// The first pictures of a set side by side, as the page shows them before a run.
// Not here: painting them (ui/pictures).
import type { PictureFacts, PictureSet } from './api.ts';

/** The same fields as `Preview` of trainer/api.ts. */
export interface ContactSheet {
  /** Edge of one picture, in pixels. */
  size: number;
  columns: number;
  rows: number;
  /** [rows * size, columns * size, 4]; transparent where the set has no more pictures. */
  rgba: Uint8ClampedArray<ArrayBuffer>;
}

/** Pictures 0..columns * rows - 1, row by row. Throws FaultError where pictures have gone. */
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

/** Picture `index` alone, with its words. Throws FaultError where pictures have gone. */
export async function pictureFacts(set: PictureSet, index: number): Promise<PictureFacts> {
  const { size } = set;
  const rgb = await set.read(index);
  const rgba = new Uint8ClampedArray(size * size * 4).fill(255);
  for (let pixel = 0; pixel < size * size; pixel++)
    rgba.set(rgb.subarray(pixel * 3, pixel * 3 + 3), pixel * 4);
  return { fileName: set.fileName(index), caption: set.caption(index), size, rgba };
}
