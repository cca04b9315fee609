// Pictures as one PNG, pixel for pixel, without gaps. In page or worker. Not here: what is kept or saved (trainer/, app/).

/** Size x size pixels, uint8 RGBA. */
interface Pixels {
  readonly size: number;
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
}

/** In rows of at most `columns`, in the order given. All of one size. */
export function picturesPng(pictures: readonly Pixels[], columns: number): Promise<Blob> {
  const size = pictures[0]?.size ?? 1;
  const across = Math.min(columns, pictures.length);
  const sheet = new OffscreenCanvas(across * size, Math.ceil(pictures.length / across) * size);
  const context = sheet.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('this browser gives no 2D canvas');
  pictures.forEach(({ rgba }, i) => {
    context.putImageData(new ImageData(rgba, size, size), (i % across) * size, Math.floor(i / across) * size);
  });
  return sheet.convertToBlob({ type: 'image/png' });
}
