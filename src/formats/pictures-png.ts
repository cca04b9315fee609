// Pictures as one PNG, pixel for pixel, without gaps. In page or worker. Not here: what is kept or saved (trainer/, app/).
import { context2d } from './canvas-2d.ts';

/** Size x size pixels, uint8 RGBA. */
interface Pixels {
  readonly size: number;
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
}

/** In rows of at most `columns`, in the order given. All of one size. */
export function picturesPng(pictures: readonly Pixels[], columns: number): Promise<Blob> {
  const size = pictures[0]?.size ?? 1;
  const across = Math.min(columns, pictures.length);
  const context = context2d(across * size, Math.ceil(pictures.length / across) * size);
  pictures.forEach(({ rgba }, i) => {
    context.putImageData(new ImageData(rgba, size, size), (i % across) * size, Math.floor(i / across) * size);
  });
  return context.canvas.convertToBlob({ type: 'image/png' });
}
