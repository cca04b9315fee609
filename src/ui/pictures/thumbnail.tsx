// Four small pictures in one square: on the button of a data set, in the row of a checkpoint. Not here: where
// the pictures come from.
import { useRef } from 'preact/hooks';
import type { Preview } from '../../trainer/api.ts';
import { drawPicture, type Picture, pictureSize } from './picture-canvas.tsx';
import { usePainting } from './use-painting.ts';

/** Tiles of a sheet of samples, chosen because they often look unlike one another. */
const FROM_SHEET = [1, 5, 2, 9];

/** From a sheet of samples, else from a preview, else empty. Decoration: hidden from screen readers. */
export function Thumbnail(props: { preview?: Preview | null; sheet?: ImageBitmap | null; class?: string }) {
  const { preview = null, sheet = null } = props;
  const ref = useRef<HTMLCanvasElement>(null);
  const pictures: Picture[] = sheet
    ? FROM_SHEET.map((index) => ({ sheet, index }))
    : preview
      ? [0, 1, 2, 3].map((index) => ({ preview, index }))
      : [];
  const size = pictures[0] ? pictureSize(pictures[0]) : 16;
  const paint = (context: CanvasRenderingContext2D): void => {
    context.clearRect(0, 0, 2 * size, 2 * size);
    pictures.forEach((picture, i) => drawPicture(context, picture, (i % 2) * size, Math.floor(i / 2) * size));
  };
  usePainting(ref, paint, [preview, sheet, size]);
  return <canvas ref={ref} class={props.class} width={2 * size} height={2 * size} aria-hidden="true" />;
}
