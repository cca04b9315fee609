// PNGs of a run: the 4 x 4 sheet of samples and the loss plot. A cache in the index; whatever is missing is drawn again.
// Not here: the page's chart (ui/).
import { picturesPng } from '../../formats/pictures-png.ts';
import type { Sample } from '../api.ts';
import { context2d } from '../../formats/canvas-2d.ts';

const COLUMNS = 4;

/** 16 samples in their order, 4 x 4. */
export const sheetPng = (samples: readonly Sample[]): Promise<Blob> => picturesPng(samples, COLUMNS);

/** How many of the samples have the very pixels of a stored sheet; null where the sheet is of another size. */
export async function countAlike(samples: readonly Sample[], sheet: Blob): Promise<number | null> {
  const size = samples[0]?.size ?? 1;
  const bitmap = await createImageBitmap(sheet);
  if (bitmap.width !== COLUMNS * size) return null;
  const context = context2d(bitmap.width, bitmap.height);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  let alike = 0;
  for (const sample of samples) {
    const tile = context.getImageData(
      (sample.index % COLUMNS) * size,
      Math.floor(sample.index / COLUMNS) * size,
      size,
      size,
    ).data;
    if (tile.every((value, i) => value === sample.rgba[i])) alike += 1;
  }
  return alike;
}
