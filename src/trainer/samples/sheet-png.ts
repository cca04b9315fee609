// The sheet of a run's 16 samples, 4 x 4, as a PNG, and its comparison with samples drawn again.
// Not here: storing it (../keep-png.ts), the loss plot (../loss-plot.ts).
import { SHEET_COLUMNS } from '../../settings/sample-counts.ts';
import { picturesPng } from '../../formats/pictures-png.ts';
import type { Sample } from '../api.ts';
import { context2d } from '../../formats/canvas-2d.ts';

/** A PNG of 16 samples in their order, 4 in a row. */
export const sheetPng = (samples: readonly Sample[]): Promise<Blob> => picturesPng(samples, SHEET_COLUMNS);

/** How many samples equal their tile of a stored sheet to the pixel; null for a sheet of another size. */
export async function countAlike(samples: readonly Sample[], sheet: Blob): Promise<number | null> {
  const size = samples[0]?.size ?? 1;
  const bitmap = await createImageBitmap(sheet);
  if (bitmap.width !== SHEET_COLUMNS * size) return null;
  const context = context2d(bitmap.width, bitmap.height);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  let alike = 0;
  for (const sample of samples) {
    const tile = context.getImageData(
      (sample.index % SHEET_COLUMNS) * size,
      Math.floor(sample.index / SHEET_COLUMNS) * size,
      size,
      size,
    ).data;
    if (tile.every((value, i) => value === sample.rgba[i])) alike += 1;
  }
  return alike;
}
