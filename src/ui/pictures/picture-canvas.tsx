// A canvas that shows one small picture at its own size; CSS enlarges it. Not here: where pictures come from.
import { useRef } from 'preact/hooks';
import { SHEET_COLUMNS } from '../../settings/sample-counts.ts';
import type { Preview } from '../../trainer/api.ts';
import { usePainting } from './use-painting.ts';

/**
 * A picture of its own (`drawn` false: as predicted so far), or one tile of a sheet, counted row by
 * row.
 */
export type Picture =
  | { rgba: Uint8ClampedArray<ArrayBuffer>; size: number; drawn?: boolean }
  | { sheet: ImageBitmap; index: number }
  | { preview: Preview; index: number };

/** Edge of the picture in pixels. */
export const pictureSize = (picture: Picture): number => {
  if ('rgba' in picture) return picture.size;
  return 'sheet' in picture ? Math.floor(picture.sheet.width / SHEET_COLUMNS) : picture.preview.size;
};

/** Draws at 1:1 with the upper left corner at (x, y). */
export function drawPicture(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  picture: Picture,
  x = 0,
  y = 0,
): void {
  const size = pictureSize(picture);
  if ('rgba' in picture) {
    context.putImageData(new ImageData(picture.rgba, size, size), x, y);
  } else if ('sheet' in picture) {
    const column = picture.index % SHEET_COLUMNS;
    const row = Math.floor(picture.index / SHEET_COLUMNS);
    context.drawImage(picture.sheet, column * size, row * size, size, size, x, y, size, size);
  } else {
    const { preview, index } = picture;
    const left = (index % preview.columns) * size;
    const top = Math.floor(index / preview.columns) * size;
    const whole = new ImageData(preview.rgba, preview.columns * size, preview.rows * size);
    context.putImageData(whole, x - left, y - top, left, top, size, size);
  }
}

/** Equal for equal pictures: then nothing is drawn again. */
function keyOf(picture: Picture | null): unknown[] {
  if (!picture) return [null, 0];
  if ('rgba' in picture) return [picture.rgba, 0];
  return 'sheet' in picture ? [picture.sheet, picture.index] : [picture.preview, picture.index];
}

/** Whether both show the same pixels. */
export const isSamePicture = (one: Picture, other: Picture): boolean => {
  const [pixels, index] = keyOf(other);
  return keyOf(one)[0] === pixels && keyOf(one)[1] === index;
};

interface Props {
  picture: Picture | null;
  class?: string;
  /** Accessible name; none where the picture is decoration or its button has a name. */
  label?: string | undefined;
  testId?: string;
}

/** Shows the colour of an empty sample while `picture` is null. */
export function PictureCanvas({ picture, class: className = '', label, testId }: Props) {
  const ref = useRef<HTMLCanvasElement>(null);
  const size = picture ? pictureSize(picture) : 32;
  const paint = (context: CanvasRenderingContext2D): void => {
    context.clearRect(0, 0, size, size);
    if (picture) drawPicture(context, picture);
  };
  usePainting(ref, paint, [...keyOf(picture), size]);
  return (
    <canvas
      ref={ref}
      class={`px ${className}`}
      width={size}
      height={size}
      data-testid={testId}
      role={label ? 'img' : undefined}
      aria-label={label}
      aria-hidden={label ? undefined : 'true'}
    />
  );
}
