// The pixels of a picture that is shown. Not here: showing it (picture-canvas.tsx).
import { drawPicture, type Picture, pictureSize } from './picture-canvas.tsx';

/** RGBA of [size, size, 4]. */
export function picturePixels(picture: Picture): { rgba: Uint8ClampedArray<ArrayBuffer>; size: number } {
  if ('rgba' in picture) return { rgba: picture.rgba, size: picture.size };
  const size = pictureSize(picture);
  const context = new OffscreenCanvas(size, size).getContext('2d');
  if (!context) throw new Error('the browser gives no canvas');
  drawPicture(context, picture);
  return { rgba: context.getImageData(0, 0, size, size).data, size };
}
