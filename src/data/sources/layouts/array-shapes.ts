// What an array of numbers is as pictures: by its shape, and by its range where it has no bytes. Pure. Not
// here: reading arrays (formats/npy.ts), which array labels which (arrays.ts).
import { interleaved } from '../../../formats/pixel-planes.ts';

/** [count, height, width, channels], or with `planes` [count, channels, height, width]. */
export interface PictureShape {
  count: number;
  height: number;
  width: number;
  channels: 1 | 3;
  planes: boolean;
}

const [LEAST_EDGE, MOST_EDGE] = [4, 16_384];

/**
 * [N, H, W, 3 or 1], [N, 3 or 1, H, W], [N, H, W], [H, W, 3], or [N, D] of squares: D = edge * edge in grey,
 * or three planes of that one behind the other. Null where a shape is none of these.
 */
export function pictureShape(shape: readonly number[]): PictureShape | null {
  const found = shapeOf(shape);
  if (!found || found.count < 1) return null;
  const { height, width } = found;
  return Math.min(height, width) >= LEAST_EDGE && Math.max(height, width) <= MOST_EDGE ? found : null;
}

function shapeOf([a = 0, b = 0, c = 0, d = 0, ...more]: readonly number[]): PictureShape | null {
  if (more.length > 0) return null;
  if (isChannels(d)) return { count: a, height: b, width: c, channels: d, planes: false };
  if (d > 0) return isChannels(b) ? { count: a, height: c, width: d, channels: b, planes: true } : null;
  if (c === 3) return { count: 1, height: a, width: b, channels: 3, planes: false };
  if (c > 0) return { count: a, height: b, width: c, channels: 1, planes: false };
  for (const channels of [1, 3] as const) {
    const edge = Math.round(Math.sqrt(b / channels));
    if (b > 0 && edge * edge * channels === b)
      return { count: a, height: edge, width: edge, channels, planes: channels === 3 };
  }
  return null;
}

const isChannels = (count: number): count is 1 | 3 => count === 1 || count === 3;

/** What black and white are. */
export const RANGES = {
  bytes: { label: '0 to 255', low: 0, high: 255 },
  unit: { label: '0 to 1', low: 0, high: 1 },
  signed: { label: '-1 to 1', low: -1, high: 1 },
  words: { label: '0 to 65,535', low: 0, high: 65_535 },
} as const;
export type Range = keyof typeof RANGES;

/** The narrowest range that holds both; a little outside of it is taken for rounding. */
export function rangeOf(low: number, high: number): Range {
  if (low < -0.01) return 'signed';
  return high <= 1.01 ? 'unit' : high <= 255.5 ? 'bytes' : 'words';
}

/**
 * One picture's numbers as bytes [height, width, channels]: cut off outside of the range, no number is
 * black.
 */
export function pixelsOf(numbers: ArrayLike<number>, range: Range, shape: PictureShape): Uint8Array {
  const { low, high } = RANGES[range];
  const scaled = Uint8ClampedArray.from(numbers, (value) => ((value - low) / (high - low)) * 255);
  const bytes = new Uint8Array(scaled.buffer);
  return shape.planes ? interleaved(bytes, shape.channels) : bytes;
}
