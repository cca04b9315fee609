// How the square of a picture moves: by keys, by pointer, in size; always whole within the picture. Pure. Not
// here: what shows it (square-editor.tsx).
import type { PictureSquare } from '../../trainer/api.ts';

/** A picture in pixels of its file. */
interface Size {
  width: number;
  height: number;
}

/** Smallest edge of a square, as a part of the largest one. */
const SMALLEST = 0.1;
/** Part of the longer side by which a key moves it; with Shift. */
const STEP = 0.01;
const LARGE_STEP = 0.1;
/** Part of the largest edge by which `+` and `-` change it. */
const ZOOM = 0.05;

/** The largest edge of a square, and the smallest. */
export const edgesOf = ({ width, height }: Size): { least: number; most: number } => {
  const most = Math.min(width, height);
  return { least: Math.max(1, Math.round(most * SMALLEST)), most };
};

/** The square in whole pixels, pushed back into the picture where it reaches out of it. */
function within({ left, top, edge }: PictureSquare, size: Size): PictureSquare {
  const { least, most } = edgesOf(size);
  const between = (value: number, low: number, high: number): number =>
    Math.round(Math.max(low, Math.min(high, value)));
  const whole = between(edge, least, most);
  return {
    left: between(left, 0, size.width - whole),
    top: between(top, 0, size.height - whole),
    edge: whole,
  };
}

/** The square moved by so many pixels of the file. */
export const moved = (square: PictureSquare, size: Size, right: number, down: number): PictureSquare =>
  within({ ...square, left: square.left + right, top: square.top + down }, size);

/** The square of another edge around the same middle. */
export function resized(square: PictureSquare, size: Size, edge: number): PictureSquare {
  const { least, most } = edgesOf(size);
  const next = Math.max(least, Math.min(most, edge));
  const shift = (square.edge - next) / 2;
  return within({ left: square.left + shift, top: square.top + shift, edge: next }, size);
}

/** What a key makes of the square; null: nothing. */
export function afterKey(
  { key, shiftKey }: Pick<KeyboardEvent, 'key' | 'shiftKey'>,
  square: PictureSquare,
  size: Size,
): PictureSquare | null {
  const step = Math.max(1, Math.max(size.width, size.height) * (shiftKey ? LARGE_STEP : STEP));
  const zoom = Math.max(1, edgesOf(size).most * ZOOM);
  switch (key) {
    case 'ArrowLeft':
      return moved(square, size, -step, 0);
    case 'ArrowRight':
      return moved(square, size, step, 0);
    case 'ArrowUp':
      return moved(square, size, 0, -step);
    case 'ArrowDown':
      return moved(square, size, 0, step);
    case '+':
      return resized(square, size, square.edge + zoom);
    case '-':
      return resized(square, size, square.edge - zoom);
    default:
      return null;
  }
}

/** Whether both are the same pixels of a file. */
export const isSameSquare = (one: PictureSquare, other: PictureSquare): boolean =>
  one.left === other.left && one.top === other.top && one.edge === other.edge;
