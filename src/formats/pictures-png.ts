// Pictures side by side in one PNG, pixel for pixel, without gaps. Runs in
// the page and in workers. Not here: what is kept or saved (trainer/, app/).
import { context2d } from './canvas-2d.ts';

/** `size` x `size` pixels, uint8 RGBA. */
interface Pixels {
  readonly size: number;
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
}

/** A PNG of the pictures (all of one size) in rows of at most `columns`, in the order given. */
export function picturesPng(pictures: readonly Pixels[], columns: number): Promise<Blob> {
  const size = pictures[0]?.size ?? 1;
  const across = Math.min(columns, pictures.length);
  const context = context2d(across * size, Math.ceil(pictures.length / across) * size);
  pictures.forEach(({ rgba }, i) => {
    context.putImageData(new ImageData(rgba, size, size), (i % across) * size, Math.floor(i / across) * size);
  });
  return context.canvas.convertToBlob({ type: 'image/png' });
}
