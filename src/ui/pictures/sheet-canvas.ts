// A sheet of pictures as a canvas that others draw from, enlarged. Not here: drawing them (paint-tiles.ts).
import type { Preview } from '../../trainer/api.ts';

/** Of sheets that are still held somewhere. */
const made = new WeakMap<Preview, OffscreenCanvas>();

/** The sheet at 1:1, made once; anew after the browser lost its pixels. Null where it gives no canvas. */
export function sheetCanvas(preview: Preview): OffscreenCanvas | null {
  const before = made.get(preview);
  if (before) return before;
  const sheet = new OffscreenCanvas(preview.columns * preview.size, preview.rows * preview.size);
  const context = sheet.getContext('2d');
  if (!context) return null;
  context.putImageData(new ImageData(preview.rgba, sheet.width, sheet.height), 0, 0);
  sheet.addEventListener('contextlost', () => made.delete(preview));
  made.set(preview, sheet);
  return sheet;
}
