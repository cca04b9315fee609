// The sheet of a run's 16 samples, 4 x 4, as a PNG, and its comparison with samples drawn again.
// Not here: storing it (../keep-png.ts), the loss plot (../loss-plot.ts).
import { SAMPLE_COUNT, SHEET_COLUMNS } from '../../settings/sample-counts.ts';
import { picturesPng } from '../../formats/pictures-png.ts';
import type { Sample } from '../api.ts';
import { context2d } from '../../formats/canvas-2d.ts';

/** A PNG of 16 samples in their order, 4 in a row. */
export const sheetPng = (samples: readonly Pick<Sample, 'size' | 'rgba'>[]): Promise<Blob> =>
  picturesPng(samples, SHEET_COLUMNS);

/** The 16 pictures of a stored sheet, uint8 RGBA of size x size; null for a sheet of another size. */
export async function picturesOfSheet(sheet: Blob, size: number): Promise<Uint8ClampedArray[] | null> {
  const bitmap = await createImageBitmap(sheet);
  if (bitmap.width !== SHEET_COLUMNS * size || bitmap.height !== (SAMPLE_COUNT / SHEET_COLUMNS) * size)
    return null;
  const context = context2d(bitmap.width, bitmap.height);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return Array.from({ length: SAMPLE_COUNT }, (_, i) => {
    const [x, y] = [(i % SHEET_COLUMNS) * size, Math.floor(i / SHEET_COLUMNS) * size];
    return context.getImageData(x, y, size, size).data;
  });
}

/** How many samples equal their tile of a stored sheet to the pixel; null for a sheet of another size. */
export async function countAlike(samples: readonly Sample[], sheet: Blob): Promise<number | null> {
  const stored = await picturesOfSheet(sheet, samples[0]?.size ?? 1);
  if (!stored) return null;
  const isAlike = ({ index, rgba }: Sample) => stored[index]?.every((value, i) => value === rgba[i]);
  return samples.filter(isAlike).length;
}
