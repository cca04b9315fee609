// How a picture becomes a square: which square of it, and what lies under its transparent parts. Pure. Not
// here: finding the square of most detail (smart-crop.ts), cutting it out (cut-square.ts).
import { centreSquare, type Region } from './resize.ts';

/**
 * `middle`: the largest square in the middle. `tight`: of aligned faces, the face alone. `smart`: the largest
 * square where there is most detail.
 */
export type Crop = 'middle' | 'tight' | 'smart';

/** `edge`: the mean colour of the picture's outermost pixels. */
export type Ground = 'white' | 'black' | 'edge';

export interface Framing {
  crop: Crop;
  ground: Ground;
}

/** What is done where nothing is chosen. */
export const STANDARD: Framing = { crop: 'middle', ground: 'white' };

/** As what a picture is wanted: [size, size, 3] bytes. */
export interface Wanted extends Framing {
  size: number;
  /** The square of it, in pixels of the upright picture; absent: what `crop` says. */
  region?: Region;
}

/** Where a square lies in the free range of each side, 0..255; 128: in the middle. */
export interface Place {
  x: number;
  y: number;
}

const MIDDLE = 128;
export const IN_THE_MIDDLE: Place = { x: MIDDLE, y: MIDDLE };

/** What is cut of CelebA's aligned faces, 178 pixels wide, where they are trained on (Song & Ermon 2019). */
const TIGHT = 140 / 178;

/** The square at this place of a picture, in pixels. */
export function squareAt(width: number, height: number, crop: Crop, { x, y }: Place): Region {
  const { edge: largest } = centreSquare(width, height);
  const edge = crop === 'tight' ? Math.max(1, Math.round(largest * TIGHT)) : largest;
  return { left: offset(width - edge, x), top: offset(height - edge, y), edge };
}

const offset = (free: number, place: number): number =>
  place === MIDDLE ? Math.floor(free / 2) : Math.round((free * place) / 255);

/** The square nearest to this one that lies within a picture, in whole pixels, one at least. */
export function squareWithin({ left, top, edge }: Region, width: number, height: number): Region {
  const within = (value: number, most: number): number => Math.max(0, Math.min(most, Math.round(value)));
  const whole = Math.max(1, within(edge, Math.min(width, height)));
  return { left: within(left, width - whole), top: within(top, height - whole), edge: whole };
}
