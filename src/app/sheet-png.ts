// Pictures as a PNG, pixel for pixel. Not here: the sheets of a run, which the trainer makes and the index keeps.
import type { Sample } from '../trainer/api.ts';

/** In rows of at most `columns`, without gaps, in the order given. All of one size. */
export function sheetPng(pictures: readonly Sample[], columns: number): Promise<Blob> {
  const size = pictures[0]?.size ?? 1;
  const across = Math.min(columns, pictures.length);
  const sheet = new OffscreenCanvas(across * size, Math.ceil(pictures.length / across) * size);
  const context = sheet.getContext('2d');
  if (!context) throw new Error('this browser gives no 2D canvas');
  pictures.forEach(({ rgba }, i) => {
    context.putImageData(new ImageData(rgba, size, size), (i % across) * size, Math.floor(i / across) * size);
  });
  return sheet.convertToBlob({ type: 'image/png' });
}
